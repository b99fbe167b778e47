"""Lots (停車場) that citizens starred (收藏): offered first when they apply, and told of when a round opens."""

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class FavouriteLot(Base):
    """One lot of one citizen."""

    __tablename__ = "favourite_lot"
    __table_args__ = (Index("ix_favourite_lot_lot", "lot"),)

    channel: Mapped[str] = mapped_column(String(64), primary_key=True)
    citizen: Mapped[str] = mapped_column(String(64), primary_key=True)
    lot: Mapped[str] = mapped_column(ForeignKey("lot.number"), primary_key=True)
    starred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
