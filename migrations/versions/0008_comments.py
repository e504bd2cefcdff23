"""comments and erased responses

Revision ID: 0008
Revises: 0007
Create Date: 2026-11-20 21:55:00.000000
"""

import sqlalchemy as sa
from alembic import op

from api.tables.types import Document, Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "comment",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(length=60), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("masked", Document, nullable=False),
        sa.Column("rules", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"]),
        sa.PrimaryKeyConstraint("response_id", "question"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "comment_original",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(length=60), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"]),
        sa.PrimaryKeyConstraint("response_id", "question"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_comment_original_keep_until", "comment_original", ["keep_until"], unique=False)
    op.create_table(
        "clerk_name",
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("unit", "name"),
    )
    op.create_table(
        "erased_response",
        sa.Column("id_sha256", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("form", sa.String(length=60), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("unit_filed", sa.String(length=40), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("erased_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id_sha256"),
    )
    op.create_index("ix_erased_response_month", "erased_response", ["month"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_erased_response_month", table_name="erased_response")
    op.drop_table("erased_response")
    op.drop_table("clerk_name")
    op.drop_index("ix_comment_original_keep_until", table_name="comment_original")
    op.drop_table("comment_original")
    op.drop_table("comment")
