"""nightly work and requests

Revision ID: 0011
Revises: 0010
Create Date: 2026-11-21 00:01:31.716757
"""

import sqlalchemy as sa
from alembic import op

from api.tables.types import Document, Instant

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nightly_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("steps", Document, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "privacy_request",
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=1000), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("reply_by", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.String(length=100), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_by", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_privacy_request_unit", "privacy_request", ["unit"], unique=False)
    op.add_column("interview_attempt", sa.Column("why", sa.String(length=20), nullable=True))
    op.add_column("kiosk_refusal", sa.Column("rules", sa.String(length=20), server_default="", nullable=False))
    op.add_column("kiosk_refusal", sa.Column("sealed", sa.String(), nullable=True))
    op.add_column("kiosk_refusal", sa.Column("keep_until", sa.Date(), nullable=True))
    op.add_column("paper_printing", sa.Column("consent", sa.String(length=40), nullable=True))


def downgrade() -> None:
    op.drop_column("paper_printing", "consent")
    for name in ("keep_until", "sealed", "rules"):
        op.drop_column("kiosk_refusal", name)
    op.drop_column("interview_attempt", "why")
    op.drop_index("ix_privacy_request_unit", table_name="privacy_request")
    op.drop_table("privacy_request")
    op.drop_table("nightly_run")
