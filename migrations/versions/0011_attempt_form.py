"""What a browser carries to a provider's page by POST, and when it did.

Revision ID: 0011_attempt_form
Revises: 0010_unsend
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011_attempt_form"
down_revision = "0010_unsend"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attempt", sa.Column("form", JSONB(), nullable=True))
    op.add_column("attempt", sa.Column("carried_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("attempt", "carried_at")
    op.drop_column("attempt", "form")
