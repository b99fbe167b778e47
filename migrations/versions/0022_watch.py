"""Watching bills: plates asked about at cities, what these listed, who is told at once; owners checked by staff.

Revision ID: 0022_watch
Revises: 0021_writeoffs
"""

from alembic import op

revision = "0022_watch"
down_revision = "0021_writeoffs"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE plate_watch (
    city        varchar(16) NOT NULL,
    plate       varchar(12) NOT NULL,
    kind        varchar(20) NOT NULL,
    ask_at      timestamptz NOT NULL,
    due         boolean NOT NULL DEFAULT false,
    answered_at timestamptz,
    owed_at     timestamptz,
    failures    integer NOT NULL DEFAULT 0,
    made_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_plate_watch PRIMARY KEY (city, plate, kind)
);
CREATE INDEX ix_plate_watch_due ON plate_watch (city, due, ask_at) INCLUDE (answered_at, made_at);
CREATE TABLE watched_bill (
    agency     varchar(16) NOT NULL,
    type       varchar(8) NOT NULL,
    number     varchar(64) NOT NULL,
    plate      varchar(12) NOT NULL,
    kind       varchar(20) NOT NULL,
    deadline   date,
    pay_amount integer NOT NULL,
    covers     text[] NOT NULL,
    payable    jsonb NOT NULL,
    asked_at   timestamptz NOT NULL,
    CONSTRAINT pk_watched_bill PRIMARY KEY (agency, type, number, plate, kind)
);
CREATE INDEX ix_watched_bill_plate ON watched_bill (plate, kind);
CREATE TABLE bill_news (
    channel varchar(64) NOT NULL,
    citizen varchar(64) NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_bill_news PRIMARY KEY (channel, citizen)
);
CREATE TABLE given_slip (
    channel  varchar(64) NOT NULL,
    citizen  varchar(64) NOT NULL,
    number   varchar(40) NOT NULL,
    given_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_given_slip PRIMARY KEY (channel, citizen, number)
);
CREATE INDEX ix_given_slip_number ON given_slip (number);
ALTER TABLE binding
    ADD COLUMN told_by varchar(4) CONSTRAINT ck_binding_told_by CHECK (told_by IN ('line', 'sms', 'both')),
    ADD COLUMN checked_at timestamptz,
    ADD COLUMN confirmed_at timestamptz,
    ADD COLUMN wondered_at timestamptz;
CREATE INDEX ix_binding_checked ON binding (compact) WHERE checked_at IS NOT NULL;
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("DROP INDEX ix_binding_checked")
    op.execute(
        "ALTER TABLE binding DROP COLUMN wondered_at, DROP COLUMN confirmed_at, DROP COLUMN checked_at, "
        "DROP COLUMN told_by"
    )
    for table in ("given_slip", "bill_news", "watched_bill", "plate_watch"):
        op.drop_table(table)
