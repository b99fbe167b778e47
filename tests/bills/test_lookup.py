"""Cities and ledger at once: in time whatever hangs, no bill twice, what is paid here set apart."""

import io
import time
from datetime import timedelta

import pytest

from domain.bills import Bill, CouldNotAsk, Found, PaidState, SourceAnswer, Why
from domain.billsview import Standing
from domain.plates import Plate
from infra.database import UnitOfWorkFactory
from services.ledger_import import import_csv
from services.lookup import FreshState, Snapshot
from tests.bills.conftest import run
from tests.bills.hands import CAR, PLATE, Books, Look, Source, bill, fails, found
from tests.clock import MovableClock

LEDGER = "agency,number,plate,kind,amount,status\n"


def put(uow: UnitOfWorkFactory, *rows: str) -> None:
    with uow() as unit:
        file = io.BytesIO((LEDGER + "\n".join(rows)).encode())
        assert import_csv(unit, file, refused=lambda *_row: None).refused == 0


def test_one_city_that_hangs_holds_nobody_up(look: Look, clock: MovableClock) -> None:
    sources = [Source("TPE"), *(Source(code, found(clock, code)) for code in ("NWT", "KHH"))]
    started = time.monotonic()
    answers = run(lambda: look(*sources).ask(PLATE, CAR, patience=0.3))
    assert time.monotonic() - started < 1.0
    assert [(a.agency, isinstance(a, Found)) for a in answers] == [("TPE", False), ("NWT", True), ("KHH", True)]
    assert isinstance(answers[0], CouldNotAsk)
    assert answers[0].why is Why.TIMEOUT
    assert answers[0].promised


@pytest.mark.parametrize(("why", "promised"), [
    (Why.BUSY, True), (Why.TIMEOUT, True), (Why.DOWN, False), (Why.BREAKER, False), (Why.UNKNOWN_SHAPE, False),
])  # fmt: skip
def test_only_what_may_soon_be_known_is_promised(look: Look, clock: MovableClock, why: Why, promised: bool) -> None:
    (answer,) = run(lambda: look(Source("TPE", fails(clock, "TPE", why))).ask(PLATE, CAR))
    assert isinstance(answer, CouldNotAsk)
    assert answer.promised is promised


def test_a_defect_of_one_source_is_no_all_clear(
    look: Look, clock: MovableClock, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(_plate: Plate) -> SourceAnswer:
        raise ZeroDivisionError

    answers = run(lambda: look(Source("TPE", breaks), Source("NWT", found(clock, "NWT"))).ask(PLATE, CAR))
    assert isinstance(answers[0], CouldNotAsk)
    assert isinstance(answers[1], Found)
    assert "ZeroDivisionError" in caplog.text


def test_nothing_to_ask(look: Look) -> None:
    assert not look().needs_asking(PLATE, CAR)
    assert run(lambda: look().ask(PLATE, CAR)) == ()


def test_cities_and_ledger_show_no_bill_twice(look: Look, clock: MovableClock, uow: UnitOfWorkFactory) -> None:
    put(uow, "NWT,A1,ABC-1235,car,60,open", "NWT,A2,ABC-1235,car,70,paid", "TPE,A3,ABC-1235,car,20,open")
    answer = Found("NWT", clock.now(), (bill("A1"), bill("A2"), bill("B1")))
    with uow() as unit:
        view = look(Source("NWT")).combine(unit, PLATE, CAR, [answer])
    assert {(line.key.agency, line.key.number, line.payable.pay_amount) for line in view.lines} == {
        ("NWT", "A1", 60),  # the ledger's word
        ("NWT", "B1", 50),
        ("TPE", "A3", 20),
    }
    assert view.total == 130
    assert [city.code for city in view.not_connected] == ["KHH", "LIE"]


def test_the_ledger_says_nothing_due_for_its_agencies(look: Look, uow: UnitOfWorkFactory) -> None:
    put(uow, "TPE,A1,ABC-9999,car,60,open")
    with uow() as unit:
        view = look().combine(unit, PLATE, CAR, [])
    assert [asked.city.code for asked in view.nothing_due] == ["TPE"]


def test_what_is_paid_here_is_set_apart(look: Look, books: Books, clock: MovableClock, uow: UnitOfWorkFactory) -> None:
    books.paid = {bill("A1").key: PaidState.PAID}
    with uow() as unit:
        view = look(Source("NWT")).combine(unit, PLATE, CAR, [Found("NWT", clock.now(), (bill("A1"), bill("A2")))])
    assert [line.key.number for line in view.due] == ["A2"]
    assert [(line.key.number, line.standing) for line in view.here] == [("A1", Standing.PAID_HERE)]


def snapshot(what: Bill, clock: MovableClock, *, age: float, source: str = "city") -> Snapshot:
    asked_at = clock.now() - timedelta(seconds=age)
    return Snapshot(what.key, "ABC-1235", CAR, what.pay_amount, asked_at, source)


def test_bills_are_asked_again_after_a_minute_only(look: Look, clock: MovableClock, uow: UnitOfWorkFactory) -> None:
    nwt, tpe = Source("NWT", found(clock, "NWT", bill("A1", amount=80), bill("A3"))), Source("TPE")
    lookup = look(nwt, tpe)
    snapshots = [
        snapshot(bill("A1"), clock, age=61),
        snapshot(bill("A2"), clock, age=61),
        snapshot(bill("A3"), clock, age=61),
        snapshot(bill("T1", "TPE"), clock, age=59),
    ]
    answers = run(lambda: lookup.refresh(snapshots))
    assert len(nwt.asked) == 1
    assert not tpe.asked
    with uow() as unit:
        fresh = lookup.compare(unit, snapshots, answers)
    states = {key.number: now.state for key, now in fresh.items()}
    assert states == {
        "A1": FreshState.CHANGED,
        "A2": FreshState.GONE,
        "A3": FreshState.SAME,
        "T1": FreshState.SAME,
    }
    changed = fresh[bill("A1").key].payable
    assert changed is not None
    assert changed.pay_amount == 80


def test_a_city_that_cannot_be_asked_again_leaves_it_open(
    look: Look, clock: MovableClock, uow: UnitOfWorkFactory
) -> None:
    lookup = look(Source("NWT", fails(clock, "NWT", Why.DOWN)))
    snapshots = [snapshot(bill("A1"), clock, age=61), snapshot(bill("K1", "KHH"), clock, age=61)]
    answers = run(lambda: lookup.refresh(snapshots))
    with uow() as unit:
        fresh = lookup.compare(unit, snapshots, answers)
    assert {now.state for now in fresh.values()} == {FreshState.COULD_NOT_ASK}
    assert fresh[bill("A1").key].why is Why.DOWN
    assert fresh[bill("K1", "KHH").key].why is Why.SWITCHED_OFF  # no source of this city any more


def test_two_plates_of_one_city_are_each_asked(look: Look, clock: MovableClock, uow: UnitOfWorkFactory) -> None:
    other = "XYZ-1236"
    source = Source("NWT", lambda plate: Found("NWT", clock.now(), (bill("A2" if plate.canonical == other else "A1"),)))
    snapshots = [
        snapshot(bill("A1"), clock, age=61),
        Snapshot(bill("A2").key, other, CAR, 50, clock.now() - timedelta(seconds=59), "city"),
    ]
    lookup = look(source)
    answers = run(lambda: lookup.refresh(snapshots))
    clock.move(seconds=2)
    with uow() as unit:
        fresh = lookup.compare(unit, snapshots, answers)
    assert {now.state for now in fresh.values()} == {FreshState.SAME}


def test_the_ledger_answers_for_its_own(look: Look, clock: MovableClock, uow: UnitOfWorkFactory) -> None:
    put(uow, "TPE,A1,ABC-1235,car,60,open", "TPE,A2,ABC-1235,car,50,paid")
    snapshots = [snapshot(bill(n, "TPE"), clock, age=3600, source="ledger") for n in ("A1", "A2", "A3")]
    assert run(lambda: look().refresh(snapshots)) == ()
    with uow() as unit:
        fresh = look().compare(unit, snapshots, ())
    assert [fresh[s.key].state for s in snapshots] == [FreshState.CHANGED, FreshState.GONE, FreshState.GONE]
