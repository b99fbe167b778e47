"""Write-offs for agencies that fetch: in an order of their own, by cursor, until they say what became of each.

A row gets its place at its agency's first fetch after it was committed, under a lock: so a place once passed is never
filled later, whatever transactions overlap (a sequence would give no such promise).
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Integer, cast, func, select, text

from domain.clock import TAIPEI
from domain.writeoffs import WRITE_OFF_ENDED, WriteOffKind, WriteOffMessage, WriteOffState
from infra.database import UnitOfWork
from models.agency import Agency
from models.writeoff import WriteOff
from services.agencyapi.keys import Caller
from services.writeoffs import book
from services.writeoffs.book import WriteOffNotFoundError
from services.writeoffs.deciding import Deciding

_PLACE = text("""
WITH newest AS (SELECT coalesce(max(place), 0) AS place FROM write_off WHERE agency = :agency),
waiting AS (
    SELECT id, row_number() OVER (ORDER BY serial) AS nth FROM write_off WHERE agency = :agency AND place IS NULL
)
UPDATE write_off w SET place = newest.place + waiting.nth FROM newest, waiting WHERE w.id = waiting.id
""")


@dataclass(frozen=True, slots=True)
class Placed:
    """One message, its place, and how it stands."""

    place: int
    state: WriteOffState
    message: WriteOffMessage


@dataclass(frozen=True, slots=True)
class DaySum:
    """One kind of message by one provider on one day. Amount in NT$."""

    kind: WriteOffKind
    provider: str
    count: int
    amount: int


def page(uow: UnitOfWork, caller: Caller, *, after: int, most: int) -> Sequence[Placed]:
    """What comes after a place, ended or not; the last place is the next cursor."""
    uow.session.execute(select(Agency.id).where(Agency.id == caller.id).with_for_update())
    uow.connection.execute(_PLACE, {"agency": caller.code})
    query = select(WriteOff).where(WriteOff.agency == caller.code, WriteOff.place > after)
    rows = uow.session.scalars(query.order_by(WriteOff.place).limit(most))
    return [Placed(row.place or 0, WriteOffState(row.state), book.message(row)) for row in rows]


def acknowledge(
    uow: UnitOfWork, caller: Caller, said: Mapping[uuid.UUID, str | None], deciding: Deciding
) -> Mapping[uuid.UUID, str]:
    """What an agency says of write-offs: None for accepted, else the word of its refusal. What became of each.

    A reversal is accepted after its write-off only. Said twice it is `accepted` or `refused` again.
    """
    query = select(WriteOff.id).where(WriteOff.id.in_(said), WriteOff.agency == caller.code)
    results = dict.fromkeys(said, "unknown")
    for write_off_id in uow.session.scalars(query.order_by(WriteOff.order_id, WriteOff.serial)).all():
        try:
            order, row = book.lock(uow, write_off_id)
        except WriteOffNotFoundError:
            continue
        refusal, state = said[write_off_id], WriteOffState(row.state)
        if state in WRITE_OFF_ENDED:
            results[write_off_id] = state.value
        elif refusal is not None:
            if state is not WriteOffState.REFUSED:
                deciding.refused(uow, row, actor=caller.code, reason=refusal)
            results[write_off_id] = WriteOffState.REFUSED.value
        elif row.reverses and uow.session.get_one(WriteOff, row.reverses).state != WriteOffState.ACCEPTED.value:
            results[write_off_id] = "write_off_first"
        else:
            deciding.accepted(uow, order, row, actor=caller.code, cause="fetched")
            results[write_off_id] = WriteOffState.ACCEPTED.value
    return results


def day_sums(uow: UnitOfWork, caller: Caller, day: date) -> Sequence[DaySum]:
    """日結: what was paid and taken back on a day of the city, by provider."""
    begins = datetime.combine(day, time(), TAIPEI)
    query = select(WriteOff.kind, WriteOff.provider, func.count(), cast(func.sum(WriteOff.amount), Integer))
    query = query.where(WriteOff.agency == caller.code, WriteOff.paid_at >= begins)
    query = query.where(WriteOff.paid_at < begins + timedelta(days=1)).group_by(WriteOff.kind, WriteOff.provider)
    rows = uow.session.execute(query.order_by(WriteOff.kind.desc(), WriteOff.provider))
    return [DaySum(WriteOffKind(kind), provider, count, amount) for kind, provider, count, amount in rows]
