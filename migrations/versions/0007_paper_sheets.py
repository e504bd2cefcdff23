"""paper sheets

Revision ID: 0007
Revises: 0006
Create Date: 2026-11-20 21:45:18.992492
"""

import sqlalchemy as sa
from alembic import op

from api.tables.types import Document, Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paper_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=60), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("selection", sa.String(length=20), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.Column("control_field", sa.String(length=130), nullable=False),
        sa.Column("declared_sheets", sa.Integer(), nullable=False),
        sa.Column("declared_sum", sa.Float(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("second_share", sa.Float(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("opened_by", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("closed_by", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_paper_batch_unit", "paper_batch", ["unit"], unique=False)
    op.create_table(
        "paper_printing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=60), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("counter", sa.String(length=40), nullable=True),
        sa.Column("procedure", sa.String(length=40), nullable=True),
        sa.Column("first_number", sa.Integer(), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.Column("printed_at", Instant(), nullable=False),
        sa.Column("printed_by", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("first_number"),
    )
    op.create_index("ix_paper_printing_unit", "paper_printing", ["unit"], unique=False)
    op.create_table(
        "paper_sheet",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("printing", sa.Integer(), nullable=False),
        sa.Column("is_sampled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["paper_batch.id"]),
        sa.ForeignKeyConstraint(["printing"], ["paper_printing.id"]),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_paper_sheet_batch", "paper_sheet", ["batch"], unique=False)
    op.create_table(
        "paper_difference",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=130), nullable=False),
        sa.Column("first", sa.String(), nullable=False),
        sa.Column("second", sa.String(), nullable=False),
        sa.Column("decided", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(length=100), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["number"], ["paper_sheet.number"]),
        sa.PrimaryKeyConstraint("number", "field"),
    )
    op.create_table(
        "paper_entry",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("operator", sa.String(length=100), nullable=False),
        sa.Column("keyed", Document, nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.Column("corrections", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["paper_sheet.number"]),
        sa.PrimaryKeyConstraint("number", "turn"),
    )
    op.create_index("ix_paper_entry_operator", "paper_entry", ["operator"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_paper_entry_operator", table_name="paper_entry")
    op.drop_table("paper_entry")
    op.drop_table("paper_difference")
    op.drop_index("ix_paper_sheet_batch", table_name="paper_sheet")
    op.drop_table("paper_sheet")
    op.drop_index("ix_paper_printing_unit", table_name="paper_printing")
    op.drop_table("paper_printing")
    op.drop_index("ix_paper_batch_unit", table_name="paper_batch")
    op.drop_table("paper_batch")
