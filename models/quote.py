"""Quotes: what a pay link was made for. An order has rows only once its page is opened; most links never are."""

import uuid
from datetime import datetime

from sqlalchemy import DateTime, Index, LargeBinary, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class QuoteRow(Base):
    """The bills of one pay link as they were answered, until the link ends. Only written and deleted, but for order_id.

    No index on expires_at and no reference to orders: a row is written for every answer with something to pay, and
    forgotten by reading the table once an hour.
    """

    __tablename__ = "quote"
    __table_args__ = (Index("ix_quote_citizen", "channel", "citizen"),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    channel: Mapped[str] = mapped_column(String(64), nullable=False)
    citizen: Mapped[str] = mapped_column(String(64), nullable=False)
    language: Mapped[str] = mapped_column(String(8), nullable=False)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
    lines: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)  # JSON, as services/quotes.py writes it
    order_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)  # the order behind the link, once it was opened
