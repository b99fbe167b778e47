"""抽籤作業 as staff see it before and after: what was announced, who armed it, how far it is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from domain.draw import coding
from domain.draw.announcement import parse_announcement
from domain.rounds import Phase, places_of
from infra.database import UnitOfWork
from models.draw import DrawFile
from models.passes import Lot, PassEntry, PassRound
from services.draws import arming, files
from services.passes.application import LIVE
from services.passes.rounds import round_now

SHOWN = (Phase.OPEN, Phase.FROZEN, Phase.ANNOUNCED, Phase.DRAWN, Phase.PUBLISHED)


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One draw. What is not there yet is empty."""

    draw_id: str
    lot: str
    lot_name: str
    month: str
    kind: str
    pass_type: str
    phase: Phase
    steps: str
    draw_at: datetime
    entries: int
    rehearsal: bool
    due: bool  # on the round's own clock
    now: datetime  # of that clock
    list_sha256: str
    announce_sha256: str
    announced_at: datetime | None
    beacon_round: int | None
    armed: arming.Armed | None
    result_sha256: str

    @property
    def places(self) -> int:
        """開放車位數."""
        return places_of(self.steps)

    @property
    def may_arm(self) -> bool:
        """Announced, and not armed yet."""
        return self.phase is Phase.ANNOUNCED and self.armed is None

    @property
    def may_draw(self) -> bool:
        """The button is alive: armed, its time has come, and it was not pressed."""
        return self.phase is Phase.ANNOUNCED and self.armed is not None and self.due

    @property
    def has_result(self) -> bool:
        """There is one to go on from: published, or a rehearsal's."""
        return self.phase is (Phase.DRAWN if self.rehearsal else Phase.PUBLISHED)


def checklist(uow: UnitOfWork, lots: Collection[str] | None, *, month: str | None = None) -> Sequence[CheckRow]:
    """Draws of these lots (None: all), of one month of use or all months, the next draw first."""
    query = select(PassRound, Lot.name).join(Lot, Lot.number == PassRound.lot)
    query = query.where(PassRound.phase.in_([phase.value for phase in SHOWN]))
    if month:
        query = query.where(PassRound.month == month)
    if lots is not None:
        query = query.where(PassRound.lot.in_(lots))
    found = uow.session.execute(query.order_by(PassRound.month.desc(), PassRound.draw_at, PassRound.lot)).all()
    return [_row(uow, row, name) for row, name in found]


def check_row(uow: UnitOfWork, draw_id: str) -> CheckRow | None:
    """One draw."""
    query = select(PassRound, Lot.name).join(Lot, Lot.number == PassRound.lot)
    found = uow.session.execute(
        query.where(PassRound.draw_id == draw_id).execution_options(populate_existing=True)
    ).first()
    return _row(uow, *found) if found else None


def _row(uow: UnitOfWork, row: PassRound, lot_name: str) -> CheckRow:
    kept = select(DrawFile.name, DrawFile.sha256, DrawFile.made_at).where(DrawFile.draw_id == row.draw_id)
    of = {one.name: one for one in uow.connection.execute(kept)}
    announced = files.content(uow, row.draw_id, files.ANNOUNCE)
    live = select(func.count()).select_from(PassEntry)
    count = uow.connection.execute(live.where(PassEntry.round_id == row.id, PassEntry.state == LIVE)).scalar_one()
    now = round_now(uow, row)
    return CheckRow(
        draw_id=row.draw_id,
        lot=row.lot,
        lot_name=lot_name,
        month=row.month,
        kind=row.kind,
        pass_type=row.pass_type,
        phase=Phase(row.phase),
        steps=row.steps,
        draw_at=row.draw_at,
        entries=count,
        rehearsal=coding.is_rehearsal(row.draw_id),
        due=row.draw_at <= now,
        now=now,
        list_sha256=of[files.LIST].sha256 if files.LIST in of else "",
        announce_sha256=of[files.ANNOUNCE].sha256 if files.ANNOUNCE in of else "",
        announced_at=of[files.ANNOUNCE].made_at if files.ANNOUNCE in of else None,
        beacon_round=parse_announcement(announced).beacon_round if announced else None,
        armed=arming.armed(uow, row.draw_id),
        result_sha256=of[files.RESULT].sha256 if files.RESULT in of else "",
    )
