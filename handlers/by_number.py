"""A bill by the number on its slip: from our own ledger only, the cities' API cannot be asked by number."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from bot.turn import Turn
from domain.billrules import build_view, covered_keys
from domain.bills import DunningNotice, Found, Payable
from domain.billsview import BillsView
from domain.cities import Cities
from domain.plates import Plate
from services import bill_news, ledger
from services.lookup_quota import Quota
from services.orders import Orders

NUMBER = re.compile(r"(?=(?:[A-Z]*\d){4})[A-Z0-9]{8,40}", re.ASCII)  # longer than any plate, four digits or more
MOST_OF_ONE_NUMBER = 5  # vehicles whose bills share a number, of different agencies: one message each


def bill_number(text: str) -> str | None:
    """The bill number a text says, upper case without blanks and dashes; None when it is none."""
    written = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()
    return written if NUMBER.fullmatch(written) else None


class ByNumber:
    """Finds what a number stands for."""

    def __init__(self, quota: Quota, orders: Orders, cities: Cities) -> None:
        self._quota = quota
        self._orders = orders
        self._cities = cities

    def views(self, turn: Turn[Any], number: str) -> list[BillsView]:
        """A view for each vehicle with a bill of this number; none when nobody has one.

        Raises CitizenMistakeError when today's lookups are used up.
        """
        self._quota.take(turn.uow, turn.channel, turn.citizen)
        found = ledger.by_number(turn.uow, number)
        if not found:
            bill_news.slip_given(turn.uow, turn.channel, turn.citizen, number)
        return self.views_of(turn, found)

    def views_of(self, turn: Turn[Any], found: Sequence[Payable]) -> list[BillsView]:
        """A view for each vehicle with some of these bills of the ledger."""
        vehicles = list(dict.fromkeys((payable.plate, payable.kind) for payable in found))[:MOST_OF_ONE_NUMBER]
        return [self._view(turn, [p for p in found if (p.plate, p.kind) == vehicle]) for vehicle in vehicles]

    def _view(self, turn: Turn[Any], found: Sequence[Payable]) -> BillsView:
        """What one number stands for at one vehicle: mostly one bill, or the notice that covers it and the bill."""
        notices = [payable for payable in found if isinstance(payable, DunningNotice)]
        bills = [payable for payable in found if not isinstance(payable, DunningNotice)]
        answers = [
            Found(
                agency,
                turn.now,
                tuple(bill for bill in bills if bill.agency == agency),
                tuple(notice for notice in notices if notice.agency == agency),
            )
            for agency in dict.fromkeys(payable.agency for payable in found)
        ]
        paid = self._orders.paid_keys(turn.uow, frozenset().union(*map(covered_keys, found)))
        plate = Plate(found[0].plate)
        return build_view(plate, found[0].kind, answers, paid=paid, cities=self._cities, now=turn.now)
