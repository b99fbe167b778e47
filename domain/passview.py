"""Passes (月票) as citizens see them: rounds that can be applied for, and how one's own entries stand."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from domain.reader import Language
from domain.vehicles import VehicleKind

ODDS_CHART = (1024, 640)  # pixels of the picture of a lot's odds
QR_SIDE = 720  # pixels of a receipt's QR code


@dataclass(frozen=True, slots=True)
class PassPlan:
    """A price rule (優惠方案)."""

    code: str
    name: str
    price: int  # NT$ a month
    evidence: tuple[str, str] | None = None  # 資格審查: what must be shown for it, zh and en

    def evidence_name(self, language: Language) -> str:
        """What must be shown; "" where nothing."""
        return self.evidence[language is Language.EN] if self.evidence else ""


@dataclass(frozen=True, slots=True)
class Odds:
    """How a draw of a lot went: so many places for so many entries, and how far its waiting list was promoted."""

    places: int
    entries: int
    month: str  # of use, 2027-01
    highest: int = 0  # 備取 number; 0: nobody was promoted

    @property
    def chance(self) -> float:
        """Of one entry, 0 to 1."""
        return min(1.0, self.places / self.entries) if self.entries else 1.0


@dataclass(frozen=True, slots=True)
class FirstBuyers:
    """優先購買 of a round: places that are sold at the lot without a draw to those a rule puts first."""

    name: str
    places_left: int
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class OpenRound:
    """A round whose registration is open."""

    draw_id: str
    lot: str  # its number
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
    odds: tuple[Odds, ...] = ()  # of the draws before, the latest first
    first_buyers: tuple[FirstBuyers, ...] = ()
    online: bool = True  # False: the lot takes applications itself only
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
    lot: str  # its number
    lot_name: str
    type_names: tuple[str, str]
    plate: str
    price: int | None  # NT$; None: the plan is sold no longer
    plan: str  # its name
    plan_code: str
    starts_on: date
    ends_on: date
    closes_at: datetime
    draw_at: datetime
    changeable: bool  # registration is open
    void: bool
    on_list: bool  # the list with it is fixed: its place there can be proven
    has_receipt: bool  # its salt is not deleted yet
    status: str | None  # W, B, X once drawn
    no: int = 0
    promoted_to: int = 0  # 目前遞補至
    last_promoted_to: int = 0  # how far it went in the draw before; 0: not known, or nobody
    choice: int = 1  # 志願序 among `choices` lots that the vehicle was entered for
    choices: int = 1
    seat: str | None = None  # offered or paid; None: no place
    pay_by: datetime | None = None
    sells: str = "both"  # where the lot takes money: online, counter, both
    lost: str | None = None  # why a place was lost: a reason code of the public log
    evidence: tuple[str, str] | None = None  # 資格審查: what its plan asks to be shown, zh and en
    judged: str | None = None  # how that stands: waiting, more, passed, refused; None: nothing was shown
    late: int = 0  # L1, L2 …: wrongly left out of the list, and put in beside it (§2.11)
    rehearsal: bool = False

    def type_name(self, language: Language) -> str:
        """The pass type."""
        return self.type_names[language is Language.EN]

    def evidence_name(self, language: Language) -> str:
        """What its plan asks to be shown; "" where nothing."""
        return self.evidence[language is Language.EN] if self.evidence else ""

    @property
    def to_show(self) -> bool:
        """Whether photos for 資格審查 can still be sent."""
        return self.changeable and self.evidence is not None and self.judged not in ("passed", "refused")
