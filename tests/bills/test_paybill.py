"""The contract of a city source, over the fake city: official examples, and everything a city can get wrong."""

import copy
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.bills.answer import AnswerError, read_answer
from domain.bills import BillStatus, CouldNotAsk, Found, SourceAnswer, Why
from domain.cities import AnswerShape
from domain.plates import parse_plate
from domain.vehicles import VehicleKind
from tests.bills.conftest import OpenLine, named, run
from tests.clock import MovableClock
from tests.fakes.city import FakeCity, Fault

PLATE = parse_plate("AJH-6023")
CAR = VehicleKind.CAR


def ask(
    open_line: OpenLine, city: FakeCity, plate: str = "AJH-6023", patience: float = 2.0, **changes: Any
) -> SourceAnswer:
    async def work() -> SourceAnswer:
        async with open_line() as line:
            return await line.source(named(city, **changes)).ask(parse_plate(plate), CAR, patience=patience)

    return run(work)


def test_the_examples_are_those_of_the_facts(shared_dir: Path, vectors: dict[str, Any]) -> None:
    assert vectors == json.loads((shared_dir / "facts" / "paybill-vectors.json").read_text("utf-8"))


def test_example_a_nothing_due(open_line: OpenLine, city: FakeCity, clock: MovableClock) -> None:
    answer = ask(open_line, city)
    assert answer == Found("NWT", clock.now())
    assert answer.nothing_due


def test_example_b_bills(open_line: OpenLine, city: FakeCity, vectors: dict[str, Any]) -> None:
    city.load(vectors["B_bills"])
    answer = ask(open_line, city)
    assert isinstance(answer, Found)
    assert [(b.number, b.pay_amount, b.hours, b.status) for b in answer.bills] == [
        ("VNB4810M8746", 80, 1, BillStatus.OPEN),
        ("JKOP3N18941N", 200, 3, BillStatus.OPEN),
    ]
    assert str(answer.bills[0].deadline) == "2022-01-25"
    assert not answer.notices


def test_example_c_bills_and_notices(open_line: OpenLine, city: FakeCity, vectors: dict[str, Any]) -> None:
    city.load(vectors["C_bills_and_reminders"])
    answer = ask(open_line, city)
    assert isinstance(answer, Found)
    assert sum(item.pay_amount for item in (*answer.bills, *answer.notices)) == 2620
    first, second = answer.notices
    assert (first.number, first.amount, first.extra_charge, first.pay_amount) == ("101008521", 590, 190, 780)
    assert first.prosecuted
    assert str(first.prosecuted_deadline) == "2021-12-26"
    assert not second.prosecuted
    assert second.prosecuted_deadline is None
    assert [bill.number for bill in second.bills] == ["VNB4810M8746", "JKOP3N18941N"]


def test_example_d_notices_only(open_line: OpenLine, city: FakeCity, vectors: dict[str, Any]) -> None:
    city.load(vectors["D_reminders"])
    answer = ask(open_line, city)
    assert isinstance(answer, Found)
    assert not answer.bills
    assert [notice.pay_amount for notice in answer.notices] == [780, 1560]


def test_example_e_the_city_says_no(open_line: OpenLine, city: FakeCity) -> None:
    answer = ask(open_line, city, path="/Parking/PayBill/CarID/{plate}/CarType/X{kind}")
    assert isinstance(answer, CouldNotAsk)
    assert answer.why is Why.REFUSED


def test_examples_a_and_e_word_for_word(city: FakeCity, vectors: dict[str, Any], clock: MovableClock) -> None:
    def read(example: str) -> Found:
        return read_answer(json.dumps(vectors[example]).encode(), named(city), PLATE, CAR, clock.now())

    assert read("A_nothing_due").nothing_due
    with pytest.raises(AnswerError) as refused:
        read("E_failed")
    assert refused.value.why is Why.REFUSED


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (Fault.HANG, Why.TIMEOUT),
        (Fault.DRIP, Why.TIMEOUT),
        (Fault.TOO_MANY, Why.BUSY),
        (Fault.ERROR_500, Why.DOWN),
        (Fault.HTML, Why.UNKNOWN_SHAPE),
        (Fault.REDIRECT, Why.UNKNOWN_SHAPE),
        (Fault.HUGE, Why.UNKNOWN_SHAPE),
        (Fault.TRUNCATED, Why.UNKNOWN_SHAPE),
        (Fault.DEEP, Why.UNKNOWN_SHAPE),
        (Fault.TOP_LEVEL, Why.UNKNOWN_SHAPE),
        (Fault.NO_TOTALS, Why.UNKNOWN_SHAPE),
        (Fault.WRONG_TOTAL, Why.UNKNOWN_SHAPE),
        (Fault.TWO_MEANINGS, Why.UNKNOWN_SHAPE),
        (Fault.WRONG_PLATE, Why.UNKNOWN_SHAPE),
        (Fault.WRONG_CITY, Why.UNKNOWN_SHAPE),
    ],
)
def test_what_is_no_answer_is_never_nothing_due(
    open_line: OpenLine, city: FakeCity, vectors: dict[str, Any], clock: MovableClock, fault: Fault, why: Why
) -> None:
    city.load(vectors["B_bills"])
    city.faults = {fault}
    answer = ask(open_line, city, patience=0.7)
    assert isinstance(answer, CouldNotAsk)
    assert answer.why is why
    assert answer.retry_at is not None
    assert answer.retry_at > clock.now()
    assert len(city.asked) == 1  # a redirect was not followed, nothing was tried again


@pytest.mark.parametrize("fault", [Fault.STRINGS, Fault.TRAILING_COMMA, Fault.DUPLICATE])
def test_what_can_be_understood_is_understood(
    open_line: OpenLine, city: FakeCity, vectors: dict[str, Any], fault: Fault
) -> None:
    city.load(vectors["C_bills_and_reminders"])
    plain = ask(open_line, city)
    city.owes("AJH-6024", "C", **_pieces(vectors))
    city.faults = {fault}
    spoiled = ask(open_line, city, plate="AJH-6024")
    assert isinstance(plain, Found)
    assert isinstance(spoiled, Found)
    assert [(b.number, b.pay_amount) for b in spoiled.bills] == [(b.number, b.pay_amount) for b in plain.bills]
    assert [n.pay_amount for n in spoiled.notices] == [n.pay_amount for n in plain.notices]


def _pieces(vectors: dict[str, Any]) -> dict[str, Any]:
    result = copy.deepcopy(vectors["C_bills_and_reminders"]["Result"])
    return {"bills": result["Bills"], "reminders": result["Reminders"]}


def test_a_shape_of_its_own_is_read_where_it_is_configured(
    open_line: OpenLine, city: FakeCity, vectors: dict[str, Any]
) -> None:
    city.load(vectors["B_bills"])
    city.faults = {Fault.TOP_LEVEL}
    answer = ask(open_line, city, shape=AnswerShape(result=""))
    assert isinstance(answer, Found)
    assert len(answer.bills) == 2


def test_a_per_entry_space_has_no_hours(open_line: OpenLine, city: FakeCity, vectors: dict[str, Any]) -> None:
    bill = {**vectors["B_bills"]["Result"]["Bills"][0], "ParkingHours": -1}
    city.owes("AJH-6023", "C", bills=[bill])
    answer = ask(open_line, city)
    assert isinstance(answer, Found)
    assert answer.bills[0].hours is None


@pytest.mark.parametrize(("plate", "dash", "path"), [
    ("AJH-6023", True, "AJH-6023"),
    ("AJH-6023", False, "AJH6023"),
    ("軍C-21110", True, "%E8%BB%8DC-21110"),
])  # fmt: skip
def test_the_plate_is_written_as_the_city_wants_it(
    open_line: OpenLine, city: FakeCity, plate: str, dash: bool, path: str
) -> None:
    ask(open_line, city, plate=plate, dash=dash)
    assert city.asked[0][1] == f"/Parking/PayBill/CarID/{path}/CarType/C"


def test_a_host_that_is_not_there(open_line: OpenLine) -> None:
    with FakeCity("NWT") as gone:
        pass
    answer = ask(open_line, gone)
    assert isinstance(answer, CouldNotAsk)
    assert answer.why is Why.DOWN


def test_a_second_look_within_the_minute_costs_no_call(
    open_line: OpenLine, city: FakeCity, clock: MovableClock, vectors: dict[str, Any]
) -> None:
    city.load(vectors["B_bills"])
    first = ask(open_line, city)
    clock.move(seconds=30)
    assert ask(open_line, city) == first  # asked_at included
    assert first.asked_at == clock.now() - timedelta(seconds=30)
    assert len(city.asked) == 1


def test_a_failure_is_not_kept(open_line: OpenLine, city: FakeCity) -> None:
    city.faults = {Fault.ERROR_500}
    assert isinstance(ask(open_line, city), CouldNotAsk)
    city.faults = set()
    assert isinstance(ask(open_line, city), Found)


def test_a_host_that_keeps_failing_is_left_alone(open_line: OpenLine, city: FakeCity) -> None:
    city.faults = {Fault.ERROR_500}
    answers = [ask(open_line, city) for _ in range(7)]
    assert [a.why for a in answers if isinstance(a, CouldNotAsk)] == [Why.DOWN] * 5 + [Why.BREAKER] * 2
    assert len(city.asked) == 5


def test_a_city_that_says_too_many_is_left_alone_at_once(open_line: OpenLine, city: FakeCity) -> None:
    city.faults = {Fault.TOO_MANY}
    answers = [ask(open_line, city) for _ in range(2)]
    assert [a.why for a in answers if isinstance(a, CouldNotAsk)] == [Why.BUSY, Why.BREAKER]


def test_without_redis_cities_are_still_asked(open_line: OpenLine, city: FakeCity) -> None:
    async def work() -> SourceAnswer:
        async with open_line(redis_url="redis://127.0.0.1:1/0") as line:
            return await line.source(named(city)).ask(PLATE, CAR, patience=2)

    assert isinstance(run(work), Found)
