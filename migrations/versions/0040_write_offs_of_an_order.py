"""Write-offs are found by their order: each refund looks for them.

Revision ID: 0040_write_offs_of_an_order
Revises: 0039_person_links
"""

from alembic import op

revision = "0040_write_offs_of_an_order"
down_revision = "0039_person_links"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_write_off_order_id", "write_off", ["order_id"])


def downgrade() -> None:
    op.drop_index("ix_write_off_order_id", table_name="write_off")
