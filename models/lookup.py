"""Lookups: what was promised to be told later, and how often a citizen looked up plates today."""

import uuid
from datetime import date, datetime

from sqlalchemy import DateTime, Index, SmallInteger, String, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class LookupPromise(Base):
    """A citizen waits for cities that could not answer in time. The row ends when it was told."""

    __tablename__ = "lookup_promise"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    channel: Mapped[str] = mapped_column(String(64), nullable=False)
    citizen: Mapped[str] = mapped_column(String(64), nullable=False)
    plate: Mapped[str] = mapped_column(String(12), nullable=False)
    kind: Mapped[str] = mapped_column(String(20), nullable=False)
    cities: Mapped[list[str]] = mapped_column(ARRAY(Text), nullable=False)
    promised_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=text("now()"))


class LookupCount(Base):
    """Lookups of plates that are not one's own, per citizen and day: the cities' API lets anyone enumerate drivers."""

    __tablename__ = "lookup_count"
    __table_args__ = (Index("ix_lookup_count_day", "day"),)

    channel: Mapped[str] = mapped_column(String(64), primary_key=True)
    citizen: Mapped[str] = mapped_column(String(64), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    lookups: Mapped[int] = mapped_column(SmallInteger, nullable=False)
