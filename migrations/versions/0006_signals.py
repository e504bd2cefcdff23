"""signals

Revision ID: 0006
Revises: 0005
Create Date: 2026-11-20 21:44:53.260276
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from api.tables.types import Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signal",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("form", sa.String(length=60), nullable=True),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("counter", sa.String(length=40), nullable=True),
        sa.Column("local_day", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("reason_en", sa.String(), nullable=False),
        sa.Column(
            "figures",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("responses", sa.Integer(), nullable=False),
        sa.Column("p", sa.Float(), nullable=True),
        sa.Column("found_at", Instant(), nullable=False),
        sa.Column("computed_at", Instant(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("signal", schema=None) as batch_op:
        batch_op.create_index("ix_signal_month", ["month", "kind"], unique=False)

    op.create_table(
        "response_exclusion",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("signal", sa.String(length=32), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.ForeignKeyConstraint(
            ["signal"],
            ["signal.id"],
        ),
        sa.PrimaryKeyConstraint("response_id", "signal"),
    )
    with op.batch_alter_table("response_exclusion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_response_exclusion_month"), ["month"], unique=False)

    op.create_table(
        "signal_response",
        sa.Column("signal", sa.String(length=32), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["signal"],
            ["signal.id"],
        ),
        sa.PrimaryKeyConstraint("signal", "response_id"),
    )
    op.create_table(
        "signal_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("signal", sa.String(length=32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("responses", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["signal"],
            ["signal.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("signal_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signal_review_signal"), ["signal"], unique=False)

    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_trapped", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.drop_column("is_trapped")

    with op.batch_alter_table("signal_review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signal_review_signal"))

    op.drop_table("signal_review")
    op.drop_table("signal_response")
    with op.batch_alter_table("response_exclusion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_response_exclusion_month"))

    op.drop_table("response_exclusion")
    with op.batch_alter_table("signal", schema=None) as batch_op:
        batch_op.drop_index("ix_signal_month")

    op.drop_table("signal")
