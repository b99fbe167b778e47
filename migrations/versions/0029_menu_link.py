"""Rich menus of single citizens.

Revision ID: 0029_menu_link
Revises: 0028_agency_api
"""

from alembic import op

revision = "0029_menu_link"
down_revision = "0028_agency_api"
branch_labels = None
depends_on = None

MENU_LINK = """
CREATE TABLE menu_link (
    channel varchar(64) NOT NULL,
    line_id varchar(64) NOT NULL,
    alias   varchar(32) NOT NULL,
    menu_id varchar(64) NOT NULL,
    CONSTRAINT pk_menu_link PRIMARY KEY (channel, line_id)
)
"""


def upgrade() -> None:
    op.execute(MENU_LINK)


def downgrade() -> None:
    op.drop_table("menu_link")
