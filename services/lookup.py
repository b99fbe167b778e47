"""What a plate owes: every city asked in parallel, mixed with our own ledger."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID, uuid4

from domain.billrules import build_view, covered_keys, payables, without
from domain.bills import CouldNotAsk, Found, Payable, PayableKey, SourceAnswer, Why
from domain.billsview import BillsView
from domain.cities import Cities
from domain.clock import Clock
from domain.halts import Stopped
from domain.orders import FRESH_FOR
from domain.plates import Plate, parse_plate
from domain.ports.bills import BillSource
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork
from models.lookup import LookupPromise
from services import ledger
from services.halts import Seen
from services.ledger_views import LedgerViews, PaidHere

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 2.0  # a citizen waits this long for all cities together (MOTC PayBill V1.03: answer within 2 s)
MARGIN_SECONDS = 0.1  # a source gives up this much earlier, so that its own answer is the one told
BACKGROUND_PATIENCE_SECONDS = 30.0
WORTH_PROMISING = frozenset({Why.TIMEOUT, Why.BUSY})  # the rest is down for longer: told when to try again
KEEP_PROMISE = "lookups.keep_promise"  # the task of jobs/tasks/lookups.py


class Defer(Protocol):
    """infra.queue.defer."""

    def __call__(self, uow: UnitOfWork, task_name: str, **row_ids: object) -> None:
        """Queue a task in the transaction of `uow`."""
        ...


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A bill or notice as an order remembers it."""

    key: PayableKey
    plate: str  # canonical
    kind: VehicleKind
    pay_amount: int
    asked_at: datetime
    source: str  # "city" or "ledger"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A plate whose view is wanted, with what the cities said of it. `cities_only`: without the ledger's own bills."""

    plate: Plate
    kind: VehicleKind
    answers: Sequence[SourceAnswer] = ()
    cities_only: bool = False


class FreshState(StrEnum):
    SAME = "same"
    CHANGED = "changed"  # another amount
    GONE = "gone"  # no longer listed: paid elsewhere or withdrawn
    COULD_NOT_ASK = "could_not_ask"


@dataclass(frozen=True, slots=True)
class Fresh:
    """What a source says of a snapshot now."""

    key: PayableKey
    state: FreshState
    asked_at: datetime
    payable: Payable | None = None  # as it is now; None: gone or not known
    why: Why | None = None  # why it could not be asked


class Lookup:
    """The lookup of bills. Asking is async and holds no transaction; the rest takes a unit of work."""

    def __init__(
        self,
        sources: Mapping[str, BillSource],
        *,
        cities: Cities,
        paid_here: PaidHere,
        defer: Defer,
        clock: Clock,
        halts: Seen | None = None,
    ) -> None:
        """`sources`: the cities asked over the network, by code. `cities`: all there are, for their names.

        `halts`: a city that staff have stopped is not asked.
        """
        self._halts = halts
        self._sources = sources
        self._cities = cities
        self._paid_here = paid_here
        self._defer = defer
        self._clock = clock
        self.books = LedgerViews(paid_here, cities)  # of bills that no city is asked about

    @property
    def cities_asked(self) -> tuple[str, ...]:
        """Codes of the cities that are asked over the network."""
        return tuple(self._sources)

    def needs_asking(self, plate: Plate, kind: VehicleKind) -> bool:  # noqa: ARG002  a city may become choosy
        """Whether any city has to be asked over the network."""
        return bool(self._sources)

    async def ask(
        self, plate: Plate, kind: VehicleKind, *, patience: float = PATIENCE_SECONDS
    ) -> tuple[SourceAnswer, ...]:
        """What every connected city says, in parallel, within `patience` seconds whatever hangs.

        A city that was too busy or too slow is marked as promised: pass those codes to promise().
        """
        answers = await self._ask([(code, plate, kind) for code in self._sources], patience)
        return tuple(
            replace(a, promised=True) if isinstance(a, CouldNotAsk) and a.why in WORTH_PROMISING else a for a in answers
        )

    async def ask_again(self, plate: Plate, kind: VehicleKind, cities: Sequence[str]) -> tuple[SourceAnswer, ...]:
        """The same for some cities, patiently and behind every citizen who waits."""
        return await self._ask([(code, plate, kind) for code in cities], BACKGROUND_PATIENCE_SECONDS, background=True)

    def combine(
        self,
        uow: UnitOfWork,
        plate: Plate,
        kind: VehicleKind,
        answers: Sequence[SourceAnswer],
        *,
        cities_only: bool = False,
    ) -> BillsView:
        """Cities and ledger together, no bill twice, what is paid here set apart.

        `cities_only`: leave the ledger's own bills out, for an answer that was promised.
        """
        return self.views(uow, [Wanted(plate, kind, answers, cities_only=cities_only)])[0]

    def views(self, uow: UnitOfWork, wanted: Sequence[Wanted]) -> list[BillsView]:
        """combine() for several plates, with the statements of one. For Find."""
        now = self._clock.now()
        known = ledger.known(uow, [payable.key for one in wanted for payable in payables(one.answers)])
        looked, agencies = ledger.look(uow, [(one.plate, one.kind) for one in wanted if not one.cities_only])
        owed, every = iter(looked), list[Sequence[SourceAnswer]]()
        for one in wanted:
            answers = [without(a, known) if isinstance(a, Found) else a for a in one.answers]
            every.append(answers if one.cities_only else answers + _of_ledger(next(owed), agencies, now))
        keys = frozenset().union(*(covered_keys(payable) for answers in every for payable in payables(answers)))
        paid = self._paid_here.paid_keys(uow, keys) if keys else {}
        connected = {*self._sources, *agencies}
        missing = [code for code, city in self._cities.items() if city.of_the_22 and code not in connected]
        return [
            build_view(
                one.plate,
                one.kind,
                answers,
                paid=paid,
                cities=self._cities,
                now=now,
                not_connected=() if one.cities_only else missing,
            )
            for one, answers in zip(wanted, every, strict=True)
        ]

    def promise(
        self,
        uow: UnitOfWork,
        *,
        channel: str,
        citizen: str,
        plate: Plate,
        kind: VehicleKind,
        cities: Sequence[str],
    ) -> UUID:
        """Ask these cities again until known (about 10 minutes at most), then tell the citizen."""
        row = LookupPromise(
            id=uuid4(), channel=channel, citizen=citizen, plate=plate.canonical, kind=kind.value, cities=list(cities)
        )
        uow.session.add(row)
        uow.session.flush()
        self._defer(uow, KEEP_PROMISE, promise_id=str(row.id))
        return row.id

    async def refresh(
        self, snapshots: Sequence[Snapshot], *, patience: float = PATIENCE_SECONDS
    ) -> tuple[SourceAnswer, ...]:
        """Ask again, with no transaction open, the cities of those snapshots that are older than 60 s."""
        now = self._clock.now()
        of_cities = [snapshot for snapshot in snapshots if snapshot.source != ledger.SOURCE]
        stale = {snapshot.key.agency for snapshot in of_cities if now - snapshot.asked_at > FRESH_FOR}
        questions = {(s.key.agency, s.plate, s.kind) for s in of_cities if s.key.agency in stale}
        return await self._ask([(code, parse_plate(plate), kind) for code, plate, kind in questions], patience)

    def compare(
        self, uow: UnitOfWork, snapshots: Sequence[Snapshot], answers: Sequence[SourceAnswer]
    ) -> Mapping[PayableKey, Fresh]:
        """What the answers of refresh(), and the ledger, say of each snapshot now.

        The ledger has the word on every bill it knows, also one that a city gave when the order was opened.
        """
        now = self._clock.now()
        keys = [snapshot.key for snapshot in snapshots]
        ours = ledger.known(uow, keys) | {s.key for s in snapshots if s.source == ledger.SOURCE}
        listed = {payable.key: payable for payable in payables(answers) if payable.key not in ours}
        listed |= ledger.current(uow, ours)
        return {s.key: _fresh(s, listed.get(s.key), s.key in ours, answers, now) for s in snapshots}

    async def _ask(
        self, questions: Sequence[tuple[str, Plate, VehicleKind]], patience: float, *, background: bool = False
    ) -> tuple[SourceAnswer, ...]:
        """One answer for each question, in its order, within `patience` seconds."""
        asked_at = self._clock.now()
        stopped = await self._halts.soon() if self._halts else {}
        tasks = [
            asyncio.create_task(source.ask(plate, kind, patience=patience - MARGIN_SECONDS, background=background))
            if (source := self._sources.get(code)) and code not in stopped
            else None
            for code, plate, kind in questions
        ]
        if waiting := [task for task in tasks if task is not None]:
            _done, late = await asyncio.wait(waiting, timeout=patience)
            for task in late:
                task.cancel()
        return tuple(
            _answer(code, task, asked_at, stopped.get(code))
            for (code, _plate, _kind), task in zip(questions, tasks, strict=True)
        )


def _answer(
    code: str, task: "asyncio.Task[SourceAnswer] | None", asked_at: datetime, stopped: Stopped | None
) -> SourceAnswer:
    if task is None:
        return CouldNotAsk(code, asked_at, Why.SWITCHED_OFF, told=stopped)
    if not task.done() or task.cancelled():
        return CouldNotAsk(code, asked_at, Why.TIMEOUT)
    if error := task.exception():  # a source never raises for what the outside does: this is a defect of ours
        log.error("source of %s failed: %s", code, type(error).__name__, exc_info=error)
        return CouldNotAsk(code, asked_at, Why.DOWN)
    return task.result()


def _of_ledger(owed: ledger.Owed, agencies: Sequence[str], now: datetime) -> list[SourceAnswer]:
    """The ledger's answer for each of its agencies."""
    codes = {*agencies, *(bill.agency for bill in owed.bills), *(notice.agency for notice in owed.notices)}
    return [
        Found(
            code,
            now,
            tuple(bill for bill in owed.bills if bill.agency == code),
            tuple(notice for notice in owed.notices if notice.agency == code),
        )
        for code in sorted(codes)
    ]


def _fresh(
    snapshot: Snapshot, payable: Payable | None, ours: bool, answers: Sequence[SourceAnswer], now: datetime
) -> Fresh:
    of_agency = [answer for answer in answers if answer.agency == snapshot.key.agency]
    asked_at = now if ours else min((answer.asked_at for answer in of_agency), default=snapshot.asked_at)
    if payable is not None:
        state = FreshState.SAME if payable.pay_amount == snapshot.pay_amount else FreshState.CHANGED
        return Fresh(snapshot.key, state, asked_at, payable)
    if ours:
        return Fresh(snapshot.key, FreshState.GONE, asked_at)
    if not of_agency:  # refresh() found it young enough, a moment ago
        young = now - snapshot.asked_at <= FRESH_FOR + timedelta(seconds=PATIENCE_SECONDS + MARGIN_SECONDS)
        return Fresh(snapshot.key, FreshState.SAME if young else FreshState.COULD_NOT_ASK, asked_at)
    for answer in of_agency:  # one agency is asked once for each plate; a silent one may be this bill's
        if isinstance(answer, CouldNotAsk):
            return Fresh(snapshot.key, FreshState.COULD_NOT_ASK, asked_at, why=answer.why)
    return Fresh(snapshot.key, FreshState.GONE, asked_at)
