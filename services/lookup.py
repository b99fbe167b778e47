"""What a plate owes: every city asked in parallel, mixed with our own ledger."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.bills import Payable, PayableKey, PaidState, SourceAnswer, Why
from domain.billsview import BillsView
from domain.plates import Plate
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork

PATIENCE_SECONDS = 2.0  # a citizen waits this long for all cities together (MOTC PayBill V1.03: answer within 2 s)


class PaidHere(Protocol):
    """What this service has taken money for; the orders service answers."""

    def paid_keys(self, uow: UnitOfWork, keys: Collection[PayableKey]) -> Mapping[PayableKey, PaidState]:
        """Those of `keys` that an order of ours is paying or has paid, alone or inside a notice."""
        ...


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A bill or notice as an order remembers it."""

    key: PayableKey
    plate: str  # canonical
    kind: VehicleKind
    pay_amount: int
    asked_at: datetime
    source: str  # "city" or "ledger"


class FreshState(StrEnum):
    SAME = "same"
    CHANGED = "changed"  # another amount
    GONE = "gone"  # no longer listed: paid elsewhere or withdrawn
    COULD_NOT_ASK = "could_not_ask"


@dataclass(frozen=True, slots=True)
class Fresh:
    """What a source says of a snapshot now."""

    key: PayableKey
    state: FreshState
    asked_at: datetime
    payable: Payable | None = None  # as it is now; None: gone or not known
    why: Why | None = None  # why it could not be asked


class Lookup:
    """The lookup of bills. Asking is async and holds no transaction; the rest takes a unit of work."""

    def needs_asking(self, plate: Plate, kind: VehicleKind) -> bool:
        """Whether any city has to be asked over the network."""
        raise NotImplementedError

    async def ask(
        self, plate: Plate, kind: VehicleKind, *, patience: float = PATIENCE_SECONDS
    ) -> tuple[SourceAnswer, ...]:
        """What every connected city says, in parallel, within `patience` seconds whatever hangs."""
        raise NotImplementedError

    def combine(self, uow: UnitOfWork, plate: Plate, kind: VehicleKind, answers: Sequence[SourceAnswer]) -> BillsView:
        """Cities and ledger together, no bill twice, what is paid here set apart."""
        raise NotImplementedError

    def promise(
        self,
        uow: UnitOfWork,
        *,
        channel: str,
        citizen: str,
        plate: Plate,
        kind: VehicleKind,
        cities: Sequence[str],
    ) -> UUID:
        """Ask these cities again until known (about 10 minutes at most), then tell the citizen."""
        raise NotImplementedError

    async def refresh(
        self, snapshots: Sequence[Snapshot], *, patience: float = PATIENCE_SECONDS
    ) -> tuple[SourceAnswer, ...]:
        """Ask again, with no transaction open, the cities of those snapshots that are older than 60 s."""
        raise NotImplementedError

    def compare(
        self, uow: UnitOfWork, snapshots: Sequence[Snapshot], answers: Sequence[SourceAnswer]
    ) -> Mapping[PayableKey, Fresh]:
        """What the answers of refresh(), and the ledger, say of each snapshot now."""
        raise NotImplementedError
