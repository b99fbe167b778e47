"""Rich menus of single citizens: which of them LINE was told to show whom. Everybody else sees the default."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class MenuLink(Base):
    """What LINE was last told for one citizen."""

    __tablename__ = "menu_link"

    channel: Mapped[str] = mapped_column(String(64), primary_key=True)
    line_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    alias: Mapped[str] = mapped_column(String(32), nullable=False)
    menu_id: Mapped[str] = mapped_column(String(64), nullable=False)
