"""When an agency last reported a plate's holder; reminders to bind again; members of the city's own site.

Revision ID: 0038_autopay_members
Revises: 0037_reports
"""

import sqlalchemy as sa
from alembic import op

revision = "0038_autopay_members"
down_revision = "0037_reports"
branch_labels = None
depends_on = None

REMINDER = """
CREATE TABLE autopay_reminder (
    binding_id uuid NOT NULL CONSTRAINT pk_autopay_reminder PRIMARY KEY
        CONSTRAINT fk_autopay_reminder_binding_id_binding REFERENCES binding (id) ON DELETE CASCADE,
    asked_at   timestamptz NOT NULL,
    remind_at  timestamptz NOT NULL
)
"""
OFFER = """
CREATE TABLE member_offer (
    nonce_hash  bytea NOT NULL CONSTRAINT pk_member_offer PRIMARY KEY,
    agency      varchar(16) NOT NULL,
    member_hash bytea NOT NULL,
    vehicles    jsonb NOT NULL,
    ends_at     timestamptz NOT NULL
)
"""
LINK = """
CREATE TABLE member_link (
    channel     varchar(64) NOT NULL,
    citizen     varchar(64) NOT NULL,
    agency      varchar(16) NOT NULL,
    member_hash bytea NOT NULL,
    linked_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_member_link PRIMARY KEY (channel, citizen),
    CONSTRAINT uq_member_link_agency_member_hash UNIQUE (agency, member_hash)
)
"""


def upgrade() -> None:
    reported_at = sa.Column("reported_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
    op.add_column("plate_holder", reported_at)
    op.execute(REMINDER)
    op.execute("CREATE INDEX ix_autopay_reminder_remind_at ON autopay_reminder (remind_at)")
    op.execute(OFFER)
    op.execute("CREATE INDEX ix_member_offer_ends_at ON member_offer (ends_at)")
    op.execute(LINK)


def downgrade() -> None:
    op.execute("DROP TABLE member_link, member_offer, autopay_reminder")
    op.drop_column("plate_holder", "reported_at")
