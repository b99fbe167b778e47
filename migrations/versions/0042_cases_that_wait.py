"""Since when a case waits for an answer: whoever writes once more does not begin to wait anew.

Revision ID: 0042_cases_that_wait
Revises: 0041_thread_sweeps
"""

from alembic import op

revision = "0042_cases_that_wait"
down_revision = "0041_thread_sweeps"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE thread ADD COLUMN waiting_since timestamptz")
    op.execute("UPDATE thread SET waiting_since = last_at WHERE state = 'open' AND last_by = 'citizen'")
    op.execute("CREATE INDEX ix_thread_waiting_since ON thread (waiting_since) WHERE waiting_since IS NOT NULL")


def downgrade() -> None:
    op.execute("DROP INDEX ix_thread_waiting_since")
    op.execute("ALTER TABLE thread DROP COLUMN waiting_since")
