"""Passes (月票) as citizens see them: rounds that can be applied for, and how one's own entries stand."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from domain.reader import Language
from domain.vehicles import VehicleKind


@dataclass(frozen=True, slots=True)
class PassPlan:
    """A price rule (優惠方案)."""

    code: str
    name: str
    price: int  # NT$ a month


@dataclass(frozen=True, slots=True)
class Odds:
    """How the lot's last draw went: so many places for so many entries."""

    places: int
    entries: int


@dataclass(frozen=True, slots=True)
class OpenRound:
    """A round whose registration is open."""

    draw_id: str
    lot_name: str
    district: str
    kind: VehicleKind
    type_names: tuple[str, str]  # zh, en
    starts_on: date
    ends_on: date
    closes_at: datetime
    draw_at: datetime
    places: int
    plans: tuple[PassPlan, ...]  # the dearest, for everybody, first
    odds: Odds | None = None  # None: no draw of this lot is public yet
    rehearsal: bool = False

    def type_name(self, language: Language) -> str:
        """The pass type."""
        return self.type_names[language is Language.EN]


@dataclass(frozen=True, slots=True)
class EntryStanding:
    """How one entry stands."""

    entry_id: uuid.UUID
    draw_id: str
    entry_no: str
    lot_name: str
    type_names: tuple[str, str]
    plate: str
    price: int | None  # NT$; None: the plan is sold no longer
    plan: str
    starts_on: date
    ends_on: date
    closes_at: datetime
    draw_at: datetime
    changeable: bool  # registration is open
    void: bool
    status: str | None  # W, B, X once drawn
    no: int = 0
    promoted_to: int = 0  # 目前遞補至
    seat: str | None = None  # offered or paid; None: no place
    pay_by: datetime | None = None
    rehearsal: bool = False

    def type_name(self, language: Language) -> str:
        """The pass type."""
        return self.type_names[language is Language.EN]
