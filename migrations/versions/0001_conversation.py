"""Inbox, outbox and citizens: what a conversation stands on.

Revision ID: 0001_conversation
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001_conversation"
down_revision = None
branch_labels = None
depends_on = None

NOW = sa.text("now()")


def moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=None if nullable else NOW)


def upgrade() -> None:
    inbox()
    outbox()
    op.create_table(
        "citizen",
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("line_id", sa.String(64), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("language_chosen", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("display", sa.String(8), nullable=False, server_default=sa.text("'normal'")),
        moment("first_seen_at", nullable=False),
        moment("blocked_at"),
        sa.PrimaryKeyConstraint("channel", "line_id", name="pk_citizen"),
    )
    # Both queues are updated where they stand; room in each page keeps those updates inside it.
    op.execute("ALTER TABLE inbound_event SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05)")
    op.execute("ALTER TABLE outbound_message SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05)")


def inbox() -> None:
    op.create_table(
        "inbound_event",
        sa.Column("event_id", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("lane", sa.String(64), nullable=False),
        sa.Column("happened_at", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.String(64)),
        sa.Column("payload", sa.LargeBinary()),
        moment("received_at", nullable=False),
        moment("next_attempt_at", nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("questions", sa.SmallInteger(), nullable=False, server_default=sa.text("0")),
        moment("done_at"),
        moment("set_aside_at"),
        sa.Column("failure", sa.String(80)),
        sa.Column("dialog_version", sa.BigInteger()),
        sa.Column("dialog_state", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("event_id", name="pk_inbound_event"),
    )
    waiting = sa.text("done_at IS NULL")
    lane = ["channel", "lane", "happened_at", "seq"]
    op.create_index("ix_inbound_event_waiting", "inbound_event", ["seq"], postgresql_where=waiting)
    op.create_index("ix_inbound_event_lane_waiting", "inbound_event", lane, postgresql_where=waiting)
    op.create_index(
        "ix_inbound_event_dialog",
        "inbound_event",
        ["channel", "lane", "dialog_version"],
        postgresql_where=sa.text("dialog_state IS NOT NULL"),
    )
    op.create_index(
        "ix_inbound_event_message",
        "inbound_event",
        ["message_id"],
        postgresql_where=sa.text("message_id IS NOT NULL AND payload IS NOT NULL"),
    )
    op.create_index("ix_inbound_event_received_at", "inbound_event", ["received_at"])
    op.create_index(
        "ix_inbound_event_set_aside",
        "inbound_event",
        ["done_at"],
        postgresql_where=sa.text("done_at IS NOT NULL AND payload IS NOT NULL"),
    )


def outbox() -> None:
    op.create_table(
        "outbound_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("lane", sa.String(64), nullable=False),
        sa.Column("answers", sa.String(64)),
        sa.Column("reply_token", sa.String(64)),
        moment("reply_until"),
        sa.Column("body", sa.LargeBinary()),
        sa.Column("plain", sa.LargeBinary()),
        sa.Column("dedupe_key", sa.String(120)),
        moment("created_at", nullable=False),
        moment("next_attempt_at", nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False, server_default=sa.text("0")),
        moment("first_failed_at"),
        sa.Column("unclear_reply", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        moment("first_push_at"),
        moment("ended_at"),
        sa.Column("outcome", sa.String(32)),
        sa.Column("request_id", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_outbound_message"),
    )
    waiting = sa.text("ended_at IS NULL")
    lane = ["channel", "lane", "seq"]
    op.create_index("ix_outbound_message_waiting", "outbound_message", ["seq"], postgresql_where=waiting)
    op.create_index("ix_outbound_message_lane_waiting", "outbound_message", lane, postgresql_where=waiting)
    op.create_index(
        "uq_outbound_message_dedupe_key",
        "outbound_message",
        ["dedupe_key"],
        unique=True,
        postgresql_where=sa.text("dedupe_key IS NOT NULL"),
    )
    op.create_index(
        "ix_outbound_message_ended_at", "outbound_message", ["ended_at"], postgresql_where=sa.text("body IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_table("citizen")
    op.drop_table("outbound_message")
    op.drop_table("inbound_event")
