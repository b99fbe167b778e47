"""When the opening of a round was told to those who starred its lot.

Revision ID: 0027_opening_told
Revises: 0026_sending
"""

from alembic import op

revision = "0027_opening_told"
down_revision = "0026_sending"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE pass_round ADD COLUMN opening_told_at timestamptz")


def downgrade() -> None:
    op.drop_column("pass_round", "opening_told_at")
