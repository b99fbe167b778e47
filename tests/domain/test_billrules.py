"""What a notice covers, what can be paid, and how answers become a view."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from domain.billrules import build_view, class_of, second_tickets, standing_of
from domain.bills import Bill, BillStatus, CouldNotAsk, DunningNotice, Found, PaidState, PayableKey, PayableType, Why
from domain.billsview import BillClass, BillsView, Standing
from domain.cities import City
from domain.plates import parse_plate
from domain.vehicles import VehicleKind

NOW = datetime(2026, 7, 15, 18, tzinfo=UTC)  # already the 16th in Taipei
PLATE = parse_plate("ABC-1235")
CITIES = {"TPE": City("TPE", "臺北市", "臺北", "Taipei City"), "NWT": City("NWT", "新北市", "新北", "New Taipei City")}
BILL = Bill("TPE", "A1", "ABC-1235", VehicleKind.CAR, date(2026, 7, 7), date(2026, 7, 22), BillStatus.OPEN, 50, 50)
INSIDE = replace(BILL, number="A2", status=BillStatus.DUNNED)
NOTICE = DunningNotice("TPE", "N1", "ABC-1235", VehicleKind.CAR, date(2026, 7, 10), 50, 50, 100, (INSIDE,))


def view(*answers: Found | CouldNotAsk, paid: dict[PayableKey, PaidState] | None = None) -> BillsView:
    return build_view(PLATE, VehicleKind.CAR, answers, paid=paid or {}, cities=CITIES, now=NOW)


def test_days_are_counted_from_the_citys_day() -> None:
    (line,) = view(Found("TPE", NOW, (BILL,))).lines
    assert line.days_left == 6


def test_a_bill_listed_alone_and_in_a_notice_is_paid_with_the_notice() -> None:
    """As in the official example C."""
    alone = replace(BILL, number="A2", amount=80, pay_amount=80)
    answer = view(Found("TPE", NOW, (alone, BILL), (NOTICE,)))
    standings = {line.key: line.standing for line in answer.lines}
    assert standings == {
        BILL.key: Standing.DUE,
        alone.key: Standing.INSIDE_NOTICE,
        NOTICE.key: Standing.DUE,
    }
    assert answer.total == 150
    assert answer.count == 2
    assert next(line.inside for line in answer.lines if line.key == alone.key) == NOTICE.key


def test_the_same_number_of_another_agency_is_another_bill() -> None:
    other = replace(BILL, agency="NWT", number="A2")
    answer = view(Found("TPE", NOW, (), (NOTICE,)), Found("NWT", NOW, (other,)))
    assert all(line.standing is Standing.DUE for line in answer.lines)


def test_a_notice_is_not_paid_once_one_of_its_bills_was() -> None:
    paid = {INSIDE.key: PaidState.PAID}
    assert standing_of(NOTICE, {}, paid) is Standing.PARTLY_PAID_HERE
    assert standing_of(NOTICE, {}, {NOTICE.key: PaidState.PAID, **paid}) is Standing.PAID_HERE
    assert standing_of(INSIDE, {INSIDE.key: NOTICE.key}, {NOTICE.key: PaidState.PAID, **paid}) is Standing.PAID_HERE


def test_what_is_paid_here_is_shown_apart_and_is_not_due() -> None:
    answer = view(Found("TPE", NOW, (BILL,)), paid={BILL.key: PaidState.PAYING})
    assert answer.total == 0
    assert not answer.groups
    assert [line.standing for line in answer.here] == [Standing.PAYING_HERE]
    assert not answer.nothing_due  # the city does list something


def test_nothing_due_is_said_of_who_said_so_only() -> None:
    silent = CouldNotAsk("NWT", NOW, Why.TIMEOUT, NOW + timedelta(minutes=10))
    answer = view(Found("TPE", NOW), silent)
    assert [asked.city.code for asked in answer.nothing_due] == ["TPE"]
    assert [s.city.code for s in answer.could_not_ask] == ["NWT"]
    assert not answer.complete
    promised = view(replace(silent, promised=True))
    assert [s.city.code for s in promised.promised] == ["NWT"]
    assert not promised.could_not_ask


def test_a_ledger_with_nothing_says_nothing_for_a_city_that_could_not_be_asked() -> None:
    answer = view(CouldNotAsk("TPE", NOW, Why.DOWN), Found("TPE", NOW))
    assert not answer.nothing_due


def test_classes() -> None:
    assert class_of(BILL) is BillClass.ORDINARY
    assert class_of(INSIDE) is BillClass.DUNNED
    assert class_of(NOTICE) is BillClass.DUNNED
    assert class_of(replace(NOTICE, registered_mail=True)) is BillClass.REGISTERED_MAIL
    assert class_of(replace(NOTICE, registered_mail=False)) is BillClass.PLAIN_MAIL
    assert class_of(replace(NOTICE, registered_mail=True, prosecuted=True)) is BillClass.RECOVERY
    assert class_of(replace(BILL, status=BillStatus.PROSECUTED)) is BillClass.RECOVERY


def test_groups_come_in_order_and_the_most_urgent_first() -> None:
    later = replace(BILL, number="A0", deadline=date(2026, 8, 1))
    unknown = replace(BILL, number="A9", deadline=None)
    answer = view(Found("TPE", NOW, (unknown, later, BILL), (NOTICE,)))
    assert [group.bill_class for group in answer.groups] == [BillClass.ORDINARY, BillClass.DUNNED]
    assert [line.payable.number for line in answer.groups[0].lines] == ["A1", "A0", "A9"]


def test_taipeis_second_motorcycle_ticket_of_a_day() -> None:
    first = replace(BILL, kind=VehicleKind.MOTORCYCLE)
    second = replace(first, number="A3")
    assert second_tickets((second, first)) == {second.key}
    assert not second_tickets((first, replace(second, parked_on=date(2026, 7, 8))))
    assert not second_tickets((replace(first, agency="NWT"), replace(second, agency="NWT")))
    assert not second_tickets((BILL, replace(BILL, number="A3")))
    before = date(2020, 9, 6)
    assert not second_tickets((replace(first, parked_on=before), replace(second, parked_on=before)))


def test_a_bill_of_nothing_owes_nothing() -> None:
    answer = view(Found("TPE", NOW, (replace(BILL, pay_amount=0),)))
    assert not list(answer.lines)
    assert [asked.city.code for asked in answer.nothing_due] == ["TPE"]


def test_keys_can_be_written_down() -> None:
    key = PayableKey("TPE", PayableType.NOTICE, "N:1")
    assert PayableKey.parse(str(key)) == key
