"""Citizens (市民): persons in the chat, known by LINE user id."""

from datetime import datetime

from sqlalchemy import DateTime, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Citizen(Base):
    """How a person in the chat wants to be answered."""

    __tablename__ = "citizen"

    channel: Mapped[str] = mapped_column(String(64), primary_key=True)
    line_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), nullable=False)
    language_chosen: Mapped[bool] = mapped_column(nullable=False, server_default=text("false"))  # else LINE's own
    display: Mapped[str] = mapped_column(String(8), nullable=False, server_default=text("'normal'"))
    first_seen_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), nullable=False, server_default=text("now()")
    )
    blocked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
