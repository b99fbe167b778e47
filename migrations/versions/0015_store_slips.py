"""Store slips: barcodes shown to be paid at a convenience store.

Revision ID: 0015_store_slips
Revises: 0014_places
"""

from alembic import op

revision = "0015_store_slips"
down_revision = "0014_places"
branch_labels = None
depends_on = None

SLIP = """
CREATE TABLE store_slip (
    number          varchar(16) NOT NULL CONSTRAINT pk_store_slip PRIMARY KEY,
    collection_code varchar(3) NOT NULL,
    order_id        uuid NOT NULL CONSTRAINT fk_store_slip_order_id_orders REFERENCES orders (id),
    position        smallint NOT NULL,
    amount          integer NOT NULL CONSTRAINT ck_store_slip_amount CHECK (amount BETWEEN 1 AND 20000),
    pay_by          date NOT NULL,
    made_at         timestamptz NOT NULL DEFAULT now()
)
"""
LINE = "CREATE UNIQUE INDEX uq_store_slip_line ON store_slip (order_id, position, amount, pay_by, collection_code)"


def upgrade() -> None:
    op.execute(SLIP)
    op.execute(LINE)


def downgrade() -> None:
    op.drop_table("store_slip")
