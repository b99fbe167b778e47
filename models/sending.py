"""What was sent each day, counted: the messages themselves are gone after 30 or 90 days."""

from datetime import date

from sqlalchemy import CheckConstraint, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class SentDay(Base):
    """One way and topic of one day in Taiwan."""

    __tablename__ = "sent_day"
    __table_args__ = (CheckConstraint("way IN ('reply', 'line', 'sms')", name="way"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    way: Mapped[str] = mapped_column(String(5), primary_key=True)  # reply: free; line: counts against LINE's month
    topic: Mapped[str] = mapped_column(String(16), primary_key=True)  # domain.notices.Topic, or answer, or code
    sent: Mapped[int] = mapped_column(nullable=False)  # taken by LINE, or by the gateway
    failed: Mapped[int] = mapped_column(nullable=False)  # not taken, or not delivered
    parts: Mapped[int] = mapped_column(nullable=False, server_default=text("0"))  # of an SMS: what is paid for
