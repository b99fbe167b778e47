"""The right to pay for a place (正取, or 遞補 with its own deadline): asked before money is taken and when it comes.

Rows are locked in one order everywhere: order, round, place.
"""

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import func, select, text

from domain.draw import coding
from domain.orders import ATTEMPT_LIVE
from domain.orderview import Standing
from domain.rounds import Phase
from infra.database import UnitOfWork
from models.draw import Seat
from models.order import Attempt, Order, OrderLine
from models.passes import Lot, LotPlan, PassEntry, PassRound
from services import audit
from services.orderbook import database_now
from services.passes.lots import Sells
from services.passes.plates import of_plate
from services.passes.prices import due_plan
from services.passes.rounds import in_round_time

OFFERED, PAID = "offered", "paid"
_ONE_OF_A_VEHICLE = text("SELECT pg_advisory_xact_lock(hashtext(:vehicle))")


def held(uow: UnitOfWork, entry_id: uuid.UUID, at: datetime) -> Seat | None:
    """The place of an entry, locked, if it may be paid for at a (real) moment; None once that right is lost: too late,
    passed on, paid already, or the vehicle has paid for another lot's place of the same month.
    """
    mine = select(Seat).where(Seat.entry_id == entry_id).with_for_update()
    seat = uow.session.scalar(mine.execution_options(populate_existing=True))
    if seat is None or seat.state != OFFERED or seat.pay_by is None:
        return None
    row = uow.session.get_one(PassRound, seat.round_id, populate_existing=True)
    told = Phase.DRAWN if coding.is_rehearsal(row.draw_id) else Phase.PUBLISHED
    if row.phase != told or in_round_time(row, at) >= seat.pay_by or _bought_elsewhere(uow, row, entry_id):
        return None
    return seat


def still_held(uow: UnitOfWork, order: Order) -> bool:
    """Whether every chosen pass of a locked order may be paid for now."""
    return all(held(uow, entry_id, database_now(uow)) is not None for entry_id in _passes(order))


def recheck(uow: UnitOfWork, order: Order) -> bool:
    """Write into a locked open order what its passes cost now and which are lost; True when anything is another."""
    now, changed = database_now(uow), False
    for line in order.lines:
        if line.entry_id is None or line.standing != Standing.DUE.value:
            continue
        line.asked_at = now
        price = price_of(uow, line.entry_id)
        if held(uow, line.entry_id, now) is None or price is None:
            line.standing, line.chosen, changed = Standing.GONE.value, False, True
        elif price != line.pay_amount:
            line.amount = line.pay_amount = price
            changed = True
    return changed


def take(uow: UnitOfWork, order: Order, paid_at: datetime) -> bool:
    """The passes of a locked order are paid: their places are theirs. False, and nothing is changed, when the right to
    one was lost before `paid_at`.
    """
    seats = []
    for entry_id in _passes(order):
        entry = uow.session.get_one(PassEntry, entry_id)
        uow.session.execute(_ONE_OF_A_VEHICLE, {"vehicle": f"pass of {entry.compact}"})
        seat = held(uow, entry_id, paid_at)
        if seat is None:
            return False
        seats.append(seat)
    for seat in seats:
        seat.state, seat.pay_by, seat.changed_at = PAID, None, func.now()
        audit.write(
            uow,
            "place.paid",
            actor=audit.SYSTEM,
            subject_type="entry",
            subject_id=seat.entry_id,
            detail={"order": str(order.id), "amount": order.total},
        )
    return True


def is_paid(uow: UnitOfWork, entry_id: uuid.UUID) -> bool:
    """Whether an entry's place is paid for, online or at the lot."""
    return uow.session.scalar(select(Seat.state).where(Seat.entry_id == entry_id)) == PAID


def price_of(uow: UnitOfWork, entry_id: uuid.UUID) -> int | None:
    """NT$ of an entry's plan as the lot sells it online now; None: not sold online, or the plan is gone."""
    plan = plan_of(uow, entry_id)
    return plan.price if plan else None


def plan_of(uow: UnitOfWork, entry_id: uuid.UUID) -> LotPlan | None:
    """The plan whose price an entry pays, where its lot sells online."""
    found = select(PassEntry).join(PassRound, PassRound.id == PassEntry.round_id).join(Lot, Lot.number == PassRound.lot)
    entry = uow.session.scalar(found.where(PassEntry.id == entry_id, Lot.sells != Sells.COUNTER.value))
    return due_plan(uow, entry) if entry else None


def under_way(uow: UnitOfWork, entries: Collection[uuid.UUID]) -> Mapping[uuid.UUID, uuid.UUID]:
    """Of these entries those that are being paid for at a provider, each with its attempt."""
    states = [state.value for state in ATTEMPT_LIVE]
    found = (
        select(OrderLine.entry_id, Attempt.id)
        .join(Attempt, Attempt.order_id == OrderLine.order_id)
        .where(OrderLine.entry_id.in_(entries), OrderLine.chosen, Attempt.state.in_(states))
    )
    return {entry_id: attempt_id for entry_id, attempt_id in uow.session.execute(found) if entry_id is not None}


def _passes(order: Order) -> list[uuid.UUID]:
    return [line.entry_id for line in order.lines if line.chosen and line.entry_id is not None]


def _bought_elsewhere(uow: UnitOfWork, row: PassRound, entry_id: uuid.UUID) -> bool:
    """One pass per vehicle across lots: whether this vehicle has paid for another place of the same month."""
    entry = uow.session.get_one(PassEntry, entry_id)
    other = (
        select(Seat.no)
        .join(PassEntry, PassEntry.id == Seat.entry_id)
        .join(PassRound, PassRound.id == Seat.round_id)
        .where(
            Seat.state == PAID,
            of_plate(entry.compact),
            PassRound.id != row.id,
            PassRound.month == row.month,
            PassRound.kind == row.kind,
            PassRound.draw_id.startswith(coding.REHEARSAL) == coding.is_rehearsal(row.draw_id),
        )
    )
    return uow.session.scalar(other.limit(1)) is not None
