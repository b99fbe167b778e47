"""Receipts by e-mail; whose an SMS is, so that it goes with them.

Revision ID: 0009_receipt_mail
Revises: 0008_mydata
"""

from alembic import op

revision = "0009_receipt_mail"
down_revision = "0008_mydata"
branch_labels = None
depends_on = None

RECEIPT_MAIL = """
CREATE TABLE receipt_mail (
    order_id   uuid NOT NULL CONSTRAINT pk_receipt_mail PRIMARY KEY
        CONSTRAINT fk_receipt_mail_order_id_orders REFERENCES orders (id) ON DELETE CASCADE,
    state      varchar(8) NOT NULL DEFAULT 'waiting'
        CONSTRAINT ck_receipt_mail_state CHECK (state IN ('waiting', 'taken', 'refused', 'unwanted')),
    attempts   smallint NOT NULL DEFAULT 0,
    cause      varchar(32),
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at   timestamptz
)
"""
TRAY = """
CREATE TABLE tray.mail (
    id        uuid NOT NULL CONSTRAINT pk_mail PRIMARY KEY,
    recipient bytea NOT NULL,
    body      bytea NOT NULL,
    sent_at   timestamptz NOT NULL DEFAULT now()
)
"""


def upgrade() -> None:
    op.execute(RECEIPT_MAIL)
    op.execute("CREATE INDEX ix_receipt_mail_created_at ON receipt_mail (created_at)")
    op.execute(TRAY)
    op.execute("ALTER TABLE sms_message ADD COLUMN channel varchar(64), ADD COLUMN citizen varchar(64)")


def downgrade() -> None:
    op.execute("ALTER TABLE sms_message DROP COLUMN citizen, DROP COLUMN channel")
    op.execute("DROP TABLE tray.mail")
    op.drop_table("receipt_mail")
