"""資格審查 with photos, 換牌／換車 of sold passes, and where staff are reminded of 張數.

Revision ID: 0036_qualification
Revises: 0035_threads
"""

from alembic import op

revision = "0036_qualification"
down_revision = "0035_threads"
branch_labels = None
depends_on = None

QUALIFICATION = """
CREATE TABLE qualification (
    id         uuid NOT NULL CONSTRAINT pk_qualification PRIMARY KEY,
    entry_id   uuid NOT NULL CONSTRAINT fk_qualification_entry_id_pass_entry REFERENCES pass_entry (id),
    state      varchar(8) NOT NULL
        CONSTRAINT ck_qualification_state CHECK (state IN ('waiting', 'more', 'passed', 'refused')),
    asked_at   timestamptz NOT NULL DEFAULT now(),
    reason     varchar(200),
    decided_by varchar(64),
    decided_at timestamptz,
    CONSTRAINT ck_qualification_decided CHECK ((decided_by IS NULL) = (decided_at IS NULL))
)
"""
PHOTO = """
CREATE TABLE qualification_photo (
    id               uuid NOT NULL CONSTRAINT pk_qualification_photo PRIMARY KEY,
    qualification_id uuid NOT NULL
        CONSTRAINT fk_qualification_photo_qualification_id_qualification REFERENCES qualification (id),
    message_id       varchar(64) NOT NULL,
    sent_at          timestamptz NOT NULL DEFAULT now(),
    photo            bytea,
    failed           varchar(10)
        CONSTRAINT ck_qualification_photo_failed CHECK (failed IN ('gone', 'unreadable')),
    CONSTRAINT ck_qualification_photo_one_of_both CHECK (failed IS NULL OR photo IS NULL)
)
"""
PLATE = """
CREATE TABLE pass_plate (
    id          uuid NOT NULL CONSTRAINT pk_pass_plate PRIMARY KEY,
    entry_id    uuid NOT NULL CONSTRAINT fk_pass_plate_entry_id_pass_entry REFERENCES pass_entry (id),
    plate       varchar(12) NOT NULL,
    compact     varchar(12) NOT NULL,
    asked_by    varchar(64) NOT NULL,
    asked_at    timestamptz NOT NULL DEFAULT now(),
    approved_by varchar(64) CONSTRAINT ck_pass_plate_two_persons CHECK (approved_by <> asked_by),
    approved_at timestamptz,
    CONSTRAINT ck_pass_plate_approved CHECK ((approved_by IS NULL) = (approved_at IS NULL))
)
"""
ADDED = (
    "CREATE UNIQUE INDEX uq_qualification_entry_id ON qualification (entry_id)",
    "CREATE INDEX ix_qualification_waiting ON qualification (asked_at) WHERE state = 'waiting'",
    "CREATE UNIQUE INDEX uq_qualification_photo_message_id ON qualification_photo (message_id)",
    "CREATE INDEX ix_qualification_photo_of ON qualification_photo (qualification_id, sent_at)",
    "CREATE INDEX ix_pass_plate_entry_id ON pass_plate (entry_id, approved_at)",
    "ALTER TABLE lot_plan ADD COLUMN evidence varchar(16)",
    "ALTER TABLE staff ADD COLUMN email bytea",
    "ALTER TABLE staff ADD COLUMN reminded_on date",
)


def upgrade() -> None:
    for statement in (QUALIFICATION, PHOTO, PLATE, *ADDED):
        op.execute(statement)


def downgrade() -> None:
    for column in ("staff DROP COLUMN reminded_on", "staff DROP COLUMN email", "lot_plan DROP COLUMN evidence"):
        op.execute(f"ALTER TABLE {column}")
    for table in ("pass_plate", "qualification_photo", "qualification"):
        op.drop_table(table)
