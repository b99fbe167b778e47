"""The ledger: bills and dunning notices that agencies give us.

Revision ID: 0002_ledger
Revises: 0001_conversation
"""

from alembic import op

revision = "0002_ledger"
down_revision = "0001_conversation"
branch_labels = None
depends_on = None

AGENCY = """
CREATE TABLE ledger_agency (
    code        varchar(16) NOT NULL CONSTRAINT pk_ledger_agency PRIMARY KEY,
    imported_at timestamptz NOT NULL DEFAULT now()
)
"""
# Number first in the keys: a citizen reads a number from a slip and knows no agency's code.
BILL = """
CREATE TABLE ledger_bill (
    agency        varchar(16) NOT NULL,
    number        varchar(40) NOT NULL,
    plate         varchar(12) NOT NULL,
    plate_key     varchar(10) NOT NULL,
    kind          varchar(20) NOT NULL,
    car_type      varchar(1) NOT NULL,
    fee_item      varchar(32) NOT NULL,
    parked_on     date,
    deadline      date,
    amount        integer NOT NULL,
    pay_amount    integer NOT NULL,
    hours         numeric(6, 2),
    street        text,
    started_at    timestamptz,
    left_at       timestamptz,
    issued_how    varchar(20),
    prosecuted    boolean NOT NULL DEFAULT false,
    notice_number varchar(40),
    status        varchar(10) NOT NULL DEFAULT 'open',
    paid_here_at  timestamptz,
    imported_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_ledger_bill PRIMARY KEY (number, agency),
    CONSTRAINT ck_ledger_bill_status CHECK (status IN ('open','paid','withdrawn')),
    CONSTRAINT ck_ledger_bill_kind CHECK (kind IN ('car','motorcycle','heavy_motorcycle','other')),
    CONSTRAINT ck_ledger_bill_amount CHECK (amount >= 0 AND pay_amount >= 0)
)
"""
NOTICE = """
CREATE TABLE ledger_notice (
    agency              varchar(16) NOT NULL,
    number              varchar(40) NOT NULL,
    deadline            date,
    extra_charge        integer NOT NULL,
    registered_mail     boolean,
    prosecuted          boolean NOT NULL DEFAULT false,
    prosecuted_deadline date,
    paid_here_at        timestamptz,
    imported_at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_ledger_notice PRIMARY KEY (number, agency),
    CONSTRAINT ck_ledger_notice_extra_charge CHECK (extra_charge >= 0)
)
"""
INDEXES = (
    "CREATE INDEX ix_ledger_bill_open ON ledger_bill USING hash (plate_key) WHERE status = 'open'",
    "CREATE INDEX ix_ledger_bill_notice ON ledger_bill (agency, notice_number) WHERE notice_number IS NOT NULL",
)


def upgrade() -> None:
    for statement in (AGENCY, BILL, NOTICE, *INDEXES):
        op.execute(statement)


def downgrade() -> None:
    for table in ("ledger_notice", "ledger_bill", "ledger_agency"):
        op.drop_table(table)
