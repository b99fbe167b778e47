"""Lookups: promises to tell later, and how often a citizen looked up plates today.

Revision ID: 0004_lookups
Revises: 0003_orders
"""

from alembic import op

revision = "0004_lookups"
down_revision = "0003_orders"
branch_labels = None
depends_on = None

PROMISE = """
CREATE TABLE lookup_promise (
    id          uuid NOT NULL CONSTRAINT pk_lookup_promise PRIMARY KEY,
    channel     varchar(64) NOT NULL,
    citizen     varchar(64) NOT NULL,
    plate       varchar(12) NOT NULL,
    kind        varchar(20) NOT NULL,
    cities      text[] NOT NULL,
    promised_at timestamptz NOT NULL DEFAULT now()
)
"""
COUNT = """
CREATE TABLE lookup_count (
    channel varchar(64) NOT NULL,
    citizen varchar(64) NOT NULL,
    day     date NOT NULL,
    lookups smallint NOT NULL,
    CONSTRAINT pk_lookup_count PRIMARY KEY (channel, citizen, day)
)
"""


def upgrade() -> None:
    op.execute(PROMISE)
    op.execute(COUNT)
    op.execute("CREATE INDEX ix_lookup_count_day ON lookup_count (day)")


def downgrade() -> None:
    op.drop_table("lookup_count")
    op.drop_table("lookup_promise")
