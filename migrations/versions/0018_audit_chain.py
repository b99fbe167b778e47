"""The audit chain: one link per sealed audit row.

Revision ID: 0018_audit_chain
Revises: 0017_notices
"""

from alembic import op

revision = "0018_audit_chain"
down_revision = "0017_notices"
branch_labels = None
depends_on = None

LINK = """
CREATE TABLE audit_link (
    place     bigint NOT NULL CONSTRAINT pk_audit_link PRIMARY KEY,
    audit_id  bigint NOT NULL,
    hash      varchar(64) NOT NULL,
    sealed_at timestamptz NOT NULL DEFAULT now()
)
"""


def upgrade() -> None:
    op.execute(LINK)
    op.execute("CREATE UNIQUE INDEX uq_audit_link_audit_id ON audit_link (audit_id)")


def downgrade() -> None:
    op.drop_table("audit_link")
