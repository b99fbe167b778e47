"""Rules about bills, pure: what a notice covers, the class of a line, what can be paid, how answers make a view."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from domain.bills import (
    Bill,
    BillStatus,
    CouldNotAsk,
    DunningNotice,
    Found,
    PaidState,
    Payable,
    PayableKey,
    SourceAnswer,
)
from domain.billsview import AskedCity, BillClass, BillGroup, BillsView, Line, SilentCity, Standing
from domain.cities import Cities, city_of
from domain.clock import city_date
from domain.feeitems import Identifier
from domain.plates import Plate
from domain.vehicles import VehicleKind

TAIPEI_CODE = "TPE"
ONE_TICKET_A_DAY_SINCE = date(2020, 9, 7)  # Taipei, motorcycles, 109-09-07 (facts §1.5)


def covered_keys(payable: Payable) -> frozenset[PayableKey]:
    """Everything that paying this settles: itself and, for a notice, its bills.

    Two payables whose keys meet are never both paid: a bill inside a live or paid notice not alone, nor the reverse.
    """
    inside = (bill.key for bill in payable.bills) if isinstance(payable, DunningNotice) else ()
    return frozenset((payable.key, *inside))


def class_of(payable: Payable) -> BillClass:
    """The class of the one-stop site a bill or notice is shown in."""
    if is_prosecuted(payable):
        return BillClass.RECOVERY
    if isinstance(payable, Bill):
        return BillClass.DUNNED if payable.status is BillStatus.DUNNED else BillClass.ORDINARY
    if payable.registered_mail is None:
        return BillClass.DUNNED
    return BillClass.REGISTERED_MAIL if payable.registered_mail else BillClass.PLAIN_MAIL


def is_prosecuted(payable: Payable) -> bool:
    """告發: a fine was issued, which is a separate debt."""
    return payable.status is BillStatus.PROSECUTED if isinstance(payable, Bill) else payable.prosecuted


def second_tickets(bills: Iterable[Bill]) -> frozenset[PayableKey]:
    """Taipei's motorcycle tickets after the first of a day, which the city cancels on request (facts §1.5)."""
    seen: Counter[date] = Counter()
    second = set()
    for bill in sorted(bills, key=lambda b: (b.started_at is None, str(b.started_at), b.number)):
        if bill.agency != TAIPEI_CODE or bill.kind is not VehicleKind.MOTORCYCLE or bill.fee_item != "parking":
            continue
        if bill.parked_on is None or bill.parked_on < ONE_TICKET_A_DAY_SINCE:
            continue
        if seen[bill.parked_on]:
            second.add(bill.key)
        seen[bill.parked_on] += 1
    return frozenset(second)


def standing_of(
    payable: Payable, inside: Mapping[PayableKey, PayableKey], paid: Mapping[PayableKey, PaidState]
) -> Standing:
    """Whether a bill or notice can be paid. `inside`: bill -> the notice that covers it; `paid`: what was paid here."""
    state = paid.get(payable.key)
    if state is not None:
        return Standing.PAID_HERE if state is PaidState.PAID else Standing.PAYING_HERE
    if payable.key in inside:
        return Standing.INSIDE_NOTICE
    if any(key in paid for key in covered_keys(payable)):
        return Standing.PARTLY_PAID_HERE
    return Standing.DUE


def without(answer: Found, known: Collection[PayableKey]) -> Found:
    """A city's answer without what the ledger knows itself: for its own bills the ledger has the word."""
    return Found(
        answer.agency,
        answer.asked_at,
        tuple(bill for bill in answer.bills if bill.key not in known),
        tuple(notice for notice in answer.notices if notice.key not in known),
    )


def payables(answers: Iterable[SourceAnswer]) -> tuple[Payable, ...]:
    """Every bill and notice of those who answered, bills inside notices not by themselves, and none of 0 NT$."""
    every: list[Payable] = []
    for answer in answers:
        if isinstance(answer, Found):
            every += [*answer.notices, *answer.bills]
    return tuple(payable for payable in every if payable.pay_amount)


def build_view(
    plate: Plate,
    kind: VehicleKind,
    answers: Sequence[SourceAnswer],
    *,
    paid: Mapping[PayableKey, PaidState],
    cities: Cities,
    now: datetime,
    not_connected: Collection[str] = (),
    identifier: Identifier | None = None,
) -> BillsView:
    """The view of a plate, or an identifier, from one answer per source; the ledger's is a Found of each agency."""
    all_lines = _lines(payables(answers), paid, cities, city_date(now))
    shown = [line for line in all_lines if line.standing not in {Standing.PAID_HERE, Standing.PAYING_HERE}]
    listed = {line.payable.agency for line in all_lines}
    silent = [(city_of(cities, a.agency), a) for a in answers if isinstance(a, CouldNotAsk)]
    found = [a for a in answers if isinstance(a, Found)]
    quiet = {a.agency for _city, a in silent} | listed
    nothing = {a.agency: AskedCity(city_of(cities, a.agency), a.asked_at) for a in found if a.agency not in quiet}
    return BillsView(
        plate,
        kind,
        today=city_date(now),
        asked_at=min((a.asked_at for a in found), default=now),
        groups=tuple(
            BillGroup(bill_class, lines)
            for bill_class in BillClass
            if (lines := tuple(line for line in shown if line.bill_class is bill_class))
        ),
        here=tuple(line for line in all_lines if line.standing in {Standing.PAID_HERE, Standing.PAYING_HERE}),
        nothing_due=tuple(nothing.values()),
        could_not_ask=tuple(SilentCity(city, answer) for city, answer in silent if not answer.promised),
        promised=tuple(SilentCity(city, answer) for city, answer in silent if answer.promised),
        not_connected=tuple(city_of(cities, code) for code in not_connected),
        identifier=identifier,
    )


def narrowed(view: BillsView, keys: Collection[PayableKey]) -> BillsView:
    """The view with these bills alone: for one who knows the bills, yet has not bound the plate.

    Nothing else of the plate is told: no city has "nothing due", none is promised, and only the silence of a city
    that may have one of these bills counts.
    """
    agencies = {key.agency for key in keys}
    groups = (
        BillGroup(group.bill_class, tuple(line for line in group.lines if line.key in keys)) for group in view.groups
    )
    silent = (*view.could_not_ask, *view.promised)
    return replace(
        view,
        groups=tuple(group for group in groups if group.lines),
        here=tuple(line for line in view.here if line.key in keys),
        nothing_due=(),
        could_not_ask=tuple(city for city in silent if city.answer.agency in agencies),
        promised=(),
        not_connected=(),
    )


def _lines(
    every: Sequence[Payable], paid: Mapping[PayableKey, PaidState], cities: Cities, today: date
) -> tuple[Line, ...]:
    inside = {bill.key: p.key for p in every if isinstance(p, DunningNotice) for bill in p.bills}
    second = second_tickets(p for p in every if isinstance(p, Bill) and p.key not in inside)
    lines = [
        Line(
            payable,
            city_of(cities, payable.agency),
            class_of(payable),
            standing_of(payable, inside, paid),
            inside=inside.get(payable.key),
            days_left=(payable.deadline - today).days if payable.deadline else None,
            prosecuted=is_prosecuted(payable),
            second_of_day=payable.key in second,
        )
        for payable in every
    ]
    return tuple(sorted(lines, key=_urgency))


def _urgency(line: Line) -> tuple[bool, int, str, str]:
    return line.days_left is None, line.days_left or 0, line.payable.agency, line.payable.number
