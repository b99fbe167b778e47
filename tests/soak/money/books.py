"""All books side by side: ours, each provider's, each agency's, to the dollar."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.pay.history import assert_history
from tests.soak.money.house import Town
from tests.soak.money.staff import TRANSFER

OURS_TAKEN = "SELECT trade_number, sum(payment.amount) FROM payment JOIN attempt ON id = attempt_id GROUP BY 1"
OURS_GIVEN = """
SELECT trade_number, sum(refund.amount) FROM refund JOIN attempt a ON a.id = attempt_id
WHERE refund.state = 'done' AND reference NOT LIKE :hand GROUP BY 1
"""
BANK_TAKEN = "SELECT trade_number, amount FROM demobank.trade WHERE state = 'paid'"
BANK_GIVEN = "SELECT trade_number, sum(amount) FROM demobank.refund GROUP BY 1"
WITH_STAFF = """
SELECT trade_number FROM orders JOIN attempt ON order_id = orders.id
WHERE stopped_at IS NOT NULL AND attempt.state = 'unknown'
"""
STANDING = """
SELECT number, sum(CASE kind WHEN 'write_off' THEN amount ELSE -amount END) FROM write_off GROUP BY 1
"""
PAID_LINES = """
SELECT agency, type, number FROM order_line JOIN orders ON id = order_id WHERE state = 'paid' AND chosen
"""


@dataclass(frozen=True)
class Sums:
    """In NT$."""

    ours: int  # money that came, less what went back
    theirs: int  # the providers' word for the same
    agencies: int  # written off with them, less what was taken back
    with_staff: int  # taken by a provider in another amount than ours: booked nowhere until staff have looked
    doubles: int  # payments on the refund list
    orders: int  # paid


def compare(town: Town) -> Sums:
    """Raises AssertionError where books differ, trade by trade, bill by bill."""
    stopped = {number for (number,) in town.rows(WITH_STAFF)}
    theirs, their_given = _theirs(town)
    with_staff = sum(amount for number, amount in theirs.items() if number in stopped)
    theirs = Counter({number: amount for number, amount in theirs.items() if number not in stopped})
    ours, given = _of(town.rows(OURS_TAKEN)), _of(town.rows(OURS_GIVEN, hand=f"{TRANSFER}%"))
    assert ours == theirs
    assert given == their_given
    _nothing_is_open(town)
    _nothing_is_paid_twice(town)
    assert_history(town.rows)
    by_hand = town.rows("SELECT coalesce(sum(amount), 0) FROM refund WHERE reference LIKE :hand", hand=f"{TRANSFER}%")
    (doubles, listed), (paid, useful) = (
        town.rows("SELECT count(*), coalesce(sum(amount), 0) FROM refund_due")[0],
        town.rows("SELECT count(*), coalesce(sum(total), 0) FROM orders WHERE state = 'paid'")[0],
    )
    assert sum(ours.values()) == useful + listed
    return Sums(
        ours=sum(ours.values()) - sum(given.values()) - by_hand[0][0],
        theirs=sum(theirs.values()) - sum(their_given.values()) - by_hand[0][0],
        agencies=_agencies(town),
        with_staff=with_staff,
        doubles=doubles,
        orders=paid,
    )


def _theirs(town: Town) -> tuple[Counter[str], Counter[str]]:
    taken, given = _of(town.rows(BANK_TAKEN)), _of(town.rows(BANK_GIVEN))
    for trade in (trade for fake in town.outside.providers.values() for trade in fake.trades.values()):
        if trade.taken:
            taken[trade.number] += trade.taken
        if trade.refunds:
            given[trade.number] += sum(trade.refunds.values())
    return taken, given


def _nothing_is_open(town: Town) -> None:
    live = """
    SELECT count(*) FROM attempt JOIN orders ON orders.id = order_id
    WHERE attempt.state IN ('started', 'confirming', 'unknown') AND stopped_at IS NULL
    """
    assert town.rows(live) == [(0,)]
    assert town.rows("SELECT count(*) FROM refund WHERE state IN ('asked', 'unknown')") == [(0,)]
    assert town.rows("SELECT count(*) FROM write_off WHERE state <> 'accepted'") == [(0,)]


def _nothing_is_paid_twice(town: Town) -> None:
    paid = town.rows(PAID_LINES)
    assert len(paid) == len(set(paid))
    unlisted = """
    SELECT count(*) FROM payment JOIN attempt ON attempt.id = attempt_id JOIN orders ON orders.id = attempt.order_id
    WHERE NOT (attempt.state = 'paid' AND orders.state = 'paid')
        AND NOT EXISTS (SELECT FROM refund_due WHERE refund_due.attempt_id = attempt.id)
    """
    assert town.rows(unlisted) == [(0,)]
    ledger = town.rows("SELECT agency, 'bill', number FROM ledger_bill WHERE status = 'paid'")
    assert sorted(ledger) == sorted(paid)


def _agencies(town: Town) -> int:
    """What the agencies' own books come to; each bill is there for what was paid for it and not given back."""
    agencies = town.outside.agencies.values()
    assert [agency.wrong for agency in agencies] == [[] for _ in agencies]
    theirs = Counter({number: left for agency in agencies for number, left in agency.books.items() if left})
    assert theirs == +_of(town.rows(STANDING))
    assert all(left > 0 for left in theirs.values())
    return sum(theirs.values())


def _of(rows: list[Any]) -> Counter[str]:
    return Counter({number: int(amount) for number, amount in rows})
