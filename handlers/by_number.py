"""A bill by a number a citizen gives: of its slip, or of a customer (水號、電號). From our own ledger only."""

import re
from collections.abc import Collection, Sequence
from typing import Any

from bot.turn import Turn
from domain.bills import Payable
from domain.billsview import BillsView
from domain.cities import Cities
from domain.feeitems import Identifier, spelled
from services import bill_news
from services.bills_by_number import Numbered, bills_by_number
from services.ledger_views import LedgerViews
from services.lookup_quota import Quota
from services.orders import Orders

NUMBER = re.compile(r"(?=(?:[A-Z]*\d){4})[A-Z0-9]{8,40}", re.ASCII)  # longer than any plate, four digits or more


def bill_number(text: str) -> str | None:
    """The bill number a text says, upper case without blanks and dashes; None when it is none."""
    written = spelled(text)
    return written if NUMBER.fullmatch(written) else None


class ByNumber:
    """Finds what a number stands for."""

    def __init__(self, quota: Quota, orders: Orders, cities: Cities) -> None:
        self._quota = quota
        self._fees = orders.fees
        self._views = LedgerViews(orders, cities)

    def found(self, turn: Turn[Any], number: str, *, own: bool = False) -> Sequence[Numbered]:
        """What it stands for; none when nobody has an open bill with it. Several: different things, ask which.

        `own`: the citizen has bound it, so it is not counted. Raises UsedUpError when today's lookups are used up.
        """
        if not own:
            self._quota.take(turn.uow, turn.channel, turn.citizen)
        found = bills_by_number(turn.uow, self._fees, number)
        if not found:
            bill_news.slip_given(turn.uow, turn.channel, turn.citizen, number)
        return found

    def of(self, turn: Turn[Any], numbered: Numbered) -> list[BillsView]:
        """A view for each vehicle with a bill of this number; one where they are of no vehicle."""
        return self._views.of_number(turn.uow, numbered, turn.now)

    def without_bills(self, turn: Turn[Any], number: str, bound: Collection[Identifier] = ()) -> list[BillsView]:
        """What it is a 水號 or 電號 of, though nothing is owed: of agencies that have sent its bills, or `bound`."""
        views = self._views.of_identifiers(turn.uow, self._fees.identifiers(number), turn.now)
        return [view for view in views if view.nothing_due or view.here or view.identifier in bound]

    def views_of(self, turn: Turn[Any], found: Sequence[Payable]) -> list[BillsView]:
        """A view for each vehicle with some of these bills of the ledger; one for those that are of no vehicle."""
        return self._views.of_payables(turn.uow, found, turn.now)
