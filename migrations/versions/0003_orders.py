"""Orders, claims, attempts, money that came, audit rows; and the books of demobank, which is a party of its own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003_orders"
down_revision = "0002_ledger"
branch_labels = None
depends_on = None

# In a schema of its own: what the bank knows is compared with our books, never joined with them.
DEMOBANK = """
CREATE SCHEMA demobank;
CREATE TABLE demobank.trade (
    trade_number text PRIMARY KEY,
    reference    text NOT NULL UNIQUE,
    title        text NOT NULL,
    amount       integer NOT NULL CHECK (amount > 0),
    return_url   text NOT NULL,
    notify_url   text NOT NULL,
    state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'paid', 'declined', 'cancelled')),
    behaviour    text NOT NULL DEFAULT 'normal' CHECK (behaviour IN ('normal', 'decline', 'hang', 'twice', 'late')),
    expires_at   timestamptz NOT NULL,
    decided_at   timestamptz,
    created_at   timestamptz NOT NULL DEFAULT now()
)
"""


def upgrade() -> None:
    _audit_row()
    _orders()
    _attempt()
    _claim()
    _order_line()
    _order_move()
    _payment()
    _refund_due()
    op.execute(DEMOBANK)


def downgrade() -> None:
    op.execute("DROP SCHEMA demobank CASCADE")
    for table in ("refund_due", "payment", "order_move", "order_line", "claim", "attempt", "orders", "audit_row"):
        op.drop_table(table)


def _audit_row() -> None:
    op.create_table(
        "audit_row",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject_type", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("detail", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_row")),
    )
    op.create_index("ix_audit_row_subject", "audit_row", ["subject_type", "subject_id"])


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("citizen", sa.String(length=64), nullable=True),
        sa.Column("language", sa.String(length=8), server_default=sa.text("'zh-TW'"), nullable=False),
        sa.Column("bills", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), server_default=sa.text("'open'"), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('open','paying','paid','expired','cancelled','replaced')", name=op.f("ck_orders_state")
        ),
        sa.CheckConstraint("total >= 0", name=op.f("ck_orders_total")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
    )
    op.create_index(
        "ix_orders_bills",
        "orders",
        ["channel", "citizen", "bills"],
        postgresql_where=sa.text("state IN ('open','paying')"),
    )
    op.create_index("ix_orders_citizen", "orders", ["channel", "citizen", "created_at"])
    op.create_index("ix_orders_expires_at", "orders", ["expires_at"], postgresql_where=sa.text("state = 'open'"))


def _attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column("trade_number", sa.String(length=20), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("fee", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("redirect_url", sa.Text(), nullable=True),
        sa.Column("provider_reference", sa.String(length=64), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_ask_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asks", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("late_of", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(state = 'late') = (late_of IS NOT NULL)", name=op.f("ck_attempt_late")),
        sa.CheckConstraint(
            "state IN ('started','confirming','unknown','paid','failed','expired','cancelled','late')",
            name=op.f("ck_attempt_state"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_attempt_amount")),
        sa.ForeignKeyConstraint(["late_of"], ["attempt.id"], name=op.f("fk_attempt_late_of_attempt")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_attempt_order_id_orders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    op.create_index(
        "ix_attempt_next_ask_at", "attempt", ["next_ask_at"], postgresql_where=sa.text("next_ask_at IS NOT NULL")
    )
    op.create_index("ix_attempt_order_id", "attempt", ["order_id"])
    op.create_index(
        "uq_attempt_late",
        "attempt",
        ["late_of", "provider_reference"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("late_of IS NOT NULL"),
    )
    op.create_index(
        "uq_attempt_live",
        "attempt",
        ["order_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('started','confirming','unknown')"),
    )
    op.create_index("uq_attempt_paid", "attempt", ["order_id"], unique=True, postgresql_where=sa.text("state = 'paid'"))
    op.create_index(
        "uq_attempt_trade_number", "attempt", ["trade_number"], unique=True, postgresql_where=sa.text("late_of IS NULL")
    )


def _claim() -> None:
    op.create_table(
        "claim",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("agency", sa.String(length=16), nullable=False),
        sa.Column("type", sa.String(length=8), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("live", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_claim_order_id_orders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
    )
    op.create_index("ix_claim_order_id", "claim", ["order_id"])
    op.create_index(
        "uq_claim_live", "claim", ["agency", "type", "number"], unique=True, postgresql_where=sa.text("live")
    )


def _order_line() -> None:
    op.create_table(
        "order_line",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("agency", sa.String(length=16), nullable=False),
        sa.Column("type", sa.String(length=8), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("fee_item", sa.String(length=32), nullable=False),
        sa.Column("plate", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("parked_on", sa.Date(), nullable=True),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("extra_charge", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("pay_amount", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("covers", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("chosen", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("standing", sa.String(length=16), server_default=sa.text("'due'"), nullable=False),
        sa.CheckConstraint("standing = 'due' OR NOT chosen", name=op.f("ck_order_line_only_due_is_chosen")),
        sa.CheckConstraint("standing IN ('due','gone','paid_here')", name=op.f("ck_order_line_standing")),
        sa.CheckConstraint("type IN ('bill','notice')", name=op.f("ck_order_line_type")),
        sa.CheckConstraint("pay_amount > 0", name=op.f("ck_order_line_pay_amount")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_line_order_id_orders")),
        sa.PrimaryKeyConstraint("order_id", "position", name=op.f("pk_order_line")),
    )
    op.create_index("uq_order_line_payable", "order_line", ["order_id", "agency", "type", "number"], unique=True)


def _order_move() -> None:
    op.create_table(
        "order_move",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=True),
        sa.Column("from_state", sa.String(length=16), nullable=True),
        sa.Column("to_state", sa.String(length=16), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_order_move_attempt_id_attempt")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_move_order_id_orders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_move")),
    )
    op.create_index("ix_order_move_order_id", "order_move", ["order_id"])


def _payment() -> None:
    op.create_table(
        "payment",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column("provider_reference", sa.String(length=64), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_amount")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_payment_attempt_id_attempt")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_payment_order_id_orders")),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_payment")),
    )
    op.create_index("ix_payment_order_id", "payment", ["order_id"])


def _refund_due() -> None:
    op.create_table(
        "refund_due",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("reason IN ('late','double')", name=op.f("ck_refund_due_reason")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_refund_due_attempt_id_attempt")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_refund_due_order_id_orders")),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_refund_due")),
    )
