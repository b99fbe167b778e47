"""What the city tells everybody, as staff have written it in the browser: announcements (公告), questions (答客問)."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class CityText(Base):
    """One text in both languages, in place of the file's entry of the same key. Never deleted: taken down instead."""

    __tablename__ = "city_text"
    __table_args__ = (
        CheckConstraint("kind IN ('announcement', 'question')", name="kind"),
        CheckConstraint("version > 0", name="version"),
    )

    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB, nullable=False)  # as its service writes it
    shown: Mapped[bool] = mapped_column(nullable=False)
    version: Mapped[int] = mapped_column(nullable=False)  # one more with each change
    changed_by: Mapped[str] = mapped_column(String(64), nullable=False)  # staff id
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
