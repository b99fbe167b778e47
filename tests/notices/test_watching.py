"""Watched plates: the cities are asked in turn and behind citizens, and what they list is told like our own bills."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from domain.bills import CouldNotAsk, Found, SourceAnswer, Why
from domain.bindings import Vehicle
from domain.plates import Plate
from domain.vehicles import VehicleKind
from domain.watching import BELIEVED, DAY
from infra import metrics
from infra.database import UnitOfWorkFactory
from services.watch_list import WatchList
from services.watching import AT_ONCE, FOR_OTHERS, Watching
from tests.clock import MovableClock
from tests.flow import Flow
from tests.handlers import cities
from tests.handlers.registered import bind, told
from tests.notices.reminding import AFTERNOON, TODAY, Reminding

SECONDS = 20.0


class Asked:
    """The lookup: answers what the test says of a plate at a city, and knows who was asked about, in order."""

    def __init__(self, clock: MovableClock) -> None:
        self.clock = clock
        self.lists: dict[tuple[str, str], Sequence[Any]] = {}
        self.silent: dict[str, Why] = {}
        self.order: list[tuple[str, str]] = []

    async def ask_again(self, plate: Plate, kind: VehicleKind, codes: Sequence[str]) -> tuple[SourceAnswer, ...]:
        (code,) = codes
        self.order.append((code, plate.canonical))
        if code in self.silent:
            return (CouldNotAsk(code, self.clock.now(), self.silent[code]),)
        listed = self.lists.get((code, plate.canonical), ())
        bills = tuple(one for one in listed if not hasattr(one, "extra_charge"))
        notices = tuple(one for one in listed if hasattr(one, "extra_charge"))
        return (Found(code, self.clock.now(), bills, notices),)

    def about(self, code: str) -> list[str]:
        return [plate for city, plate in self.order if city == code]


class Watched:
    """The list, the asking, and the reminders, of two cities of this test's own."""

    def __init__(self, units: UnitOfWorkFactory, clock: MovableClock, codes: Sequence[str]) -> None:
        self.units, self.clock, self.codes = units, clock, codes
        self.asked = Asked(clock)
        self.list = WatchList(codes, clock)
        self.watching = Watching(self.asked, codes, clock)

    def enrol(self) -> None:
        for code in self.codes:
            with self.units() as uow:
                self.list.enrol(uow, code)

    def ask(self, stop: Callable[[], bool] = lambda: False) -> int:
        return asyncio.run(self.watching.ask(self.units, SECONDS, stop))

    def rows(self, columns: str, plate: str) -> list[Any]:
        with self.units() as uow:
            query = text(f"SELECT {columns} FROM plate_watch WHERE plate = :plate AND city = ANY(:codes) ORDER BY city")  # noqa: S608
            return list(uow.connection.execute(query, {"plate": plate, "codes": list(self.codes)}).all())


@pytest.fixture
def watched(chat_units: UnitOfWorkFactory, clock: MovableClock, cities_in_hand: Any) -> Watched:
    with chat_units() as uow:  # others' vehicles are not this test's
        uow.connection.execute(text("DELETE FROM plate_watch"))
        uow.connection.execute(text("UPDATE binding SET reminder_slot = NULL, reminder_from = NULL"))
    return Watched(chat_units, clock, ("TPE", "NWT"))


def test_a_plate_is_asked_about_at_each_city_within_a_day_and_then_once_a_day(
    owner: Flow, plate: str, watched: Watched, clock: MovableClock
) -> None:
    bind(owner, plate)
    watched.enrol()
    watched.enrol()
    assert len(watched.rows("city", plate)) == 2
    clock.move(days=1)
    assert watched.ask() == 2
    assert sorted(watched.asked.order) == [("NWT", plate), ("TPE", plate)]
    assert watched.ask() == 0, "nobody's turn has come again"
    for (ask_at,) in watched.rows("ask_at", plate):
        assert timedelta(hours=12) <= ask_at - clock.now() < timedelta(hours=36)
    clock.move(hours=36)
    assert watched.ask() == 2


def test_what_a_city_lists_is_told_in_the_slot_with_a_way_to_pay(
    owner: Flow, plate: str, watched: Watched, reminding: Reminding
) -> None:
    bind(owner, plate)
    watched.enrol()
    inside = cities.bill(f"{plate}-I", "TPE", plate=plate)
    watched.asked.lists["TPE", plate] = (
        cities.bill(f"{plate}-1", "TPE", plate=plate, deadline=TODAY + timedelta(days=20)),
        inside,
        cities.notice(f"{plate}-N", "TPE", plate=plate, bills=(inside,), pay_amount=90),
    )
    watched.clock.set(AFTERNOON - timedelta(hours=5))
    with watched.units() as uow:
        uow.connection.execute(text("UPDATE plate_watch SET ask_at = :now"), {"now": watched.clock.now()})
    watched.ask()
    reminding.at(AFTERNOON)
    assert reminding.told(owner) == ["您有 2 筆停車費待繳，共 130 元"], "the notice holds the bill inside it"
    assert "/p/" in told(reminding.engine, owner)[-1].link("繳費")


def test_an_answer_too_old_is_told_to_nobody_and_what_is_no_longer_listed_is_forgotten(
    owner: Flow, plate: str, watched: Watched, reminding: Reminding
) -> None:
    bind(owner, plate)
    watched.enrol()
    vehicle = Vehicle(Plate(plate), VehicleKind.CAR)
    bill = cities.bill(f"{plate}-1", "TPE", plate=plate, deadline=TODAY + timedelta(days=20))

    def says(*bills: Any) -> None:
        with watched.units() as uow:
            watched.watching.keep(uow, "TPE", vehicle, Found("TPE", watched.clock.now(), bills, ()))

    watched.clock.set(AFTERNOON - BELIEVED - timedelta(minutes=1))
    says(bill)
    reminding.at(AFTERNOON)
    assert reminding.told(owner) == []
    says(bill)
    watched.clock.move(minutes=5)
    says()
    reminding.at(AFTERNOON + timedelta(minutes=10))
    assert reminding.told(owner) == [], "paid meanwhile, as the city says"
    says(bill)
    reminding.at(AFTERNOON + timedelta(minutes=15))
    assert len(reminding.told(owner)) == 1


def test_a_plate_with_a_deadline_goes_first_but_the_others_have_their_share(
    owner: Flow, plate: str, watched: Watched, clock: MovableClock
) -> None:
    bind(owner, plate)
    with watched.units() as uow:
        for n in range(60):
            for due in (True, False):
                number = f"{'DUE' if due else 'USU'}-{n:04}"
                uow.connection.execute(
                    text("INSERT INTO binding (id, channel, citizen, plate, compact, kind, reminder_slot, "
                         "reminder_from) VALUES (gen_random_uuid(), 'w', 'w', :p, :p, 'car', '13-18', :day)"),
                    {"p": number, "day": date(2026, 11, 21)},
                )  # fmt: skip
                uow.connection.execute(
                    text("INSERT INTO plate_watch (city, plate, kind, ask_at, due) VALUES ('TPE', :p, 'car', :at, :d)"),
                    {"p": number, "at": clock.now() - timedelta(minutes=n + 1), "d": due},
                )
    for _ in range(4):
        enough = len(watched.asked.order) + AT_ONCE
        watched.ask(stop=lambda enough=enough: len(watched.asked.order) >= enough)
    first = watched.asked.about("TPE")[: 4 * AT_ONCE]
    assert len([p for p in first if p.startswith("DUE")]) == 60
    assert len([p for p in first if p.startswith("USU")]) == 4 * FOR_OTHERS
    assert first[0] == "DUE-0059", "who waited longest"


def test_a_city_in_trouble_is_left_alone_and_keeps_no_other_waiting(
    owner: Flow, make_owner: Callable[..., Flow], plate: str, watched: Watched, clock: MovableClock
) -> None:
    bind(owner, plate)
    bind(make_owner(), plate.replace("RAB", "RAC"))
    watched.enrol()
    clock.move(days=1)
    watched.asked.silent["TPE"] = Why.DOWN
    assert watched.ask() == 2
    assert len(watched.asked.about("TPE")) == 1
    assert len(watched.asked.about("NWT")) == 2
    watched.asked.silent["TPE"] = Why.REFUSED  # that says something of the plate, not of the city
    clock.move(days=2)
    watched.ask()
    assert len(watched.asked.about("TPE")) == 3
    assert sum(failures for _city, failures in watched.rows("city, failures", plate)) in (1, 2)


def test_a_broken_city_does_not_end_the_run(
    owner: Flow, plate: str, watched: Watched, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    bind(owner, plate)
    watched.enrol()
    clock.move(days=1)
    keep = watched.watching.keep

    def failing(uow: Any, city: str, **more: Any) -> None:
        if city == "TPE":
            raise LookupError
        keep(uow, city=city, **more)

    monkeypatch.setattr(watched.watching, "keep", failing)
    assert watched.ask() == 1


def test_a_sold_plate_is_not_asked_about_and_forgotten_at_night(
    owner: Flow, plate: str, watched: Watched, clock: MovableClock
) -> None:
    bind(owner, plate)
    watched.enrol()
    watched.asked.lists["TPE", plate] = (cities.bill(f"{plate}-1", "TPE", plate=plate),)
    clock.move(days=1)
    watched.ask()
    owner.say("解除綁定")
    owner.press("解除綁定")
    clock.move(days=2)
    assert watched.ask() == 0
    with watched.units() as uow:
        gone = watched.list.drop(uow, "TPE") + watched.list.drop(uow, "NWT")
        left = uow.connection.execute(text("SELECT count(*) FROM watched_bill WHERE plate = :p"), {"p": plate}).scalar()
    assert gone >= 3
    assert (watched.rows("city", plate), left) == ([], 0)


def test_cities_no_longer_asked_are_forgotten(owner: Flow, plate: str, watched: Watched) -> None:
    bind(owner, plate)
    watched.enrol()
    with watched.units() as uow:
        WatchList(("NWT",), watched.clock).drop(uow, "NWT")
    assert [city for (city,) in watched.rows("city", plate)] == ["NWT"]


def test_backlog_and_oldest_answer_are_measured(owner: Flow, plate: str, watched: Watched, clock: MovableClock) -> None:
    bind(owner, plate)
    watched.enrol()
    clock.move(days=3)
    watched.watching.measure(watched.units)

    def shown(gauge: Any) -> float:
        return float(gauge.labels("TPE")._value.get())

    assert shown(metrics.WATCH_WAITING) == 1
    assert shown(metrics.WATCH_OLDEST) == 3 * DAY.total_seconds()
    assert 2 * DAY.total_seconds() < shown(metrics.WATCH_LATE) <= 3 * DAY.total_seconds()
    watched.ask()
    watched.watching.measure(watched.units)
    assert (shown(metrics.WATCH_WAITING), shown(metrics.WATCH_LATE), shown(metrics.WATCH_OLDEST)) == (0, 0, 0)
