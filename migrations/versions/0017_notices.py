"""Notices (通知): settings of citizens, what was sent to them, which facts they were told.

Revision ID: 0017_notices
Revises: 0016_counter_sale
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017_notices"
down_revision = "0016_counter_sale"
branch_labels = None
depends_on = None

NOW = sa.text("now()")


def upgrade() -> None:
    op.create_table(
        "notice_settings",
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("citizen", sa.String(64), nullable=False),
        sa.Column("turned_off", postgresql.ARRAY(sa.Text()), nullable=False, server_default=sa.text("'{}'::text[]")),
        sa.Column("told_by", sa.String(4), nullable=False, server_default=sa.text("'line'")),
        sa.Column("slot", sa.String(5)),
        sa.CheckConstraint("told_by IN ('line', 'sms', 'both')", name=op.f("ck_notice_settings_told_by")),
        sa.PrimaryKeyConstraint("channel", "citizen", name=op.f("pk_notice_settings")),
    )
    op.create_table(
        "notice",
        sa.Column("dedupe_key", sa.String(120), nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("citizen", sa.String(64), nullable=False),
        sa.Column("notice", sa.String(40), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_line", sa.Boolean(), nullable=False),
        sa.Column("sms_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("dedupe_key", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_citizen", "notice", ["channel", "citizen", "made_at"])
    op.create_index("ix_notice_made_at", "notice", ["made_at"])
    op.create_table(
        "told_fact",
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("citizen", sa.String(64), nullable=False),
        sa.Column("fact", sa.String(160), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.PrimaryKeyConstraint("channel", "citizen", "fact", name=op.f("pk_told_fact")),
    )
    op.create_index("ix_told_fact_told_at", "told_fact", ["told_at"])


def downgrade() -> None:
    op.drop_table("told_fact")
    op.drop_table("notice")
    op.drop_table("notice_settings")
