"""Indexes of what cases are to forget, so that looking every minute stays cheap in years of cases.

Revision ID: 0041_thread_sweeps
Revises: 0040_write_offs_of_an_order
"""

from alembic import op

revision = "0041_thread_sweeps"
down_revision = "0040_write_offs_of_an_order"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX ix_thread_to_forget ON thread (closed_at) WHERE citizen IS NOT NULL")
    op.execute("CREATE INDEX ix_thread_message_photo_waiting ON thread_message (at) WHERE photo = 'waiting'")
    op.drop_index("ix_thread_closed_at", "thread")


def downgrade() -> None:
    op.execute("CREATE INDEX ix_thread_closed_at ON thread (closed_at) WHERE closed_at IS NOT NULL")
    op.drop_index("ix_thread_message_photo_waiting", "thread_message")
    op.drop_index("ix_thread_to_forget", "thread")
