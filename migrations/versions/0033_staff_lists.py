"""Announcements and questions as staff write them; indexes of the lists that staff read.

Revision ID: 0033_staff_lists
Revises: 0032_quotes
"""

from alembic import op

revision = "0033_staff_lists"
down_revision = "0032_quotes"
branch_labels = None
depends_on = None

CITY_TEXT = """
CREATE TABLE city_text (
    kind       varchar(12) NOT NULL CONSTRAINT ck_city_text_kind CHECK (kind IN ('announcement', 'question')),
    key        varchar(64) NOT NULL,
    content    jsonb NOT NULL,
    shown      boolean NOT NULL,
    version    integer NOT NULL CONSTRAINT ck_city_text_version CHECK (version > 0),
    changed_by varchar(64) NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_city_text PRIMARY KEY (kind, key)
)
"""
ADDED = (
    "CREATE INDEX ix_order_line_plate ON order_line (plate) WHERE plate <> ''",
    "CREATE INDEX ix_order_line_number ON order_line (number)",
    "CREATE INDEX ix_order_line_covers ON order_line USING gin (covers) WHERE type = 'notice'",
    "CREATE INDEX ix_payment_paid_at ON payment (paid_at, attempt_id)",
    "CREATE INDEX ix_attempt_unpaid ON attempt (started_at, id) WHERE state NOT IN ('paid','late')",
    "CREATE INDEX ix_outbound_message_failed ON outbound_message (ended_at, id)"
    " WHERE outcome IN ('quota','denied','unreachable','expired')",
    "DROP INDEX ix_sms_message_created_at",
    "CREATE INDEX ix_sms_message_created_at ON sms_message (created_at, id)",
    "CREATE INDEX ix_sms_message_citizen ON sms_message (channel, citizen) WHERE citizen IS NOT NULL",
)
GONE = (
    "DROP INDEX ix_sms_message_citizen",
    "DROP INDEX ix_sms_message_created_at",
    "CREATE INDEX ix_sms_message_created_at ON sms_message (created_at)",
    "DROP INDEX ix_outbound_message_failed",
    "DROP INDEX ix_attempt_unpaid",
    "DROP INDEX ix_payment_paid_at",
    "DROP INDEX ix_order_line_covers",
    "DROP INDEX ix_order_line_number",
    "DROP INDEX ix_order_line_plate",
    "DROP TABLE city_text",
)


def upgrade() -> None:
    for statement in (CITY_TEXT, *ADDED):
        op.execute(statement)


def downgrade() -> None:
    for statement in GONE:
        op.execute(statement)
