"""Who armed a draw.

Revision ID: 0030_draw_arming
Revises: 0029_menu_link
"""

from alembic import op

revision = "0030_draw_arming"
down_revision = "0029_menu_link"
branch_labels = None
depends_on = None

ARMING = """
CREATE TABLE draw_arming (
    round_id    uuid NOT NULL CONSTRAINT pk_draw_arming PRIMARY KEY
                CONSTRAINT fk_draw_arming_round_id_pass_round REFERENCES pass_round (id),
    asked_by    varchar(64) NOT NULL,
    approved_by varchar(64) NOT NULL,
    at          timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ck_draw_arming_two_persons CHECK (asked_by <> approved_by)
)
"""


def upgrade() -> None:
    op.execute(ARMING)


def downgrade() -> None:
    op.drop_table("draw_arming")
