"""The agencies' API: keys, answers kept, case progress, auto-pay holders; versions of bills, discounts in write-offs.

Revision ID: 0028_agency_api
Revises: 0027_opening_told
"""

from alembic import op

revision = "0028_agency_api"
down_revision = "0027_opening_told"
branch_labels = None
depends_on = None

KEY = """
CREATE TABLE agency_key (
    id        uuid NOT NULL CONSTRAINT pk_agency_key PRIMARY KEY,
    agency_id uuid NOT NULL CONSTRAINT fk_agency_key_agency_id_agency REFERENCES agency (id),
    hash      bytea NOT NULL CONSTRAINT uq_agency_key_hash UNIQUE,
    scopes    text[] NOT NULL,
    made_by   varchar(64) NOT NULL,
    made_at   timestamptz NOT NULL DEFAULT now(),
    ends_at   timestamptz,
    used_on   date
)
"""
BATCH = """
CREATE TABLE agency_batch (
    agency_id uuid NOT NULL CONSTRAINT fk_agency_batch_agency_id_agency REFERENCES agency (id),
    key       varchar(64) NOT NULL,
    request   bytea NOT NULL,
    answer    bytea NOT NULL,
    made_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_agency_batch PRIMARY KEY (agency_id, key)
)
"""
CASE_STEP = """
CREATE TABLE case_step (
    id      uuid NOT NULL CONSTRAINT pk_case_step PRIMARY KEY,
    agency  varchar(16) NOT NULL,
    number  varchar(40) NOT NULL,
    at      timestamptz NOT NULL,
    stage   varchar(20) NOT NULL
        CONSTRAINT ck_case_step_stage
        CHECK (stage IN ('received','in_progress','documents_needed','closed','rejected')),
    note_zh varchar(200) NOT NULL DEFAULT '',
    note_en varchar(200) NOT NULL DEFAULT '',
    CONSTRAINT uq_case_step_agency_number_at_stage UNIQUE (agency, number, at, stage)
)
"""
PLATE_HOLDER = """
CREATE TABLE plate_holder (
    agency    varchar(16) NOT NULL,
    plate_key varchar(10) NOT NULL,
    holder    varchar(40),
    at        timestamptz NOT NULL,
    CONSTRAINT pk_plate_holder PRIMARY KEY (agency, plate_key)
)
"""
ADDED = (
    "CREATE INDEX ix_agency_batch_made_at ON agency_batch (made_at)",
    "CREATE INDEX ix_case_step_number ON case_step (number)",
    "ALTER TABLE ledger_bill ADD COLUMN as_of timestamptz",
    "ALTER TABLE ledger_notice ADD COLUMN as_of timestamptz",
    "ALTER TABLE write_off ADD COLUMN discount integer NOT NULL DEFAULT 0",
    "ALTER TABLE write_off ADD CONSTRAINT ck_write_off_discount CHECK (discount >= 0) NOT VALID",
    "ALTER TABLE write_off VALIDATE CONSTRAINT ck_write_off_discount",
)


def upgrade() -> None:
    for statement in (KEY, BATCH, CASE_STEP, PLATE_HOLDER, *ADDED):
        op.execute(statement)


def downgrade() -> None:
    op.drop_column("write_off", "discount")
    op.drop_column("ledger_notice", "as_of")
    op.drop_column("ledger_bill", "as_of")
    for table in ("plate_holder", "case_step", "agency_batch", "agency_key"):
        op.drop_table(table)
