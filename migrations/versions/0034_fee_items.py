"""Bills of no vehicle: found by their customer's number (水號、電號), which citizens bind like a plate, or by person.

Revision ID: 0034_fee_items
Revises: 0033_staff_lists
"""

from alembic import op

revision = "0034_fee_items"
down_revision = "0033_staff_lists"
branch_labels = None
depends_on = None

BOUND = """
CREATE TABLE bound_identifier (
    id            uuid NOT NULL CONSTRAINT pk_bound_identifier PRIMARY KEY,
    channel       varchar(64) NOT NULL,
    citizen       varchar(64) NOT NULL,
    fee_item      varchar(32) NOT NULL,
    number        varchar(20) NOT NULL,
    reminder_slot varchar(5),
    reminder_from date,
    bound_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_bound_identifier_citizen_number UNIQUE (channel, citizen, fee_item, number),
    CONSTRAINT ck_bound_identifier_reminder CHECK ((reminder_slot IS NULL) = (reminder_from IS NULL))
)
"""
VEHICLE = ("plate", "plate_key", "kind", "car_type")
WHOLE_VEHICLE = "num_nulls(plate, plate_key, kind, car_type) IN (0, 4)"
LEDGER = (
    "ALTER TABLE ledger_bill " + ", ".join(f"ALTER COLUMN {name} DROP NOT NULL" for name in VEHICLE),
    "ALTER TABLE ledger_bill ADD COLUMN identifier varchar(20)",
    f"ALTER TABLE ledger_bill ADD CONSTRAINT ck_ledger_bill_vehicle CHECK ({WHOLE_VEHICLE}) NOT VALID",
    "ALTER TABLE ledger_bill VALIDATE CONSTRAINT ck_ledger_bill_vehicle",
    "CREATE INDEX ix_ledger_bill_identifier ON ledger_bill (identifier, fee_item) WHERE identifier IS NOT NULL",
)


def upgrade() -> None:
    op.execute(BOUND)
    op.execute("CREATE INDEX ix_bound_identifier_number ON bound_identifier (number, fee_item)")
    op.execute("ALTER TABLE saved_bill ALTER COLUMN plate DROP NOT NULL, ALTER COLUMN kind DROP NOT NULL")
    op.execute("ALTER TABLE agency ADD COLUMN person_url text")
    op.execute("ALTER TABLE ledger_agency ADD COLUMN of_vehicles boolean NOT NULL DEFAULT true")
    for statement in LEDGER:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE bound_identifier")
    op.execute("ALTER TABLE agency DROP COLUMN person_url")
    op.execute("ALTER TABLE ledger_agency DROP COLUMN of_vehicles")
    op.execute("DELETE FROM saved_bill WHERE plate IS NULL")
    op.execute("ALTER TABLE saved_bill ALTER COLUMN plate SET NOT NULL, ALTER COLUMN kind SET NOT NULL")
    op.execute("DELETE FROM ledger_bill WHERE plate IS NULL")
    op.execute("ALTER TABLE ledger_bill DROP COLUMN identifier, DROP CONSTRAINT ck_ledger_bill_vehicle")
    op.execute("ALTER TABLE ledger_bill " + ", ".join(f"ALTER COLUMN {name} SET NOT NULL" for name in VEHICLE))
