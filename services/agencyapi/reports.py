"""What agencies report beside bills: how far a case is (承辦進度), and who holds a plate's automatic payment (代繳)."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from domain.agencyapi import RowResult, Stage
from domain.autopay import HolderReport
from domain.plates import Plate
from infra.database import UnitOfWork
from models.agency import Agency, CaseStep, PlateHolder
from services.orderbook import database_now

SHOWN_STEPS = 10


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a case. `note` in both languages; empty where the agency gave none."""

    number: str
    at: datetime
    stage: Stage
    note_zh: str = ""
    note_en: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """A case as a citizen sees it: the agency, and its steps, the newest first."""

    agency: str
    agency_name: str
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True)
class Holding:
    """A firm that holds a plate since a moment; None: none does since then."""

    plate: Plate
    holder: str | None
    at: datetime


def take_steps(uow: UnitOfWork, agency: str, steps: Sequence[Step]) -> Sequence[RowResult]:
    """Steps in any order, each once, however often it is sent."""
    return [_take_step(uow, agency, step) for step in steps]


def progress(uow: UnitOfWork, number: str) -> Sequence[Progress]:
    """What agencies have reported of this number, the newest step first."""
    query = select(CaseStep, Agency.name).join(Agency, Agency.code == CaseStep.agency)
    rows = uow.session.execute(query.where(CaseStep.number == number).order_by(CaseStep.at.desc())).all()
    cases: dict[tuple[str, str], list[Step]] = {}
    for row, name in rows:
        step = Step(row.number, row.at, Stage(row.stage), row.note_zh, row.note_en)
        cases.setdefault((row.agency, name), []).append(step)
    return [Progress(agency, name, steps[:SHOWN_STEPS]) for (agency, name), steps in cases.items()]


def take_holdings(uow: UnitOfWork, agency: str, holdings: Sequence[Holding]) -> Sequence[RowResult]:
    """The newest report of a plate stands, in whatever order they come."""
    return [_take_holding(uow, agency, holding) for holding in holdings]


def holders(uow: UnitOfWork, plates: Collection[Plate]) -> Mapping[Plate, Sequence[HolderReport]]:
    """What agencies last reported of each plate, none mostly. Ask only for whom the plates are their own."""
    query = select(PlateHolder, Agency.name).join(Agency, Agency.code == PlateHolder.agency)
    of_these = PlateHolder.plate_key.in_({plate.compact for plate in plates})
    found: dict[str, list[HolderReport]] = {plate.compact: [] for plate in plates}
    for row, name in uow.session.execute(query.where(of_these).order_by(PlateHolder.agency)):
        found[row.plate_key].append(HolderReport(name, row.holder, row.at, row.reported_at))
    return {plate: found[plate.compact] for plate in plates}


def _take_step(uow: UnitOfWork, agency: str, step: Step) -> RowResult:
    row = {
        "id": uuid.uuid4(),
        "agency": agency,
        "number": step.number,
        "at": step.at,
        "stage": step.stage.value,
        "note_zh": step.note_zh,
        "note_en": step.note_en,
    }
    kept = insert(CaseStep).values(row).on_conflict_do_nothing().returning(CaseStep.id)
    if uow.session.scalar(kept) is not None:
        return RowResult.TAKEN
    same = select(CaseStep).where(CaseStep.agency == agency, CaseStep.number == step.number, CaseStep.at == step.at)
    known = uow.session.scalars(same.where(CaseStep.stage == step.stage.value).with_for_update()).one()
    if (known.note_zh, known.note_en) == (step.note_zh, step.note_en):
        return RowResult.UNCHANGED
    known.note_zh, known.note_en = step.note_zh, step.note_en
    uow.session.flush()
    return RowResult.CHANGED


def _take_holding(uow: UnitOfWork, agency: str, holding: Holding) -> RowResult:
    key = (agency, holding.plate.compact)
    row = {"agency": agency, "plate_key": key[1], "holder": holding.holder, "at": holding.at}
    added = insert(PlateHolder).values(row).on_conflict_do_nothing().returning(PlateHolder.agency)
    if uow.session.scalar(added) is not None:
        return RowResult.TAKEN
    known = uow.session.get_one(PlateHolder, key, with_for_update=True, populate_existing=True)
    if known.at > holding.at:
        return RowResult.STALE
    same = (known.holder, known.at) == (holding.holder, holding.at)
    known.holder, known.at, known.reported_at = holding.holder, holding.at, database_now(uow)
    uow.session.flush()
    return RowResult.UNCHANGED if same else RowResult.CHANGED
