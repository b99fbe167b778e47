"""The ledger (自有帳單): bills and dunning notices that agencies give us."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, DateTime, Index, Numeric, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

NOW = text("now()")


class LedgerAgency(Base):
    """An agency whose bills are in the ledger. From it "nothing due" may be said for them."""

    __tablename__ = "ledger_agency"

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    imported_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    of_vehicles: Mapped[bool] = mapped_column(nullable=False, server_default=text("true"))  # it has sent such bills


class LedgerBill(Base):
    """One amount owed to an agency. Amounts in NT$. Of a vehicle, of a customer (`identifier`), or known by number."""

    __tablename__ = "ledger_bill"
    __table_args__ = (
        CheckConstraint("status IN ('open','paid','withdrawn')", name="status"),
        CheckConstraint("kind IN ('car','motorcycle','heavy_motorcycle','other')", name="kind"),
        CheckConstraint("num_nulls(plate, plate_key, kind, car_type) IN (0, 4)", name="vehicle"),
        CheckConstraint("amount >= 0 AND pay_amount >= 0", name="amount"),
        # The lookup: one scan of what is open for a plate. A hash, since plates come in no order: a new bill goes in
        # at a third of a tree's cost, and finds as fast in millions as in thousands.
        Index("ix_ledger_bill_open", "plate_key", postgresql_using="hash", postgresql_where=text("status = 'open'")),
        Index(
            "ix_ledger_bill_identifier",
            "identifier",
            "fee_item",
            postgresql_where=text("identifier IS NOT NULL"),
        ),
        Index("ix_ledger_bill_notice", "agency", "notice_number", postgresql_where=text("notice_number IS NOT NULL")),
    )

    number: Mapped[str] = mapped_column(String(40), primary_key=True)  # first: citizens know the number alone
    agency: Mapped[str] = mapped_column(String(16), primary_key=True)
    plate: Mapped[str | None] = mapped_column(String(12))  # canonical, with its dash
    plate_key: Mapped[str | None] = mapped_column(String(10))  # compact
    kind: Mapped[str | None] = mapped_column(String(20))
    car_type: Mapped[str | None] = mapped_column(String(1))
    identifier: Mapped[str | None] = mapped_column(String(20))  # 水號、電號: the customer, as the agency knows them
    fee_item: Mapped[str] = mapped_column(String(32), nullable=False)
    parked_on: Mapped[date | None] = mapped_column()
    deadline: Mapped[date | None] = mapped_column()
    amount: Mapped[int] = mapped_column(nullable=False)  # as billed
    pay_amount: Mapped[int] = mapped_column(nullable=False)  # to be paid now
    hours: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    street: Mapped[str | None] = mapped_column(Text)  # shown only to someone who gave this slip's number, as the times
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    left_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    issued_how: Mapped[str | None] = mapped_column(String(20))  # 開單方式
    prosecuted: Mapped[bool] = mapped_column(nullable=False, server_default=text("false"))  # 告發
    notice_number: Mapped[str | None] = mapped_column(String(40))  # the dunning notice of this agency that covers it
    status: Mapped[str] = mapped_column(String(10), nullable=False, server_default=text("'open'"))
    paid_here_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # then an import changes nothing
    imported_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    as_of: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # the agency's time of these values


class LedgerNotice(Base):
    """催繳單: its amount is the sum of the bills it covers, plus the extra charge (工本費)."""

    __tablename__ = "ledger_notice"
    __table_args__ = (CheckConstraint("extra_charge >= 0", name="extra_charge"),)

    number: Mapped[str] = mapped_column(String(40), primary_key=True)  # first: citizens know the number alone
    agency: Mapped[str] = mapped_column(String(16), primary_key=True)
    deadline: Mapped[date | None] = mapped_column()
    extra_charge: Mapped[int] = mapped_column(nullable=False)
    registered_mail: Mapped[bool | None] = mapped_column()  # 掛號, 平信, or not told
    prosecuted: Mapped[bool] = mapped_column(nullable=False, server_default=text("false"))  # 告發
    prosecuted_deadline: Mapped[date | None] = mapped_column()
    paid_here_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # with all its bills
    imported_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    as_of: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # the agency's time of these values
