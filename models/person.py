"""One-time links to the page that asks for 身分證字號 and birthday. What is typed there is kept nowhere."""

import uuid
from datetime import datetime

from sqlalchemy import DateTime, Index, SmallInteger, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class PersonLink(Base):
    """A link that was given out. Gone a day later."""

    __tablename__ = "person_link"
    __table_args__ = (Index("ix_person_link_citizen", "channel", "citizen"),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    channel: Mapped[str] = mapped_column(String(64), nullable=False)
    citizen: Mapped[str] = mapped_column(String(64), nullable=False)
    language: Mapped[str] = mapped_column(String(8), nullable=False)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    tries: Mapped[int] = mapped_column(SmallInteger, nullable=False, server_default=text("0"))
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # bills were shown: it is used up
