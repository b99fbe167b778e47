"""儲存: a found bill is kept for 待繳 without binding its vehicle. Needs no registration: it names no person."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from domain.bills import PayableKey, PayableType
from domain.bindings import Vehicle, VehicleRules
from domain.errors import CitizenMistakeError
from domain.plates import Plate
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork
from models.vehicle import SavedBill


@dataclass(frozen=True, slots=True)
class Kept:
    """A bill a citizen keeps: which it is, and the vehicle by which its source is asked; None: our own ledger knows."""

    key: PayableKey
    vehicle: Vehicle | None


class SavedBills:
    """Keeps, lists and drops. A paid or withdrawn bill is dropped when its source no longer lists it."""

    def __init__(self, rules: VehicleRules) -> None:
        self._rules = rules

    def of(self, uow: UnitOfWork, channel: str, citizen: str) -> tuple[Kept, ...]:
        """The citizen's saved bills, the first saved first."""
        rows = uow.session.scalars(
            select(SavedBill).where(_of(channel, citizen)).order_by(SavedBill.saved_at, SavedBill.number)
        )
        return tuple(
            Kept(
                PayableKey(row.agency, PayableType(row.type), row.number),
                Vehicle(Plate(row.plate), VehicleKind(row.kind)) if row.plate and row.kind else None,
            )
            for row in rows
        )

    def save(self, uow: UnitOfWork, channel: str, citizen: str, kept: Kept) -> None:
        """Keep a bill; once more changes nothing. Raises CitizenMistakeError when as many are kept as may be."""
        count = uow.session.scalar(select(func.count()).select_from(SavedBill).where(_of(channel, citizen))) or 0
        if count >= self._rules.most_saved_bills:
            raise CitizenMistakeError(
                "最多可儲存 {limit} 筆帳單。請先繳清或移除一些，再儲存新的。", limit=self._rules.most_saved_bills
            )
        uow.connection.execute(
            insert(SavedBill)
            .values(
                channel=channel,
                citizen=citizen,
                agency=kept.key.agency,
                type=kept.key.type.value,
                number=kept.key.number,
                plate=kept.vehicle and kept.vehicle.plate.canonical,
                kind=kept.vehicle and kept.vehicle.kind.value,
            )
            .on_conflict_do_nothing()
        )

    def drop(self, uow: UnitOfWork, channel: str, citizen: str, key: PayableKey) -> bool:
        """Keep it no longer; tells whether it was kept."""
        of_key = and_(SavedBill.agency == key.agency, SavedBill.type == key.type.value, SavedBill.number == key.number)
        return uow.connection.execute(delete(SavedBill).where(_of(channel, citizen), of_key)).rowcount == 1


def _of(channel: str, citizen: str) -> ColumnElement[bool]:
    return and_(SavedBill.channel == channel, SavedBill.citizen == citizen)
