"""what tablets wrote down when it went wrong

Revision ID: 0009
Revises: 0008
Create Date: 2026-11-20 22:02:00.000000
"""

import sqlalchemy as sa
from alembic import op

from api.tables.types import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kiosk_trouble",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=20), nullable=False),
        sa.Column("told_at", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("happened_at", Instant(), nullable=True),
        sa.Column("received_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["kiosk_device.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("device", "told_at", "code"),
    )
    op.create_index("ix_kiosk_trouble_received_at", "kiosk_trouble", ["received_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_kiosk_trouble_received_at", table_name="kiosk_trouble")
    op.drop_table("kiosk_trouble")
