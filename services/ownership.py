"""Whose vehicle it is: what staff have seen proof of, and what the citizen is asked once a year.

Binding proves nothing (services/vehicles.py). An owner who has shown the registration (行照) to staff is told of new
bills at once (services/bill_news.py); a vehicle that was sold is unbound as soon as its former owner says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from domain.bindings import Vehicle
from domain.clock import Clock, city_date
from domain.plates import Plate
from domain.ports.notices import Notices
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork
from models.vehicle import BindingRow
from services import audit
from services.accounts import Accounts

NOTICE = "still_yours"
A_YEAR = timedelta(days=365)
AT_ONCE = 200  # vehicles asked about in one transaction
KEPT = "vehicle.kept"  # kind of 歷程
CHECKED, UNCHECKED = "vehicle.checked", "vehicle.unchecked"  # audit


@dataclass(frozen=True, slots=True)
class Binder:
    """One who has bound a plate, as staff may see them."""

    binding_id: UUID
    kind: VehicleKind
    bound_at: datetime
    mobile: str  # masked; "" for one without an account
    checked_at: datetime | None


class Ownership:
    """wiring gives accounts, the post of notices, and the clock."""

    def __init__(self, accounts: Accounts, notices: Notices, clock: Clock) -> None:
        self._accounts = accounts
        self._notices = notices
        self._clock = clock

    # Staff

    def binders(self, uow: UnitOfWork, plate: Plate) -> Sequence[Binder]:
        """Who has bound this plate, the first first."""
        rows = uow.session.scalars(
            select(BindingRow).where(BindingRow.plate == plate.canonical).order_by(BindingRow.bound_at)
        )
        return [self._binder(uow, row) for row in rows]

    def check(self, uow: UnitOfWork, binding_id: UUID, *, staff: str, owner: bool = True) -> bool:
        """Staff have seen that this is the owner, or take it back (`owner` False). False: no such binding."""
        seen = update(BindingRow).where(BindingRow.id == binding_id)
        if uow.connection.execute(seen.values(checked_at=self._clock.now() if owner else None)).rowcount == 0:
            return False
        action = CHECKED if owner else UNCHECKED
        audit.write(uow, action, actor=staff, subject_type="binding", subject_id=binding_id)
        return True

    # Once a year

    def wonder(self, uow: UnitOfWork) -> int:
        """Ask the owners of vehicles that nobody has confirmed for a year, a batch; says how many."""
        now = self._clock.now()
        latest = func.greatest(BindingRow.bound_at, BindingRow.confirmed_at, BindingRow.wondered_at)
        of_these = select(BindingRow.id).where(latest < now - A_YEAR).limit(AT_ONCE).with_for_update(skip_locked=True)
        asked = update(BindingRow).where(BindingRow.id.in_(of_these)).values(wondered_at=now)
        rows = uow.connection.execute(
            asked.returning(BindingRow.id, BindingRow.channel, BindingRow.citizen, BindingRow.plate, BindingRow.kind)
        ).all()
        for row in rows:
            self._notices.post(
                uow,
                NOTICE,
                channel=row.channel,
                citizen=row.citizen,
                dedupe_key=f"yours:{row.id}:{city_date(now)}",
                data={"vehicle": Vehicle(Plate(row.plate), VehicleKind(row.kind))},
                about=(row.id,),
            )
        return len(rows)

    def confirm(self, uow: UnitOfWork, channel: str, citizen: str, vehicle: Vehicle) -> None:
        """The citizen says: still mine."""
        mine = (
            BindingRow.channel == channel,
            BindingRow.citizen == citizen,
            BindingRow.plate == vehicle.plate.canonical,
            BindingRow.kind == vehicle.kind.value,
        )
        said = update(BindingRow).where(*mine).values(confirmed_at=self._clock.now()).returning(BindingRow.id)
        binding_id = uow.connection.execute(said).scalar()
        if binding_id is None:
            return
        audit.write(uow, KEPT, actor=audit.CITIZEN, subject_type="binding", subject_id=binding_id)
        if account := self._accounts.of(uow, channel, citizen):
            self._accounts.history.write(uow, account.id, KEPT)

    def _binder(self, uow: UnitOfWork, row: BindingRow) -> Binder:
        account = self._accounts.of(uow, row.channel, row.citizen)
        mobile = account.mobile.masked if account else ""
        return Binder(row.id, VehicleKind(row.kind), row.bound_at, mobile, row.checked_at)
