"""開單無紙化: no slip on the vehicle. A state of the plate, which its subscribers hold up and every binder can end."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import exists, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from domain.bindings import ONE_DAY, Paperless, Vehicle, effective_from
from domain.clock import Clock, city_date
from domain.plates import Plate
from domain.ports.notices import Notices
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork
from models.citizen import Citizen
from models.vehicle import BindingRow, PlateState

NOTICE = "paperless_changed"
SWEPT_AT_ONCE = 500  # plates one run of the sweep ends, so that its transaction stays short

Person = tuple[str, str]  # channel and LINE user id

_REACHABLE = ~exists().where(
    Citizen.channel == BindingRow.channel, Citizen.line_id == BindingRow.citizen, Citizen.blocked_at.is_not(None)
)


class PaperlessPlates:
    """Starts and ends the state. Every change holds the lock on the plate's row of plate_state."""

    def __init__(self, notices: Notices, clock: Clock) -> None:
        self._notices = notices
        self._clock = clock

    def states(self, uow: UnitOfWork, vehicles: Sequence[Vehicle]) -> dict[Vehicle, Paperless]:
        """Those of `vehicles` that get no slips now, or from tomorrow on."""
        if not vehicles:
            return {}
        keys = [(vehicle.plate.canonical, vehicle.kind.value) for vehicle in vehicles]
        of_these = tuple_(PlateState.plate, PlateState.kind).in_(keys)
        not_over = or_(PlateState.last_day.is_(None), PlateState.last_day >= self._today())
        rows = uow.session.scalars(
            select(PlateState).where(of_these, not_over).execution_options(populate_existing=True)
        )
        return {_vehicle(row): Paperless(row.starts, row.last_day) for row in rows}

    def start(self, uow: UnitOfWork, vehicle: Vehicle, by: Person) -> None:
        """No slips from tomorrow on. An end that was fixed but has not come is taken back. Tells the other binders."""
        today = self._today()
        values = {"plate": vehicle.plate.canonical, "kind": vehicle.kind.value, "starts": effective_from(today)}
        new = insert(PlateState).values(values).on_conflict_do_nothing().returning(PlateState.plate)
        made = uow.connection.execute(new).first() is not None
        row = self._lock(uow, vehicle)
        if row is None:
            raise LookupError("a plate's state vanished under its own insert")
        if row.last_day is not None:
            row.starts = row.starts if row.last_day >= today else effective_from(today)
            row.last_day = None
            made = True
        uow.session.flush()
        if made:
            self._tell(uow, vehicle, Paperless(row.starts), by)

    def end(self, uow: UnitOfWork, vehicle: Vehicle, by: Person) -> bool:
        """A binder ends it for everybody: slips again from tomorrow on. Nobody stays subscribed; the others are told.

        Tells whether there was something to end.
        """
        row = self._lock(uow, vehicle)
        if row is None or row.last_day is not None:
            return False
        self._end(uow, row, by)
        return True

    def settle(self, uow: UnitOfWork, vehicle: Vehicle, by: Person) -> None:
        """After a subscriber left: ends it, slips again from tomorrow on, when nobody who can be reached is left."""
        row = self._lock(uow, vehicle)
        if row is not None and row.last_day is None and not self._is_held_up(uow, row):
            self._end(uow, row, by)

    def sweep(self, uow: UnitOfWork) -> int:
        """End it for plates whose subscribers can no longer be reached; says how many. For the schedule.

        A subscriber who blocked us is told of no bill, so slips must be put on the vehicle again.
        """
        held_up = exists().where(
            BindingRow.plate == PlateState.plate, BindingRow.kind == PlateState.kind, BindingRow.paperless, _REACHABLE
        )
        rows = uow.session.scalars(
            select(PlateState)
            .where(PlateState.last_day.is_(None), ~held_up)
            .limit(SWEPT_AT_ONCE)
            .with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            self._end(uow, row, None)
        return len(rows)

    def _today(self) -> date:
        return city_date(self._clock.now())

    def _lock(self, uow: UnitOfWork, vehicle: Vehicle) -> PlateState | None:
        key = (vehicle.plate.canonical, vehicle.kind.value)
        return uow.session.get(PlateState, key, with_for_update=True, populate_existing=True)

    def _is_held_up(self, uow: UnitOfWork, row: PlateState) -> bool:
        subscribed = exists().where(
            BindingRow.plate == row.plate, BindingRow.kind == row.kind, BindingRow.paperless, _REACHABLE
        )
        return bool(uow.session.scalar(select(subscribed)))

    def _end(self, uow: UnitOfWork, row: PlateState, by: Person | None) -> None:
        """Fix the end: today is the last day without a slip. What was to start tomorrow never starts."""
        today = self._today()
        vehicle = _vehicle(row)
        uow.connection.execute(
            update(BindingRow).where(BindingRow.plate == row.plate, BindingRow.kind == row.kind).values(paperless=False)
        )
        if row.starts > today:
            uow.session.delete(row)
            told = Paperless(row.starts, row.starts - ONE_DAY)
        else:
            row.last_day = today
            told = Paperless(row.starts, today)
        uow.session.flush()
        self._tell(uow, vehicle, told, by)

    def _tell(self, uow: UnitOfWork, vehicle: Vehicle, state: Paperless, by: Person | None) -> None:
        """Tell every binder who can be reached, but the one who did it. Who it was is nobody else's business."""
        binders = uow.session.execute(
            select(BindingRow.id, BindingRow.channel, BindingRow.citizen).where(
                BindingRow.plate == vehicle.plate.canonical, BindingRow.kind == vehicle.kind.value, _REACHABLE
            )
        )
        said = f"{state.starts}:{state.last_day}:{self._today()}"
        for binding_id, channel, citizen in binders.all():
            if (channel, citizen) != by:
                self._notices.post(
                    uow,
                    NOTICE,
                    channel=channel,
                    citizen=citizen,
                    dedupe_key=f"paperless:{binding_id}:{said}",
                    data={"vehicle": vehicle, "state": state, "today": self._today()},
                    about=(binding_id,),
                )


def _vehicle(row: PlateState) -> Vehicle:
    return Vehicle(Plate(row.plate), VehicleKind(row.kind))
