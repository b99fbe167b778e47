"""Kill switches: a provider, or all taking of money, stopped without a deploy."""

from datetime import datetime

from sqlalchemy import DateTime, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Halt(Base):
    """One thing that is stopped, and what citizens are told of it."""

    __tablename__ = "halt"

    what: Mapped[str] = mapped_column(String(16), primary_key=True)  # a provider's key, or "money"
    text_zh: Mapped[str] = mapped_column(String(200), nullable=False)
    text_en: Mapped[str] = mapped_column(String(200), nullable=False)
    stopped_by: Mapped[str] = mapped_column(String(64), nullable=False)
    stopped_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
