"""Bills asked about too long ago are asked about again before money is taken for them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.bills import PayableKey, SourceAnswer
from domain.orderview import Line
from infra.database import UnitOfWork
from services.lookup import Fresh, Lookup, Snapshot

RunNow = Callable[[Awaitable[tuple[SourceAnswer, ...]]], tuple[SourceAnswer, ...]]


class AsksAgain(Protocol):
    """What payments need of the lookup, from a thread that may wait."""

    def refresh(self, snapshots: Sequence[Snapshot]) -> Sequence[SourceAnswer]:
        """Ask the sources, within their patience and with no transaction open."""
        ...

    def compare(
        self, uow: UnitOfWork, snapshots: Sequence[Snapshot], answers: Sequence[SourceAnswer]
    ) -> Mapping[PayableKey, Fresh]:
        """What the answers, and the ledger, say of each snapshot now."""
        ...


@dataclass(frozen=True, slots=True)
class LookupNow:
    """The lookup service for callers without an event loop. `run` finishes an awaitable on the loop of its sessions."""

    lookup: Lookup
    run: RunNow

    def refresh(self, snapshots: Sequence[Snapshot]) -> Sequence[SourceAnswer]:
        return self.run(self.lookup.refresh(snapshots))

    def compare(
        self, uow: UnitOfWork, snapshots: Sequence[Snapshot], answers: Sequence[SourceAnswer]
    ) -> Mapping[PayableKey, Fresh]:
        return self.lookup.compare(uow, snapshots, answers)


def snapshot(line: Line) -> Snapshot:
    """A line as the lookup asks about it."""
    return Snapshot(line.key, line.plate, line.kind, line.pay_amount, line.asked_at, line.source)
