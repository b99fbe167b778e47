"""After which promotion a late entry came: the log is replayed with it from there on.

Revision ID: 0031_late_after
Revises: 0030_draw_arming
"""

import sqlalchemy as sa
from alembic import op

revision = "0031_late_after"
down_revision = "0030_draw_arming"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("late_entry", sa.Column("log_after", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("late_entry", "log_after")
