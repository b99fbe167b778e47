"""The last second, through the inbox: everybody presses 確認申請 at once, the worker comes to it after closing, and
the moment each message was stored decides: none lost, none late, none double, and every receipt opens.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.inbox_store import InboxStore, NotStoredError
from domain.accounts import AccountState
from domain.draw.entry import Receipt, parse_receipt
from domain.draw.listing import parse_list
from domain.phones import Mobile
from domain.rounds import RoundTimes
from handlers.pass_apply import PassApply
from infra.clock import SystemClock
from infra.database import UnitOfWorkFactory
from services.citizens import Citizens
from services.consents import Given
from services.draws import files
from services.draws.freezing import Freezing, NotYetError
from services.lookup_quota import Quota
from services.passes.board import PassBoard
from services.passes.favourites import Favourites
from tests.accounts import account_services
from tests.bot.running import BOT, Running, eventually
from tests.fakes.line import FakeLine
from tests.flow import actions
from tests.passes.world import STAFF, World
from tests.vehicles import vehicle_services

Event = dict[str, Any]
PAGES = "https://parking.example.gov.tw"
STREAMS = 4  # webhook calls at once
TWICE_EVERY = 4  # one in so many presses twice
LATE_EVERY = 10  # one citizen in so many presses after closing


@dataclass(frozen=True)
class Applicant:
    """One citizen of the rush."""

    citizen: str
    plate: str
    mobile: Mobile
    late: bool
    presses: int


class Rush:
    """A round, its applicants, and a worker that can be stopped and started again."""

    def __init__(
        self, database_url: str, redis_url: str, units: UnitOfWorkFactory, line: FakeLine, people: int
    ) -> None:
        self.world = World(units)
        self.line = line
        self._given = (database_url, units, redis_url, line)
        self._store = InboxStore(database_url, connections=STREAMS)
        self._seconds = 15 + people * 1.5  # deadlines, on a machine that is shared
        now = datetime.now(UTC).replace(microsecond=0)
        day = timedelta(days=1)
        times = RoundTimes(now - day, now + day, now + 2 * day, now + 3 * day)
        self.draw_id = self.world.round(rehearsal=False, times=times)
        self._services = account_services(units, Citizens())
        self.people = [self._registered(i) for i in range(1, people + 1)]

    def _registered(self, i: int) -> Applicant:
        plate, mobile = f"R{i // 1000:02}-{i % 1000:04}", Mobile(f"09{i:08}")
        presses = 2 if i % TWICE_EVERY == 0 else 1
        one = Applicant(self.line.user(), plate, mobile, i % LATE_EVERY == 0, presses)
        consent = Given(self._services["consents"].version, datetime.now(UTC))
        with self.world.units() as uow:
            self._services["consents"].give(uow, BOT, one.citizen)
            self._services["accounts"].keep(
                uow, BOT, one.citizen, AccountState.LIVE, mobile=one.mobile, name="王", consent=consent
            )
        return one

    @contextmanager
    def worker(self) -> Iterator[Running]:
        """The pumps with the real conversation, until the block ends."""
        world, accounts, clock = self.world, self._services["accounts"], SystemClock()
        board = PassBoard(world.rules, world.lots, world.entries, PAGES, ("k" * 40,), clock)
        vehicles = vehicle_services(accounts, Quota(6), Citizens(), clock)["vehicles"]
        talk = PassApply(board, world.entries, Favourites(), accounts, vehicles)
        database_url, units, redis_url, line = self._given
        with Running(database_url, units, redis_url, line, [talk]) as running:
            yield running

    def said(self, one: Applicant) -> list[Event]:
        """All that a citizen was told."""
        return list(self.line.messages(one.citizen))

    def until_asked(self) -> dict[str, str]:
        """Lead everybody to the last question; the data of each one's button 確認申請."""
        with self.worker() as running:
            for one in self.people:
                running.receive(self._press(one, f"pass_apply.of?draw={self.draw_id}"))
                running.receive(self.line.events.text(one.citizen, one.plate))
            self._all_done()
            eventually(lambda: all(_button(self.said(one)) for one in self.people), self._seconds)
        return {one.citizen: _button(self.said(one)) for one in self.people}

    def store(self, people: Sequence[Applicant], buttons: dict[str, str]) -> None:
        """Webhook calls of all of them side by side: some press twice, and every call comes twice; one that could
        not be stored in time is delivered again, as LINE does after a 503.
        """
        self._store.open()

        def call(one: Applicant) -> None:
            for event in [self._press(one, buttons[one.citizen]) for _ in range(one.presses)]:
                self.line.events.carry([event])
                for _ in range(2):
                    eventually(lambda event=event: self._stored(event), self._seconds)

        with ThreadPoolExecutor(STREAMS) as streams:
            list(streams.map(call, people))

    def _stored(self, event: Event) -> bool:
        try:
            self._store.store({"destination": BOT, "events": [event]})
        except NotStoredError:
            return False
        return True

    def close(self) -> None:
        """Close at the end of the second in which the last of them was stored, and let it pass."""
        self.world.sql(
            "UPDATE pass_round SET closes_at = "
            "(SELECT date_trunc('second', max(received_at)) + interval '1 second' FROM inbound_event)"
        )
        passed = "SELECT clock_timestamp() >= closes_at AS passed FROM pass_round"
        eventually(lambda: self.world.sql(passed)[0]["passed"])

    def handled_after(self) -> None:
        """A worker comes to what waits."""
        with self.worker() as running:
            running.inbox.wake()
            self._all_done()
            sent = "SELECT count(*) AS n FROM outbound_message WHERE ended_at IS NULL"
            eventually(lambda: self.world.sql(sent)[0]["n"] == 0, self._seconds)

    def stop(self) -> None:
        self._store.close()

    def _press(self, one: Applicant, data: str) -> Event:
        return self.line.events.event("postback", one.citizen, postback={"data": data})

    def _all_done(self) -> None:
        waiting = "SELECT count(*) AS n FROM inbound_event WHERE done_at IS NULL"
        eventually(lambda: self.world.sql(waiting)[0]["n"] == 0, self._seconds)


def _button(messages: Sequence[Event]) -> str:
    """The data of the newest 確認申請; "" before it was shown."""
    shown = [action["data"] for action in actions(list(messages)) if action.get("label") == "確認申請"]
    return str(shown[-1]) if shown else ""


def _receipts(messages: Sequence[Event]) -> list[Receipt]:
    return [parse_receipt(m["text"] + "\n") for m in messages if str(m.get("text", "")).startswith("PLD1-RECEIPT")]


def rush(made: Rush) -> None:
    buttons = made.until_asked()
    on_time, late = ([one for one in made.people if one.late is late] for late in (False, True))
    made.store(on_time, buttons)
    made.close()
    made.store(late, buttons)
    world, presses = made.world, sum(one.presses for one in on_time)
    freezing = Freezing(replace(world.rules, freeze_grace=timedelta()), world.rounds, world.entries)
    with pytest.raises(NotYetError, match=f"截止前收到的 {presses} 則訊息"), world.units() as uow:
        freezing.freeze(uow, made.draw_id, actor=STAFF)
    made.handled_after()
    commits = set()
    for one in on_time:
        (receipt,) = _receipts(made.said(one))
        assert receipt.proves(one.plate, one.mobile.national)
        commits.add(receipt.commit)
    for one in late:
        assert _receipts(made.said(one)) == []
        assert "已截止" in str(made.said(one))
    with world.units() as uow:
        freezing.freeze(uow, made.draw_id, actor=STAFF)
    with world.units() as uow:
        listed = parse_list(files.require(uow, made.draw_id, files.LIST))
    assert {row.commit for row in listed.rows} == commits
    assert len(listed.rows) == len(on_time)


@pytest.mark.slow
@pytest.mark.parametrize("people", [10, pytest.param(2000, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])])
def test_the_last_second_through_the_inbox(
    database_url: str, redis_url: str, uow: UnitOfWorkFactory, people: int
) -> None:
    with FakeLine() as line:
        made = Rush(database_url, redis_url, uow, line, people)
        try:
            rush(made)
        finally:
            made.stop()
