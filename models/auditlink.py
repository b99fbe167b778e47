"""The audit chain (稽核軌跡): one link per sealed audit row, each holding the hash of all before it."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class AuditLink(Base):
    """A sealed row. No foreign key: a row that was removed must show, not be refused."""

    __tablename__ = "audit_link"
    __table_args__ = (Index("uq_audit_link_audit_id", "audit_id", unique=True),)

    place: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)  # 1, 2, 3 … without a gap
    audit_id: Mapped[int] = mapped_column(BigInteger, nullable=False)
    hash: Mapped[str] = mapped_column(String(64), nullable=False)  # SHA-256 in hex over the hash before and the row
    sealed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
