"""Places of a draw that were paid at the lot (現場繳費).

Revision ID: 0016_counter_sale
Revises: 0015_store_slips
"""

from alembic import op

revision = "0016_counter_sale"
down_revision = "0015_store_slips"
branch_labels = None
depends_on = None

SALE = """
CREATE TABLE counter_sale (
    entry_id   uuid NOT NULL CONSTRAINT pk_counter_sale PRIMARY KEY,
    round_id   uuid NOT NULL CONSTRAINT fk_counter_sale_round_id_pass_round REFERENCES pass_round (id),
    amount     integer NOT NULL CONSTRAINT ck_counter_sale_amount CHECK (amount > 0),
    receipt_no varchar(32) NOT NULL,
    staff      varchar(64) NOT NULL,
    paid_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT fk_counter_sale_entry_id_pass_entry FOREIGN KEY (entry_id) REFERENCES pass_entry (id)
)
"""


def upgrade() -> None:
    op.execute(SALE)
    op.execute("CREATE UNIQUE INDEX uq_counter_sale_receipt_no ON counter_sale (round_id, receipt_no)")


def downgrade() -> None:
    op.drop_table("counter_sale")
