"""What was sent each day, counted for the monthly reports; refunds by the time they ended.

Revision ID: 0037_reports
Revises: 0036_qualification
"""

from alembic import op

revision = "0037_reports"
down_revision = "0036_qualification"
branch_labels = None
depends_on = None

SENT_DAY = """
CREATE TABLE sent_day (
    day    date NOT NULL,
    way    varchar(5) NOT NULL CONSTRAINT ck_sent_day_way CHECK (way IN ('reply', 'line', 'sms')),
    topic  varchar(16) NOT NULL,
    sent   integer NOT NULL,
    failed integer NOT NULL,
    parts  integer NOT NULL DEFAULT 0,
    CONSTRAINT pk_sent_day PRIMARY KEY (day, way, topic)
)
"""


def upgrade() -> None:
    op.execute(SENT_DAY)
    op.execute("CREATE INDEX ix_refund_ended_at ON refund (ended_at) WHERE state = 'done'")


def downgrade() -> None:
    op.execute("DROP INDEX ix_refund_ended_at")
    op.execute("DROP TABLE sent_day")
