"""What an application asks for, and whether it is admitted: in time, one vehicle once, no more than the limit."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from domain.draw import entry as shapes
from domain.draw.listing import Removal
from domain.errors import CitizenMistakeError
from domain.phones import Mobile
from domain.plates import Plate
from domain.rounds import Phase, RoundRuleError
from infra.database import UnitOfWork
from models.passes import Lot, PassEntry, PassRound
from services.passes.lots import Lots, Sells
from services.passes.rounds import in_round_time

LIVE = "live"
LATE = "LATE"  # wrongly left out of the list, put in beside it after the draw (§2.11)


@dataclass(frozen=True, slots=True, repr=False)
class Application:
    """What is asked for. `asked_at`: when the request was stored; it decides whether it came in time."""

    draw_id: str
    plate: Plate
    plan: str
    holder: Mobile
    name: str
    asked_at: datetime
    citizen: tuple[str, str] | None = None  # channel and LINE user id; None: at the counter
    landline: str | None = None


def require_admitted(uow: UnitOfWork, lots: Lots, row: PassRound, wanted: Application, holder_hash: bytes) -> None:
    """Under the round's lock. Raises CitizenMistakeError: not open, plate for the counter only, plate or person has
    enough entries here; RoundRuleError for an unknown plan.
    """
    require_open(row, wanted.asked_at)
    lot = uow.session.get_one(Lot, row.lot)
    if not (row.on_shelf and lot.on_shelf):
        raise CitizenMistakeError("這個停車場的月票目前沒有開放申請。")
    if wanted.citizen is not None and lot.sells == Sells.COUNTER:
        raise CitizenMistakeError("這個停車場的月票只在現場受理，請洽現場管理員。")
    if not shapes.fits_the_draw(wanted.plate.canonical):
        raise CitizenMistakeError("這種車牌無法線上申請，請洽現場管理員受理。")
    if lots.plan(uow, row, wanted.plan) is None:
        raise RoundRuleError(f"{row.draw_id} 沒有優惠方案 {wanted.plan}")
    count = select(func.count()).select_from(PassEntry).where(PassEntry.round_id == row.id)
    taken = (PassEntry.state.in_((LIVE, Removal.BOUGHT_FIRST.value)), PassEntry.compact == wanted.plate.compact)
    if uow.connection.execute(count.where(*taken)).scalar_one():
        raise CitizenMistakeError("這輛車已申請過這個停車場本期的月票，一車一期限申請一次。")
    held = (PassEntry.state == LIVE, PassEntry.holder_hash == holder_hash)
    if uow.connection.execute(count.where(*held)).scalar_one() >= row.registration_limit:
        raise CitizenMistakeError("您在這一期已有 {most} 筆申請，已達登記上限。", most=row.registration_limit)


def require_open(row: PassRound, asked_at: datetime) -> None:
    """Raises CitizenMistakeError unless the round took applications when the request was stored."""
    moment = in_round_time(row, asked_at)
    if moment < row.opens_at:
        raise CitizenMistakeError("這一期還沒有開始登記。")
    if row.phase != Phase.OPEN or moment >= row.closes_at:
        raise CitizenMistakeError("這一期的登記已截止，申請內容不再變動。")


def require_live(entry: PassEntry) -> None:
    """Raises CitizenMistakeError for an entry that was withdrawn, changed or removed."""
    if entry.state != LIVE:
        raise CitizenMistakeError("這筆申請已撤回或變更過，請重新查詢。")
