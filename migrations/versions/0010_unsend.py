"""What an unsend takes back: kept with its row, for a message that comes after it.

Revision ID: 0010_unsend
Revises: 0009_receipt_mail
"""

from alembic import op

revision = "0010_unsend"
down_revision = "0009_receipt_mail"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE inbound_event ADD COLUMN takes_back varchar(64)")
    op.execute("CREATE INDEX ix_inbound_event_takes_back ON inbound_event (takes_back) WHERE takes_back IS NOT NULL")


def downgrade() -> None:
    op.drop_index("ix_inbound_event_takes_back", "inbound_event")
    op.drop_column("inbound_event", "takes_back")
