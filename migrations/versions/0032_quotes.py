"""Quotes: what pay links were made for; an order has rows only once its page is opened.

Revision ID: 0032_quotes
Revises: 0031_late_after
"""

from alembic import op

revision = "0032_quotes"
down_revision = "0031_late_after"
branch_labels = None
depends_on = None

QUOTE = """
CREATE TABLE quote (
    id         uuid NOT NULL CONSTRAINT pk_quote PRIMARY KEY,
    channel    varchar(64) NOT NULL,
    citizen    varchar(64) NOT NULL,
    language   varchar(8) NOT NULL,
    expires_at timestamptz NOT NULL,
    lines      bytea NOT NULL,
    order_id   uuid
)
"""


def upgrade() -> None:
    op.execute(QUOTE)
    op.execute("CREATE INDEX ix_quote_citizen ON quote (channel, citizen)")


def downgrade() -> None:
    op.execute("DROP TABLE quote")
