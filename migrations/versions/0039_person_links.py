"""One-time links to the page that asks for 身分證字號 and birthday.

Revision ID: 0039_person_links
Revises: 0038_autopay_members
"""

from alembic import op

revision = "0039_person_links"
down_revision = "0038_autopay_members"
branch_labels = None
depends_on = None

LINK = """
CREATE TABLE person_link (
    id       uuid NOT NULL CONSTRAINT pk_person_link PRIMARY KEY,
    channel  varchar(64) NOT NULL,
    citizen  varchar(64) NOT NULL,
    language varchar(8) NOT NULL,
    made_at  timestamptz NOT NULL DEFAULT now(),
    tries    smallint NOT NULL DEFAULT 0,
    done_at  timestamptz
)
"""


def upgrade() -> None:
    op.execute(LINK)
    op.execute("CREATE INDEX ix_person_link_citizen ON person_link (channel, citizen)")


def downgrade() -> None:
    op.execute("DROP TABLE person_link")
