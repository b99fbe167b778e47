"""Members of the city's own site whose account is linked with a chat (LINE 綁定), and links that are being made."""

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

NOW = text("now()")


class MemberOffer(Base):
    """A nonce that the site takes to LINE for one of its members; used once, within minutes. Only its hash is kept."""

    __tablename__ = "member_offer"
    __table_args__ = (Index("ix_member_offer_ends_at", "ends_at"),)

    nonce_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    agency: Mapped[str] = mapped_column(String(16), nullable=False)  # whose site it is
    member_hash: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)  # keyed
    vehicles: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, nullable=False)  # as the site's account has them
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)


class MemberLink(Base):
    """A chat and the member it belongs to: one of each."""

    __tablename__ = "member_link"
    __table_args__ = (UniqueConstraint("agency", "member_hash", name="uq_member_link_agency_member_hash"),)

    channel: Mapped[str] = mapped_column(String(64), primary_key=True)
    citizen: Mapped[str] = mapped_column(String(64), primary_key=True)
    agency: Mapped[str] = mapped_column(String(16), nullable=False)
    member_hash: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)  # keyed
    linked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
