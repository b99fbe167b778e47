"""Bills of our own city: found by plate, found by number, marked paid."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from domain.bills import Bill, DunningNotice, Payable, PayableKey
from domain.plates import Plate
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class Owed:
    """What the ledger has open for a plate."""

    bills: tuple[Bill, ...] = ()
    notices: tuple[DunningNotice, ...] = ()


def find(uow: UnitOfWork, plate: Plate, kind: VehicleKind) -> Owed:
    """Open bills and notices of a plate. One index scan."""
    raise NotImplementedError


def by_number(uow: UnitOfWork, number: str) -> tuple[Payable, ...]:
    """Open bills and notices of this number, of any agency; street and times are told, the number is on the slip."""
    raise NotImplementedError


def mark_paid(uow: UnitOfWork, keys: Collection[PayableKey], *, paid_at: datetime) -> int:
    """Mark bills, and notices with the bills they cover, as paid here. Keys of other sources are passed over.

    Returns how many rows changed. Safe to repeat.
    """
    raise NotImplementedError
