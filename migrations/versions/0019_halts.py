"""Kill switches of money.

Revision ID: 0019_halts
Revises: 0018_audit_chain
"""

from alembic import op

revision = "0019_halts"
down_revision = "0018_audit_chain"
branch_labels = None
depends_on = None

HALT = """
CREATE TABLE halt (
    what       varchar(16) NOT NULL CONSTRAINT pk_halt PRIMARY KEY,
    text_zh    varchar(200) NOT NULL,
    text_en    varchar(200) NOT NULL,
    stopped_by varchar(64) NOT NULL,
    stopped_at timestamptz NOT NULL DEFAULT now()
)
"""


def upgrade() -> None:
    op.execute(HALT)


def downgrade() -> None:
    op.drop_table("halt")
