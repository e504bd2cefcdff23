"""invitations

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-20 21:10:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invitation_case",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("dossier", sa.String(length=60), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("result_day", sa.Date(), nullable=False),
        sa.Column("form", sa.String(length=60), nullable=False),
        sa.Column("selection", sa.String(length=20), nullable=False),
        sa.Column("unit_filed", sa.String(length=40), nullable=False),
        sa.Column("unit_decided", sa.String(length=40), nullable=True),
        sa.Column("unit_residence", sa.String(length=40), nullable=True),
        sa.Column("procedure", sa.String(length=40), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("messaged_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("dossier"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_invitation_case_period", "invitation_case", ["period"], unique=False)
    op.create_table(
        "invitation_token",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("form", sa.String(length=60), nullable=False),
        sa.Column("selection", sa.String(length=20), nullable=False),
        sa.Column("unit_filed", sa.String(length=40), nullable=False),
        sa.Column("unit_decided", sa.String(length=40), nullable=True),
        sa.Column("unit_residence", sa.String(length=40), nullable=True),
        sa.Column("procedure", sa.String(length=40), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("token_sha256"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_invitation_token_period", "invitation_token", ["period"], unique=False)
    op.create_table(
        "invitation_pending",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("awaits", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("token_sha256", "awaits"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "invitation_total",
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("form", sa.String(length=60), nullable=False),
        sa.Column("selection", sa.String(length=20), nullable=False),
        sa.Column("unit_filed", sa.String(length=40), nullable=False),
        sa.Column("procedure", sa.String(length=40), nullable=False),
        sa.Column("invited", sa.Integer(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("period", "form", "selection", "unit_filed", "procedure"),
    )
    if op.get_bind().dialect.name == "postgresql":
        # A deleted row stays in the file, with the number of the transaction that deleted it, until it is
        # vacuumed: here that is a minute, not whenever a fifth of the table is gone.
        for table in ("invitation_pending", "invitation_token", "invitation_case"):
            op.execute(
                f"ALTER TABLE {table} SET (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0)"
            )


def downgrade() -> None:
    op.drop_table("invitation_total")
    op.drop_table("invitation_pending")
    op.drop_index("ix_invitation_token_period", table_name="invitation_token")
    op.drop_table("invitation_token")
    op.drop_index("ix_invitation_case_period", table_name="invitation_case")
    op.drop_table("invitation_case")
