"""What is logged and counted of a city: a line when its state changes, a count of each ask."""

import pytest

from domain.plates import parse_plate
from domain.vehicles import VehicleKind
from infra import metrics
from tests.bills.conftest import OpenLine, named, run
from tests.fakes.city import FakeCity, Fault

STATES = [
    ("WARNING", "city failing: NWT down "),
    ("INFO", "city well again: NWT"),
    ("WARNING", "city failing: NWT unknown_shape json"),
    ("INFO", "city well again: NWT"),
]


def counted(outcome: str) -> float:
    return metrics.CITY_ANSWERS.labels("NWT", outcome)._value.get()


def test_a_line_when_a_city_fails_and_when_it_is_well_and_a_count_of_each_ask(
    open_line: OpenLine, city: FakeCity, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="adapters.bills.paybill")
    before = counted("down"), counted("answered")

    async def work() -> None:
        async with open_line() as line:
            source = line.source(named(city))
            plates = iter(range(1000, 2000))  # each another one: an answer is kept for a minute
            for fault in (None, Fault.ERROR_500, None, Fault.HTML, None):
                city.faults = {fault} if fault else set()
                for _ in range(3):
                    await source.ask(parse_plate(f"RAB-{next(plates)}"), VehicleKind.CAR, patience=2.0)

    run(work)
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == STATES
    assert (counted("down") - before[0], counted("answered") - before[1]) == (3, 9)


def test_our_own_pace_says_nothing_of_the_city(
    open_line: OpenLine, city: FakeCity, caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        async with open_line(interval=5.0) as line:
            source = line.source(named(city))
            for number in (2000, 2001):
                await source.ask(parse_plate(f"RAB-{number}"), VehicleKind.CAR, patience=0.6)

    run(work)
    assert caplog.records == []
