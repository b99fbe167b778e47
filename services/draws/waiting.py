"""Who still waits for a place (備取): the draw, the late entries beside it (§2.11), and the public log, replayed."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from domain.draw import coding
from domain.draw.allocation import Status, Waiting, promoted
from domain.rounds import PHASE_NAMES, Phase, RoundRuleError
from infra.database import UnitOfWork
from models.draw import DrawRank, LateEntry, Promotion
from models.passes import PassEntry, PassRound


@dataclass(frozen=True, slots=True)
class WaitingList:
    """`waiting`: in the order in which they are promoted; `entry_of`: by label, B3 or L1."""

    waiting: list[Waiting]
    entry_of: Mapping[str, uuid.UUID]


def require_drawn(row: PassRound) -> None:
    """Raises RoundRuleError unless the round has a result that counts: published, or a rehearsal's."""
    if row.phase != (Phase.DRAWN if coding.is_rehearsal(row.draw_id) else Phase.PUBLISHED):
        raise RoundRuleError(f"這一期的狀態是「{PHASE_NAMES[Phase(row.phase)]}」，還沒有抽籤結果")


def public_log(uow: UnitOfWork, row: PassRound) -> Sequence[Promotion]:
    """Every promotion of a round, oldest first."""
    return uow.session.scalars(select(Promotion).where(Promotion.round_id == row.id).order_by(Promotion.id)).all()


def promoted_by(entry: Promotion) -> str:
    """Who took the place of a row of the log: 3 for 備取 3, L1 for a late entry, "-" for nobody."""
    return f"L{entry.promoted_late}" if entry.promoted_late else str(entry.promoted or "-")


def waiting_list(uow: UnitOfWork, row: PassRound) -> WaitingList:
    """Who still waits. Raises RoundRuleError where the log is not what the protocol says.

    A late entry that came later is not held against promotions made before it was known.
    """
    ranks = uow.connection.execute(
        select(DrawRank.entry_id, DrawRank.status, DrawRank.no, DrawRank.place, PassEntry.pool)
        .join(PassEntry, PassEntry.id == DrawRank.entry_id)
        .where(DrawRank.round_id == row.id, DrawRank.status != Status.NEITHER.value)
        .order_by(DrawRank.status, DrawRank.no)
    ).all()
    found = select(LateEntry, PassEntry.pool).join(PassEntry, PassEntry.id == LateEntry.entry_id)
    late = uow.session.execute(found.where(LateEntry.round_id == row.id).order_by(LateEntry.late)).all()
    entry_of = {f"B{one.no}": one.entry_id for one in ranks if one.status == Status.WAITING.value}
    entry_of |= {f"L{one.late}": one.entry_id for one, _ in late}
    place_of = {f"W{one.no}": one.place for one in ranks if one.status == Status.WON.value}
    place_of |= {f"L{one.late}": one.place for one, _ in late if one.status == Status.WON.value}
    waiting = [Waiting(one.no, one.pool) for one in ranks if one.status == Status.WAITING.value]
    later = [(one.log_after, Waiting(one.no, pool, one.late)) for one, pool in late if one.status == "B"]
    for entry in public_log(uow, row):
        waiting = _with_late(waiting, [one for after, one in later if after < entry.id])
        later = [(after, one) for after, one in later if after >= entry.id]
        waiting = _replayed(entry, waiting, place_of)
    return WaitingList(_with_late(waiting, [one for _, one in later]), entry_of)


def _replayed(entry: Promotion, waiting: list[Waiting], place_of: dict[str, str]) -> list[Waiting]:
    """Who waits after one row of the log."""
    place = place_of.pop(entry.vacated, None)
    named = f"L{entry.promoted_late}" if entry.promoted_late else f"B{entry.promoted}" if entry.promoted else None
    if place is None and named is None:  # passed over while waiting
        return [one for one in waiting if one.label != entry.vacated]
    expected = promoted(place, waiting) if place is not None else None
    if place is None or (expected.label if expected else None) != named:
        raise RoundRuleError(f"遞補紀錄 {entry.id} 與規則算出的不同")
    if expected is None:
        return waiting
    place_of[expected.label] = place
    return [one for one in waiting if one is not expected]


def _with_late(waiting: list[Waiting], more: Sequence[Waiting]) -> list[Waiting]:
    """Late entries take their place before the number they drew; among them the one admitted first is first."""
    return sorted([*waiting, *more], key=lambda one: (one.no, one.late == 0, one.late))
