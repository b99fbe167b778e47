"""Store slips: barcodes shown to be paid at a convenience store (三段式條碼), each for one bill of one order."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class StoreSlip(Base):
    """One barcode. It holds nothing back: the bill is paid when a collection file says so."""

    __tablename__ = "store_slip"
    __table_args__ = (
        CheckConstraint("amount BETWEEN 1 AND 20000", name="amount"),
        Index("uq_store_slip_line", "order_id", "position", "amount", "pay_by", "collection_code", unique=True),
    )

    number: Mapped[str] = mapped_column(String(16), primary_key=True)  # the second segment
    collection_code: Mapped[str] = mapped_column(String(3), nullable=False)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("orders.id"), nullable=False)
    position: Mapped[int] = mapped_column(SmallInteger, nullable=False)  # of the order's line
    amount: Mapped[int] = mapped_column(nullable=False)  # NT$
    pay_by: Mapped[date] = mapped_column(nullable=False)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
