"""Asking about everything that is a citizen's own: bound vehicles and identifiers, and bills saved without binding."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.conversation import Ask, Outcome
from bot.turn import Turn
from domain.billrules import narrowed
from domain.bills import PayableKey, SourceAnswer
from domain.billsview import BillsView
from domain.bindings import Vehicle
from services.identifiers import Identifiers
from services.lookup import Lookup
from services.saved_bills import SavedBills
from services.vehicles import Vehicles


@dataclass(frozen=True, slots=True)
class Own:
    """What is known of one vehicle or identifier. `saved`: not bound, so `view` holds the saved bills alone."""

    view: BillsView
    saved: frozenset[PayableKey] = frozenset()

    @property
    def gone(self) -> bool:
        """Whether all that was saved of it is surely paid or withdrawn: there is nothing to show."""
        return bool(self.saved) and self.view.complete and not (self.view.groups or self.view.here)


Then = Callable[[Turn[Any], Sequence[Own]], Outcome]


class AskingAll:
    """Asks all vehicles at once, as patiently as one. What is one's own does not count against the day's lookups."""

    def __init__(self, lookup: Lookup, vehicles: Vehicles, saved: SavedBills, identifiers: Identifiers) -> None:
        self._lookup = lookup
        self._identifiers = identifiers
        self._vehicles = vehicles
        self._saved = saved

    def ask(self, turn: Turn[Any], then: Then) -> Outcome | None:
        """Ask, then go on with what is known, one by one; None when nothing is bound or saved."""
        wanted = self._wanted(turn)
        if not wanted:
            own = self._of_books(turn)
            return then(turn, own) if own else None

        async def question() -> list[tuple[SourceAnswer, ...]]:
            return await asyncio.gather(*(self._lookup.ask(one.plate, one.kind) for one in wanted))

        if not any(self._lookup.needs_asking(one.plate, one.kind) for one in wanted):
            return self._known(turn, wanted, [()] * len(wanted), then)
        return Ask(question, lambda later, answers: self._known(later, wanted, answers, then))

    def _wanted(self, turn: Turn[Any]) -> dict[Vehicle, frozenset[PayableKey]]:
        """Bound vehicles, with no keys; then those of saved bills, with their keys."""
        wanted: dict[Vehicle, frozenset[PayableKey]] = {
            binding.vehicle: frozenset() for binding in self._vehicles.of(turn.uow, turn.channel, turn.citizen)
        }
        bound = frozenset(wanted)
        for kept in self._saved.of(turn.uow, turn.channel, turn.citizen):
            if kept.vehicle is not None and kept.vehicle not in bound:
                wanted[kept.vehicle] = wanted.get(kept.vehicle, frozenset()) | {kept.key}
        return wanted

    def _known(
        self,
        turn: Turn[Any],
        wanted: dict[Vehicle, frozenset[PayableKey]],
        answers: Sequence[Sequence[SourceAnswer]],
        then: Then,
    ) -> Outcome:
        own = []
        for (vehicle, saved), said in zip(wanted.items(), answers, strict=True):
            view = self._lookup.combine(turn.uow, vehicle.plate, vehicle.kind, said)
            if saved:
                own.append(self._of_saved(turn, view, saved))
            else:
                self._promise(turn, view)
                own.append(Own(view))
        return then(turn, [*own, *self._of_books(turn)])

    def _of_books(self, turn: Turn[Any]) -> list[Own]:
        """What our own books alone know: identifiers, and saved bills that are of no vehicle."""
        bound = [one.identifier for one in self._identifiers.of(turn.uow, turn.channel, turn.citizen)]
        own = [Own(view) for view in self._lookup.books.of_identifiers(turn.uow, bound, turn.now)]
        shown = {line.key for one in own for line in (*one.view.lines, *one.view.here)}
        saved = self._saved.of(turn.uow, turn.channel, turn.citizen)
        keys = frozenset(kept.key for kept in saved if kept.vehicle is None) - shown
        if keys:
            own.append(self._of_saved(turn, self._lookup.books.of_bills(turn.uow, keys, turn.now), keys))
        return own

    def _of_saved(self, turn: Turn[Any], view: BillsView, saved: frozenset[PayableKey]) -> Own:
        """Saved bills alone. One that its source lists no longer is paid or withdrawn, and kept no longer."""
        view = narrowed(view, saved)
        listed = {line.key for line in (*view.lines, *view.here)}
        silent = {city.city.code for city in view.could_not_ask}
        for key in saved - listed:
            if key.agency not in silent:
                self._saved.drop(turn.uow, turn.channel, turn.citizen, key)
        return Own(view, saved)

    def _promise(self, turn: Turn[Any], view: BillsView) -> None:
        if view.promised:
            self._lookup.promise(
                turn.uow,
                channel=turn.channel,
                citizen=turn.citizen,
                plate=view.plate,
                kind=view.kind,
                cities=[silent.city.code for silent in view.promised],
            )
