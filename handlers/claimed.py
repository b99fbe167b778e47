"""The bills that a slip's codes claim: in our own ledger by number, and at the cities among vehicles known to be meant.

A city cannot be asked by number. So its bill is found where the citizen has bound the vehicle, or where the barcode is
one of ours, which remembers it.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.conversation import Ask, Outcome
from bot.turn import Turn
from domain.billrules import narrowed
from domain.bills import Payable, PayableKey, SourceAnswer
from domain.billsview import BillsView
from domain.bindings import Vehicle
from domain.cities import City
from domain.codes import Claim, Source
from domain.feeitems import Fees
from domain.plates import Plate
from handlers.by_number import ByNumber
from services.bills_by_number import bills_by_number
from services.lookup import Lookup
from services.lookup_quota import Quota
from services.storeslips import StoreSlips
from services.vehicles import Vehicles

MOST_CLAIMS = 6  # bills of one photo that are looked for; each counts as a lookup


@dataclass(frozen=True, slots=True)
class Found:
    """What became of the claims."""

    views: Sequence[BillsView]  # with the claimed bills alone
    missed: Sequence[Claim]  # what nobody here knows
    silent: Sequence[City]  # could not be asked, and may have those


Then = Callable[[Turn[Any], Found], Outcome]
Meant = dict[Vehicle, frozenset[str]]  # vehicles whose bill may be claimed, with the numbers it may have


class Claimed:
    """Finds them."""

    def __init__(
        self,
        numbers: ByNumber,
        quota: Quota,
        fees: Fees,
        lookup: Lookup,
        vehicles: Vehicles,
        store_slips: StoreSlips,
    ) -> None:
        self._numbers = numbers
        self._quota = quota
        self._fees = fees
        self._lookup = lookup
        self._vehicles = vehicles
        self._slips = store_slips

    def ask(self, turn: Turn[Any], claims: Sequence[Claim], then: Then) -> Outcome:
        """Look, ask the cities where that may help, then go on. Raises UsedUpError with today's lookups used up."""
        claims, meant = self._of_our_slips(turn, claims[:MOST_CLAIMS])
        missed = [claim for claim in claims if not self._in_ledger(turn, claim)]
        if missed:
            numbers = frozenset(number for claim in missed for number in claim.numbers)
            meant |= {one.vehicle: numbers for one in self._vehicles.of(turn.uow, turn.channel, turn.citizen)}
        if not missed or not any(self._lookup.needs_asking(one.plate, one.kind) for one in meant):
            return then(turn, self._found(turn, claims, {}, ()))

        async def question() -> Sequence[Sequence[SourceAnswer]]:
            return await asyncio.gather(*(self._lookup.ask(one.plate, one.kind) for one in meant))

        return Ask(question, lambda later, answers: then(later, self._found(later, claims, meant, answers)))

    def _of_our_slips(self, turn: Turn[Any], claims: Sequence[Claim]) -> tuple[list[Claim], Meant]:
        """A store barcode that was made here stands for the bill it was made for."""
        found: list[Claim] = []
        meant: Meant = {}
        for claim in claims:
            ours = claim.source is Source.STORE and claim.numbers[0].isdecimal()
            shown = self._slips.shown(turn.uow, claim.numbers[0]) if ours else None
            if shown is None:
                found.append(claim)
                continue
            line = shown[0].line
            found.append(replace(claim, numbers=(line.key.number,)))
            if line.plate:  # else it is of no vehicle: the ledger knows it
                meant[Vehicle(Plate(line.plate), line.kind)] = frozenset((line.key.number,))
        return found, meant

    def _found(
        self, turn: Turn[Any], claims: Sequence[Claim], meant: Meant, answers: Sequence[Sequence[SourceAnswer]]
    ) -> Found:
        here: dict[PayableKey, Payable] = {}
        missed = []
        for claim in claims:
            payables = self._in_ledger(turn, claim)
            here |= {payable.key: payable for payable in payables}
            missed += [] if payables else [claim]
        views: list[BillsView] = []
        silent: list[City] = []
        counted = len(claims)  # but not what is among the vehicles that are meant
        for (vehicle, numbers), said in zip(meant.items(), answers, strict=True):
            view = self._lookup.combine(turn.uow, vehicle.plate, vehicle.kind, said)
            keys = {line.key for line in (*view.lines, *view.here) if line.key.number in numbers}
            left = [claim for claim in missed if {key.number for key in keys}.isdisjoint(claim.numbers)]
            counted, missed = counted - (len(missed) - len(left)), left
            views += [narrowed(view, keys)] if keys else []
            silent += [one.city for one in (*view.could_not_ask, *view.promised)]
        for _ in range(counted):
            self._quota.take(turn.uow, turn.channel, turn.citizen)
        views = [*self._numbers.views_of(turn, list(here.values())), *views]
        return Found(views, missed, tuple(dict.fromkeys(silent)) if missed else ())

    def _in_ledger(self, turn: Turn[Any], claim: Claim) -> Sequence[Payable]:
        """The bills of the likeliest number there. A number made by leaving zeros away must be of the slip's amount."""
        for number in claim.numbers:
            found = [one for known in bills_by_number(turn.uow, self._fees, number) for one in known.payables]
            fits = any(claim.amount in (one.amount, one.pay_amount) for one in found)
            if found and (fits or number == claim.numbers[0]):
                return found
        return ()
