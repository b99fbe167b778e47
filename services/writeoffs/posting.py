"""Sends write-offs to the agencies that have an address, until they are accepted.

Each is committed before its agency is called, and said again under the same id after a kill, a time-out or an unclear
answer. Of one bill they go in order: nothing is sent while an earlier message of the bill has not ended.
"""

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import select, text, update

from domain.ports.agencies import AgencyAnswer, AgencyDoor, Heard, TakesWriteOffs
from domain.writeoffs import LONGEST_WAIT, WriteOffMessage, WriteOffRules, WriteOffState, next_try_after, pause_after
from infra.database import UnitOfWork, UnitOfWorkFactory
from models.agency import Agency
from models.writeoff import WriteOff
from services import audit
from services.agencies import Agencies
from services.orderbook import database_now
from services.writeoffs import book
from services.writeoffs.deciding import Deciding

ROUND = "writeoffs.round"  # the task in jobs/tasks/agencies.py
ROUND_SECONDS = 40.0  # one round of one agency
ROUND_LEASE = timedelta(seconds=90)  # nobody else begins one of it
CALL_IS_OVER = timedelta(seconds=60)  # a call of ours is surely over by then
MOST_SILENT_ROUNDS = 1000  # counted
SILENT_IN_ROW = 3  # then the agency itself is away: it is left alone for a while

_NEXT = text("""
SELECT w.id FROM write_off w
WHERE w.agency = :agency AND w.next_try_at <= now() AND w.state IN ('due', 'sent', 'unknown') AND NOT EXISTS (
    SELECT FROM write_off e WHERE e.agency = w.agency AND e.number = w.number AND e.type = w.type
    AND e.serial < w.serial AND e.state NOT IN ('accepted', 'dropped')
)
ORDER BY w.next_try_at, w.serial LIMIT 1
""")
# What waits for a fetch though its agency has an address by now, and the other way round.
_FOUND_ADDRESS = text("""
WITH moved AS (
    UPDATE write_off w SET state = 'due', next_try_at = now() FROM agency a
    WHERE a.code = w.agency AND a.webhook_url IS NOT NULL AND w.state = 'waiting' RETURNING w.id
)
INSERT INTO write_off_move (write_off_id, from_state, to_state, cause) SELECT id, 'waiting', 'due', 'address' FROM moved
""")
_LOST_ADDRESS = text("""
WITH lost AS (
    SELECT w.id, w.state FROM write_off w
    WHERE (w.state IN ('due', 'unknown') OR w.state = 'sent' AND w.next_try_at <= now()) AND w.next_try_at IS NOT NULL
        AND NOT EXISTS (SELECT FROM agency a WHERE a.code = w.agency AND a.webhook_url IS NOT NULL)
    FOR UPDATE
), moved AS (
    UPDATE write_off w SET state = 'waiting', next_try_at = NULL FROM lost WHERE lost.id = w.id
)
INSERT INTO write_off_move (write_off_id, from_state, to_state, cause)
SELECT id, state, 'waiting', 'no_address' FROM lost
""")
_AWAITED = text("""
SELECT a.id FROM agency a WHERE a.next_round_at <= now() AND a.webhook_url IS NOT NULL AND EXISTS (
    SELECT FROM write_off w WHERE w.agency = a.code AND w.next_try_at <= now()
) FOR UPDATE SKIP LOCKED
""")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Call:
    """One message about to be said, and where."""

    door: AgencyDoor
    message: WriteOffMessage


class Posting:
    """Rounds of calls to agencies."""

    def __init__(self, agencies: Agencies, takes: TakesWriteOffs, deciding: Deciding, rules: WriteOffRules) -> None:
        self._agencies = agencies
        self._takes = takes
        self._deciding = deciding
        self._rules = rules

    def due(self, uow: UnitOfWork) -> Sequence[uuid.UUID]:
        """Agencies to be told something now, leased to the caller's round. For the schedule."""
        uow.connection.execute(_FOUND_ADDRESS)
        uow.connection.execute(_LOST_ADDRESS)
        found = [row.id for row in uow.connection.execute(_AWAITED)]
        lease = update(Agency).where(Agency.id.in_(found)).values(next_round_at=database_now(uow) + ROUND_LEASE)
        uow.session.execute(lease)
        return found

    def round(self, unit: UnitOfWorkFactory, agency_id: uuid.UUID) -> int:
        """Tell one agency what is due, one message after the other; returns how many it has accepted.

        Ends when nothing is due, the time is over, or the agency answers nothing any more.
        """
        silent = answered = accepted = 0
        ends_at = time.monotonic() + ROUND_SECONDS
        while silent < SILENT_IN_ROW and time.monotonic() < ends_at:
            with unit() as uow:
                call = self._take(uow, agency_id)
            if call is None:
                break
            answer = self._takes.tell(call.door, call.message)
            with unit() as uow:
                self._book(uow, call.message, answer)
            accepted += answer.heard is Heard.ACCEPTED
            heard = answer.heard in (Heard.ACCEPTED, Heard.REFUSED)
            answered, silent = answered + heard, 0 if heard else silent + 1
        with unit() as uow:
            self._rest(uow, agency_id, away=silent >= SILENT_IN_ROW, answered=bool(answered))
        return accepted

    def _take(self, uow: UnitOfWork, agency_id: uuid.UUID) -> _Call | None:
        agency = uow.session.get_one(Agency, agency_id)
        door = self._agencies.door(agency)
        if door is None:
            return None
        while (found := uow.connection.execute(_NEXT, {"agency": agency.code}).scalar()) is not None:
            _, row = book.lock(uow, found)
            now = database_now(uow)
            if row.next_try_at is None or row.next_try_at > now:
                continue  # another round has it
            if row.state == WriteOffState.SENT.value:
                book.shift(uow, row, WriteOffState.UNKNOWN, "call_lost")
            book.shift(uow, row, WriteOffState.SENT, "called")
            row.tries, row.next_try_at = row.tries + 1, now + CALL_IS_OVER
            return _Call(door, book.message(row))
        return None

    def _book(self, uow: UnitOfWork, message: WriteOffMessage, answer: AgencyAnswer) -> None:
        order, row = book.lock(uow, message.id)
        state = WriteOffState(row.state)
        if answer.heard is Heard.ACCEPTED and state not in (WriteOffState.ACCEPTED, WriteOffState.DROPPED):
            self._deciding.accepted(uow, order, row, actor=message.key.agency, cause="answered")
        elif state is WriteOffState.SENT:
            self._not_accepted(uow, row, answer)

    def _not_accepted(self, uow: UnitOfWork, row: WriteOff, answer: AgencyAnswer) -> None:
        now = database_now(uow)
        row.reason = answer.reason
        refused = answer.heard is Heard.REFUSED
        row.refusals += refused
        if row.refusals >= self._rules.refusals:
            self._deciding.refused(uow, row, actor=row.agency, reason=answer.reason)
        elif row.tries >= self._rules.staff_after_tries and now - row.made_at > self._patience:
            self._deciding.refused(uow, row, actor=audit.SYSTEM, reason="gave_up")
        else:
            surely_not = answer.heard in (Heard.NOT_TAKEN, Heard.REFUSED)
            book.shift(uow, row, WriteOffState.DUE if surely_not else WriteOffState.UNKNOWN, answer.reason)
            row.next_try_at = now + min(max(next_try_after(row.tries), answer.wait), LONGEST_WAIT)
            if row.tries >= self._rules.staff_after_tries:
                self._deciding.for_staff(uow, row)

    @property
    def _patience(self) -> timedelta:
        return timedelta(days=self._rules.gives_up_after_days)

    def _rest(self, uow: UnitOfWork, agency_id: uuid.UUID, *, away: bool, answered: bool) -> None:
        """End of a round: an agency that is away is left alone, for longer each time."""
        agency = uow.session.scalars(select(Agency).where(Agency.id == agency_id).with_for_update()).one()
        agency.silent_rounds = min((0 if answered else agency.silent_rounds) + away, MOST_SILENT_ROUNDS)
        pause = pause_after(agency.silent_rounds) if away else timedelta()
        agency.next_round_at = database_now(uow) + pause
        if away:
            log.warning("agency_away", agency=agency.code, rounds=agency.silent_rounds)
