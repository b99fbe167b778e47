"""Around a payment: the discount of a line, links to files of one's payments, bank accounts that refunds go to.

Revision ID: 0025_around_payment
Revises: 0024_staff
"""

from alembic import op

revision = "0025_around_payment"
down_revision = "0024_staff"
branch_labels = None
depends_on = None

DISCOUNT = """
ALTER TABLE order_line ADD COLUMN discount integer NOT NULL DEFAULT 0,
    ADD CONSTRAINT ck_order_line_discount CHECK (discount >= 0 AND discount < pay_amount) NOT VALID
"""
CHECKED = "ALTER TABLE order_line VALIDATE CONSTRAINT ck_order_line_discount"
RECORD_LINK = """
CREATE TABLE record_link (
    id         uuid NOT NULL CONSTRAINT pk_record_link PRIMARY KEY,
    channel    varchar(64) NOT NULL,
    citizen    varchar(64) NOT NULL,
    month      date,
    year       smallint,
    fee_item   varchar(32),
    plate      varchar(16),
    number     varchar(64),
    made_at    timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    pdf_at     timestamptz,
    csv_at     timestamptz,
    CONSTRAINT ck_record_link_period CHECK (month IS NULL OR year IS NULL)
)
"""
RECORD_LINK_ENDS = "CREATE INDEX ix_record_link_expires_at ON record_link (expires_at)"
REFUND_ACCOUNT = """
CREATE TABLE refund_account (
    id       uuid NOT NULL CONSTRAINT pk_refund_account PRIMARY KEY
        CONSTRAINT fk_refund_account_id_refund REFERENCES refund (id),
    account  bytea NOT NULL,
    given_at timestamptz NOT NULL DEFAULT now()
)
"""


def upgrade() -> None:
    for statement in (DISCOUNT, CHECKED, RECORD_LINK, RECORD_LINK_ENDS, REFUND_ACCOUNT):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("refund_account")
    op.drop_table("record_link")
    op.drop_column("order_line", "discount")
