"""Vehicles: bindings, the paperless state of plates, bills kept without binding, reports of a plate.

Revision ID: 0007_vehicles
Revises: 0006_accounts
"""

from alembic import op

revision = "0007_vehicles"
down_revision = "0006_accounts"
branch_labels = None
depends_on = None

BINDING = """
CREATE TABLE binding (
    id            uuid NOT NULL CONSTRAINT pk_binding PRIMARY KEY,
    channel       varchar(64) NOT NULL,
    citizen       varchar(64) NOT NULL,
    plate         varchar(12) NOT NULL,
    compact       varchar(12) NOT NULL,
    kind          varchar(20) NOT NULL,
    reminder_slot varchar(5),
    reminder_from date,
    paperless     boolean NOT NULL DEFAULT false,
    flood_areas   text[] NOT NULL DEFAULT '{}'::text[],
    flood_from    date,
    bound_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_binding_citizen_plate_kind UNIQUE (channel, citizen, plate, kind),
    CONSTRAINT ck_binding_reminder CHECK ((reminder_slot IS NULL) = (reminder_from IS NULL)),
    CONSTRAINT ck_binding_flood CHECK ((flood_areas = '{}') = (flood_from IS NULL))
)
"""
# Everybody who has bound a plate, for the notices between them.
BY_PLATE = "CREATE INDEX ix_binding_plate_kind ON binding (plate, kind)"
STATE = """
CREATE TABLE plate_state (
    plate    varchar(12) NOT NULL,
    kind     varchar(20) NOT NULL,
    starts   date NOT NULL,
    last_day date,
    CONSTRAINT pk_plate_state PRIMARY KEY (plate, kind)
)
"""
SAVED = """
CREATE TABLE saved_bill (
    channel  varchar(64) NOT NULL,
    citizen  varchar(64) NOT NULL,
    agency   varchar(16) NOT NULL,
    type     varchar(8) NOT NULL,
    number   varchar(64) NOT NULL,
    plate    varchar(12) NOT NULL,
    kind     varchar(20) NOT NULL,
    saved_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_saved_bill PRIMARY KEY (channel, citizen, agency, type, number)
)
"""
REPORT = """
CREATE TABLE plate_report (
    id          uuid NOT NULL CONSTRAINT pk_plate_report PRIMARY KEY,
    channel     varchar(64) NOT NULL,
    citizen     varchar(64) NOT NULL,
    plate       varchar(12) NOT NULL,
    kind        varchar(20) NOT NULL,
    reported_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_plate_report_citizen_plate_kind UNIQUE (channel, citizen, plate, kind)
)
"""


def upgrade() -> None:
    for statement in (BINDING, BY_PLATE, STATE, SAVED, REPORT):
        op.execute(statement)


def downgrade() -> None:
    for table in ("plate_report", "saved_bill", "plate_state", "binding"):
        op.drop_table(table)
