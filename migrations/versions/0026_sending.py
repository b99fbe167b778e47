"""Sending at city scale: ranks and multicasts in the outbox, what became of notices, campaigns, deliveries of SMS.

Revision ID: 0026_sending
Revises: 0025_around_payment
"""

from alembic import op

revision = "0026_sending"
down_revision = "0025_around_payment"
branch_labels = None
depends_on = None

SENDING = """
ALTER TABLE outbound_message
    ADD COLUMN rank smallint NOT NULL DEFAULT 1,
    ADD COLUMN topic varchar(16),
    ADD COLUMN recipients text[];
CREATE INDEX ix_outbound_message_due ON outbound_message (rank, next_attempt_at) WHERE ended_at IS NULL;
DROP INDEX ix_outbound_message_waiting;
ALTER TABLE notice
    ADD COLUMN outbound_id uuid,
    ADD COLUMN topic varchar(16),
    ADD COLUMN about uuid[],
    ADD COLUMN campaign_id uuid,
    ADD COLUMN failed varchar(12),
    ADD COLUMN settled_at timestamptz;
UPDATE notice SET outbound_id = o.id FROM outbound_message o WHERE o.dedupe_key = notice.dedupe_key;
CREATE INDEX ix_notice_outbound_id ON notice (outbound_id) WHERE outbound_id IS NOT NULL;
CREATE INDEX ix_notice_campaign_id ON notice (campaign_id) WHERE campaign_id IS NOT NULL;
CREATE INDEX ix_notice_failed ON notice (made_at) WHERE failed IS NOT NULL AND settled_at IS NULL;
ALTER TABLE told_fact ADD COLUMN notice varchar(120);
ALTER TABLE sms_message
    ADD COLUMN gateway varchar(16),
    ADD COLUMN topic varchar(16),
    ADD COLUMN parts smallint,
    ADD COLUMN delivery varchar(9)
        CONSTRAINT ck_sms_message_delivery CHECK (delivery IN ('delivered', 'failed', 'unknown'));
CREATE INDEX ix_sms_message_on_the_way ON sms_message (ended_at) WHERE state = 'accepted' AND delivery IS NULL;
CREATE TABLE campaign (
    id          uuid NOT NULL,
    kind        varchar(8) NOT NULL,
    state       varchar(8) NOT NULL DEFAULT 'sending',
    content     jsonb NOT NULL,
    areas       text[] NOT NULL DEFAULT '{}'::text[],
    closes      uuid,
    made_by     varchar(64) NOT NULL,
    made_at     timestamptz NOT NULL DEFAULT now(),
    told_at     timestamptz,
    quota_limit integer,
    quota_used  integer,
    planned     integer NOT NULL,
    figures     jsonb,
    CONSTRAINT pk_campaign PRIMARY KEY (id),
    CONSTRAINT ck_campaign_kind CHECK (kind IN ('news', 'flood')),
    CONSTRAINT ck_campaign_state CHECK (state IN ('sending', 'told', 'stopped'))
);
CREATE INDEX ix_campaign_made_at ON campaign (made_at);
CREATE UNIQUE INDEX uq_campaign_closes ON campaign (closes) WHERE closes IS NOT NULL;
"""
BACK = """
DROP TABLE campaign;
DROP INDEX ix_sms_message_on_the_way;
ALTER TABLE sms_message DROP COLUMN delivery, DROP COLUMN parts, DROP COLUMN topic, DROP COLUMN gateway;
ALTER TABLE told_fact DROP COLUMN notice;
DROP INDEX ix_notice_failed;
DROP INDEX ix_notice_campaign_id;
DROP INDEX ix_notice_outbound_id;
ALTER TABLE notice DROP COLUMN settled_at, DROP COLUMN failed, DROP COLUMN campaign_id, DROP COLUMN about,
    DROP COLUMN topic, DROP COLUMN outbound_id;
CREATE INDEX ix_outbound_message_waiting ON outbound_message (seq) WHERE ended_at IS NULL;
DROP INDEX ix_outbound_message_due;
ALTER TABLE outbound_message DROP COLUMN recipients, DROP COLUMN topic, DROP COLUMN rank;
"""


def upgrade() -> None:
    op.execute(SENDING)


def downgrade() -> None:
    op.execute(BACK)
