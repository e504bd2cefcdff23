"""circumstances of a response

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-20 20:26:32.163416
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("completeness", sa.String(length=10), server_default="complete", nullable=False)
        )
        batch_op.add_column(sa.Column("is_assisted", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("option_order", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("clock_offset_seconds", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "durations",
                sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("consent", sa.String(length=40), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.drop_column("consent")
        batch_op.drop_column("durations")
        batch_op.drop_column("clock_offset_seconds")
        batch_op.drop_column("option_order")
        batch_op.drop_column("is_assisted")
        batch_op.drop_column("completeness")
