"""kiosks

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-20 20:37:42.580450
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from api.tables.types import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kiosk_device",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("counter", sa.String(length=40), nullable=True),
        sa.Column("key_sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "pin", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("config_version", sa.Integer(), nullable=False),
        sa.Column("first_sequence", sa.Integer(), nullable=False),
        sa.Column("enrolled_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("unit", "number"),
    )
    with op.batch_alter_table("kiosk_device", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kiosk_device_counter"), ["counter"], unique=False)

    op.create_table(
        "kiosk_service",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("counter", sa.String(length=40), nullable=False),
        sa.Column("procedure", sa.String(length=40), nullable=True),
        sa.Column("ended_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("kiosk_service", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kiosk_service_counter"), ["counter"], unique=False)
        batch_op.create_index(batch_op.f("ix_kiosk_service_ends_at"), ["ends_at"], unique=False)

    op.create_table(
        "kiosk_config",
        sa.Column("device", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "settings",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("made_by", sa.String(length=100), nullable=False),
        sa.Column("restores", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["device"],
            ["kiosk_device.id"],
        ),
        sa.PrimaryKeyConstraint("device", "version"),
    )
    op.create_table(
        "kiosk_enrolment",
        sa.Column("code_sha256", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("counter", sa.String(length=40), nullable=True),
        sa.Column("device", sa.String(length=20), nullable=True),
        sa.Column(
            "settings",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "pin", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["device"],
            ["kiosk_device.id"],
        ),
        sa.PrimaryKeyConstraint("code_sha256"),
    )
    op.create_table(
        "kiosk_refusal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=20), nullable=False),
        sa.Column("response_id", sa.String(length=60), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column(
            "problem",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("clock_offset_seconds", sa.Integer(), nullable=True),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["device"],
            ["kiosk_device.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("device", "content_hash"),
    )
    with op.batch_alter_table("kiosk_refusal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kiosk_refusal_response_id"), ["response_id"], unique=False)

    op.create_table(
        "kiosk_span",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=20), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=False),
        sa.Column("heartbeats", sa.Integer(), nullable=False),
        sa.Column("is_outside", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device"],
            ["kiosk_device.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("kiosk_span", schema=None) as batch_op:
        batch_op.create_index("ix_kiosk_span_device", ["device", "ended_at"], unique=False)

    op.create_table(
        "kiosk_state",
        sa.Column("device", sa.String(length=20), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("clock_offset_seconds", sa.Integer(), nullable=False),
        sa.Column(
            "told", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["device"],
            ["kiosk_device.id"],
        ),
        sa.PrimaryKeyConstraint("device"),
    )
    op.create_table(
        "kiosk_ticket",
        sa.Column("ticket_sha256", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=20), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device"],
            ["kiosk_device.id"],
        ),
        sa.PrimaryKeyConstraint("ticket_sha256"),
    )


def downgrade() -> None:
    op.drop_table("kiosk_ticket")
    op.drop_table("kiosk_state")
    with op.batch_alter_table("kiosk_span", schema=None) as batch_op:
        batch_op.drop_index("ix_kiosk_span_device")

    op.drop_table("kiosk_span")
    with op.batch_alter_table("kiosk_refusal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kiosk_refusal_response_id"))

    op.drop_table("kiosk_refusal")
    op.drop_table("kiosk_enrolment")
    op.drop_table("kiosk_config")
    with op.batch_alter_table("kiosk_service", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kiosk_service_ends_at"))
        batch_op.drop_index(batch_op.f("ix_kiosk_service_counter"))

    op.drop_table("kiosk_service")
    with op.batch_alter_table("kiosk_device", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kiosk_device_counter"))

    op.drop_table("kiosk_device")
