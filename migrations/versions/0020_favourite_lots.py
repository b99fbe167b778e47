"""Lots that citizens starred.

Revision ID: 0020_favourite_lots
Revises: 0019_halts
"""

from alembic import op

revision = "0020_favourite_lots"
down_revision = "0019_halts"
branch_labels = None
depends_on = None

FAVOURITE = """
CREATE TABLE favourite_lot (
    channel    varchar(64) NOT NULL,
    citizen    varchar(64) NOT NULL,
    lot        varchar(16) NOT NULL CONSTRAINT fk_favourite_lot_lot_lot REFERENCES lot (number),
    starred_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_favourite_lot PRIMARY KEY (channel, citizen, lot)
)
"""


def upgrade() -> None:
    op.execute(FAVOURITE)
    op.execute("CREATE INDEX ix_favourite_lot_lot ON favourite_lot (lot)")


def downgrade() -> None:
    op.drop_table("favourite_lot")
