"""A number whose bill is owed no longer: paid or withdrawn, said so instead of 「找不到」."""

from typing import Any

from bot.message import Message
from bot.turn import Turn
from domain.cities import Cities, city_of
from domain.clock import city_date
from domain.dates import day_and_time
from domain.feeitems import Fees
from flex_templates import closed as cards
from flex_templates.person import anyone
from services import ledger


class Closed:
    """Tells of bills by the numbers on their slips, which whoever gives one holds."""

    def __init__(self, fees: Fees, cities: Cities) -> None:
        self._fees = fees
        self._cities = cities

    def of(self, turn: Turn[Any], number: str, *, amount: int | None = None) -> list[Message]:
        """A card for each agency with such a bill, none mostly. `amount`: only of a bill over so much, NT$."""
        return [
            self._card(turn, one)
            for one in ledger.closed(turn.uow, number)
            if amount is None or amount in (one.amount, one.pay_amount)
        ]

    def _card(self, turn: Turn[Any], one: ledger.ClosedBill) -> Message:
        reader = turn.reader
        paid_at = day_and_time(reader, one.paid_here_at, city_date(turn.now)) if one.paid_here_at else ""
        item, agency = self._fees.name(reader, one.fee_item), city_of(self._cities, one.agency).name(reader.language)
        return cards.message(reader, item, agency, one.number, paid_at, anyone(reader), withdrawn=one.withdrawn)
