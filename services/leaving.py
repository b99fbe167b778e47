"""註銷 (leaving): what ends at once, what is locked until it is finished, and the erasing of everything else.

`leave` ends services and locks the account in the citizen's transaction; a job and a sweep erase. Until then the data
are used for nothing but finishing what is open. Registering again before that takes the leaving back.
"""

import uuid
from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, Select, delete, func, select, text

from domain.accounts import AccountState
from domain.leaving import KEPT_AT_MOST, LAST_WORDS, Ending, Left, Unfinished
from domain.orders import ATTEMPT_LIVE
from infra.database import UnitOfWork, UnitOfWorkFactory
from models.identifier import BoundIdentifier
from models.member import MemberLink
from models.mydata import LeavingRow
from models.vehicle import SavedBill
from services import audit
from services.accounts import Accounts
from services.holdings import PARTS
from services.vehicles import Vehicles

ERASE = "leaving.erase"  # the task that erases one leaving at once
AT_ONCE = 100

_LIVE = ", ".join(f"'{state.value}'" for state in sorted(ATTEMPT_LIVE))
_UNFINISHED = {
    Unfinished.PAYMENT: text(f"""
SELECT EXISTS (SELECT FROM attempt JOIN orders ON orders.id = attempt.order_id
WHERE channel = :channel AND citizen = :citizen AND attempt.state IN ({_LIVE}))
"""),  # noqa: S608 - names of our own states
    Unfinished.REFUND: text("""
WITH mine AS (SELECT id FROM orders WHERE channel = :channel AND citizen = :citizen)
SELECT EXISTS (
    SELECT FROM refund_due JOIN mine ON mine.id = refund_due.order_id
    WHERE amount > (SELECT coalesce(sum(refund.amount), 0) FROM refund
                    WHERE refund.attempt_id = refund_due.attempt_id AND refund.state = 'done')
) OR EXISTS (
    SELECT FROM refund JOIN mine ON mine.id = refund.order_id WHERE refund.state IN ('asked', 'unknown')
) OR EXISTS (
    SELECT FROM refund_request JOIN attempt ON attempt.id = attempt_id JOIN mine ON mine.id = attempt.order_id
    WHERE decision IS NULL
)
"""),
    # The salt of an entry is kept until the complaint period of its draw has ended, and no longer.
    Unfinished.ENTRY: text("""
SELECT EXISTS (SELECT FROM pass_entry JOIN pass_round ON pass_round.id = round_id
WHERE channel = :channel AND citizen = :citizen AND phase NOT IN ('open', 'void') AND salt IS NOT NULL)
"""),
}
_ENTRIES = text("""
SELECT count(*) FROM pass_entry JOIN pass_round ON pass_round.id = round_id
WHERE channel = :channel AND citizen = :citizen AND state = 'live' AND phase = 'open'
""")
_ON_THE_WAY = text("""
SELECT EXISTS (SELECT FROM inbound_event WHERE channel = :channel AND lane = :citizen AND done_at IS NULL)
OR EXISTS (SELECT FROM outbound_message WHERE channel = :channel AND lane = :citizen AND ended_at IS NULL)
OR EXISTS (SELECT FROM menu_link WHERE channel = :channel AND line_id = :citizen)  -- LINE still shows a member's menu
""")

Forget = Callable[[str, str], None]  # channel, citizen: drop the dialog state that Redis keeps


class Leaving:
    """wiring gives accounts, vehicles, queue.defer, and what drops a citizen's dialog state from Redis."""

    def __init__(self, accounts: Accounts, vehicles: Vehicles, defer: Callable[..., None], forget: Forget) -> None:
        self._accounts = accounts
        self._vehicles = vehicles
        self._defer = defer
        self._forget = forget

    def what_ends(self, uow: UnitOfWork, channel: str, citizen: str) -> Ending:
        """What leaving would end, for the citizen to see first."""
        bindings = self._vehicles.of(uow, channel, citizen)
        numbers = select(func.count()).where(*_numbers(channel, citizen))
        saved = select(func.count()).where(SavedBill.channel == channel, SavedBill.citizen == citizen)
        return Ending(
            registered=self._accounts.row(uow, channel, citizen) is not None,
            vehicles=len(bindings),
            paperless=sum(binding.services.paperless for binding in bindings),
            saved_bills=uow.session.scalar(saved) or 0,
            entries=uow.connection.execute(_ENTRIES, {"channel": channel, "citizen": citizen}).scalar_one(),
            unfinished=self._unfinished(uow, channel, citizen),
            identifiers=uow.session.scalar(numbers) or 0,
        )

    def standing(self, uow: UnitOfWork, channel: str, citizen: str) -> Left | None:
        """The citizen's leaving that has not ended yet; None when there is none, or it was taken back."""
        row = uow.session.scalar(_open(channel, citizen))
        if row is None or self._taken_back(uow, channel, citizen):
            return None
        return Left(row.asked_at, row.keep_until, self._unfinished(uow, channel, citizen))

    def leave(self, uow: UnitOfWork, channel: str, citizen: str) -> Left:
        """End the services, lock the account, have everything erased. Once more changes nothing."""
        if known := self.standing(uow, channel, citizen):
            return known
        if row := uow.session.scalar(_open(channel, citizen)):
            _end(row, "taken_back")
            uow.session.flush()
        self._vehicles.leave(uow, channel, citizen)
        uow.connection.execute(delete(BoundIdentifier).where(*_numbers(channel, citizen)))
        linked = delete(MemberLink).where(MemberLink.channel == channel, MemberLink.citizen == citizen)
        uow.connection.execute(linked)
        account = self._accounts.row(uow, channel, citizen)
        if account is not None:
            account.state = AccountState.LEAVING
        unfinished = self._unfinished(uow, channel, citizen)
        keep = func.now() + KEPT_AT_MOST if unfinished else func.now()
        leaving = LeavingRow(id=uuid.uuid4(), channel=channel, citizen=citizen, keep_until=keep)
        uow.session.add(leaving)
        uow.session.flush()
        uow.session.refresh(leaving)
        audit.write(uow, "leaving.asked", actor=audit.CITIZEN, subject_type="leaving", subject_id=leaving.id)
        self._defer(uow, ERASE, leaving_id=str(leaving.id))
        return Left(leaving.asked_at, leaving.keep_until, unfinished)

    def due(self, uow: UnitOfWork) -> Sequence[uuid.UUID]:
        """Leavings that have not ended, the oldest first; for the sweep."""
        open_ones = select(LeavingRow.id).where(LeavingRow.ended_at.is_(None)).order_by(LeavingRow.asked_at)
        return uow.session.scalars(open_ones.limit(AT_ONCE)).all()

    def erase(self, units: UnitOfWorkFactory, leaving_id: uuid.UUID) -> bool:
        """Erase everything held about one who left, unless something is unfinished; says whether it was done."""
        with units() as uow:
            row = uow.session.get(LeavingRow, leaving_id, with_for_update=True)
            if row is None or row.channel is None or row.citizen is None:
                return False
            who = (row.channel, row.citizen)
            if self._taken_back(uow, *who):
                _end(row, "taken_back")
                return False
            if not self._may_erase(uow, row, *who):
                return False
            values = {"channel": who[0], "citizen": who[1], "asked_at": row.asked_at}
            for part in PARTS:
                for statement in part.erase:
                    uow.connection.execute(text(statement), values)
            _end(row, "erased")
            audit.write(uow, "leaving.erased", actor=audit.SYSTEM, subject_type="leaving", subject_id=row.id)
        self._forget(*who)  # after the commit: a state that is gone too early would be written again
        return True

    def _may_erase(self, uow: UnitOfWork, row: LeavingRow, channel: str, citizen: str) -> bool:
        values = {"channel": channel, "citizen": citizen}
        past, waited = uow.connection.execute(
            select(func.now() >= row.keep_until, func.now() - row.asked_at >= LAST_WORDS)
        ).one()
        if not past and self._unfinished(uow, channel, citizen):
            return False
        return bool(waited) or not uow.connection.execute(_ON_THE_WAY, values).scalar()

    def _taken_back(self, uow: UnitOfWork, channel: str, citizen: str) -> bool:
        return self._accounts.state(uow, channel, citizen) in (AccountState.LIVE, AccountState.WAITING)

    def _unfinished(self, uow: UnitOfWork, channel: str, citizen: str) -> Sequence[Unfinished]:
        values = {"channel": channel, "citizen": citizen}
        return [what for what, query in _UNFINISHED.items() if uow.connection.execute(query, values).scalar()]


def _numbers(channel: str, citizen: str) -> tuple[ColumnElement[bool], ...]:
    return BoundIdentifier.channel == channel, BoundIdentifier.citizen == citizen


def _open(channel: str, citizen: str) -> Select[LeavingRow]:
    return select(LeavingRow).where(
        LeavingRow.channel == channel, LeavingRow.citizen == citizen, LeavingRow.ended_at.is_(None)
    )


def _end(row: LeavingRow, outcome: str) -> None:
    """From here on the row no longer says whose it was."""
    row.ended_at, row.outcome = func.now(), outcome
    row.channel = row.citizen = None
