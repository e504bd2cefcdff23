"""interviews

Revision ID: 0010
Revises: 0009
Create Date: 2026-11-20 22:17:23.299413
"""

import sqlalchemy as sa
from alembic import op

from api.tables.types import Instant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "interview_assignment",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("survey", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("device", sa.String(length=20), nullable=True),
        sa.Column("imported_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("survey", "code"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_interview_assignment_device", "interview_assignment", ["device"], unique=False)
    op.create_index("ix_interview_assignment_unit", "interview_assignment", ["unit"], unique=False)
    op.create_table(
        "interview_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assignment", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("at", Instant(), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("consent", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment"],
            ["interview_assignment.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_interview_attempt_assignment", "interview_attempt", ["assignment"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_interview_attempt_assignment", table_name="interview_attempt")
    op.drop_table("interview_attempt")
    op.drop_index("ix_interview_assignment_unit", table_name="interview_assignment")
    op.drop_index("ix_interview_assignment_device", table_name="interview_assignment")
    op.drop_table("interview_assignment")
