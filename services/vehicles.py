"""Vehicles of a citizen: bind, list, change, unbind, report. Binding needs a registered account (services/accounts.py).

Several people may bind one plate: families share cars, and the city does not check ownership. Whoever has it already
is told that one more person bound it, never who.
"""

import uuid
from datetime import date

from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.bindings import Binding, Paperless, Services, Vehicle, VehicleRules, effective_from
from domain.clock import Clock, city_date
from domain.errors import CitizenMistakeError
from domain.notices import Channel
from domain.plates import Plate
from domain.ports.notices import Notices
from domain.slots import Slot
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork
from models.citizen import Citizen
from models.vehicle import BindingRow, PlateReport
from services import audit
from services.accounts import Accounts
from services.lookup_quota import Quota
from services.paperless import PaperlessPlates

NOTICE = "one_more_binder"
BOUND = "vehicle.bound"  # kinds of 歷程
CHANGED = "vehicle.changed"
PAPERLESS_ENDED = "vehicle.paperless_ended"
UNBOUND = "vehicle.unbound"
SOLD = "vehicle.sold"
REPORTED = "vehicle.reported"


class Vehicles:
    """What wiring gives: VehicleRules, PaperlessPlates, Accounts, Quota, the NoticePost and the clock."""

    def __init__(
        self,
        rules: VehicleRules,
        plates: PaperlessPlates,
        accounts: Accounts,
        quota: Quota,
        notices: Notices,
        clock: Clock,
    ) -> None:
        self.rules = rules
        self._plates = plates
        self._accounts = accounts
        self._quota = quota
        self._notices = notices
        self._clock = clock

    # Seeing

    def of(self, uow: UnitOfWork, channel: str, citizen: str) -> tuple[Binding, ...]:
        """The citizen's vehicles, the first bound first."""
        return self._views(uow, _of(channel, citizen))

    def find(self, uow: UnitOfWork, channel: str, citizen: str, vehicle: Vehicle) -> Binding | None:
        """One vehicle of the citizen; None when it is not bound by them."""
        return next(iter(self._views(uow, _one(channel, citizen, vehicle))), None)

    def require(self, uow: UnitOfWork, channel: str, citizen: str, vehicle: Vehicle) -> Binding:
        """The same. Raises CitizenMistakeError when it is not bound by them."""
        found = self.find(uow, channel, citizen, vehicle)
        if found is None:
            raise CitizenMistakeError("您沒有綁定這輛車，沒有任何資料被更動。請看「我的車輛」。")
        return found

    def owns(self, uow: UnitOfWork, channel: str, citizen: str, vehicle: Vehicle) -> bool:
        """Whether this citizen has bound this vehicle. Hot: asked for every answer about a plate."""
        values = (channel, citizen, vehicle.plate.canonical, vehicle.kind.value)
        return uow.driver.execute(_OWNS, values).fetchone() is not None

    def check_room(self, uow: UnitOfWork, channel: str, citizen: str) -> None:
        """Whether one more may be bound. Raises CitizenMistakeError: as many bound as may be, or enough for today."""
        count = uow.session.scalar(select(func.count()).select_from(BindingRow).where(_of(channel, citizen))) or 0
        if count >= self.rules.most_vehicles:
            raise CitizenMistakeError(
                "最多可綁定 {limit} 輛車。請先在「我的車輛」刪除一輛，再綁定新的。", limit=self.rules.most_vehicles
            )
        if self._quota.used_up(uow, channel, citizen):
            raise CitizenMistakeError("為保護他人資料，今天查詢與綁定的次數已用完，請明天再綁定。")

    # Doing

    def bind(self, uow: UnitOfWork, channel: str, citizen: str, vehicle: Vehicle, services: Services) -> Binding:
        """Bind a vehicle; one that is bound already stays as it is. Services begin tomorrow (隔日生效).

        Raises CitizenMistakeError: no service chosen, not registered, as many bound as may be, or today's lookups and
        bindings used up (binding makes lookups of the plate free, so it counts as one).
        """
        services = self._valid(services)
        self._accounts.require(uow, channel, citizen)
        self._lock(uow, channel, citizen)
        if known := self.find(uow, channel, citizen, vehicle):
            return known
        self.check_room(uow, channel, citizen)
        tomorrow = effective_from(self._today())
        row = BindingRow(
            id=uuid.uuid4(),
            channel=channel,
            citizen=citizen,
            plate=vehicle.plate.canonical,
            compact=vehicle.plate.compact,
            kind=vehicle.kind.value,
            reminder_slot=services.reminder.key if services.reminder else None,
            reminder_from=tomorrow if services.reminder else None,
            paperless=services.paperless,
            flood_areas=list(services.flood),
            flood_from=tomorrow if services.flood else None,
        )
        uow.session.add(row)
        uow.session.flush()
        self._quota.spend(uow, channel, citizen)
        self._tell_the_others(uow, vehicle, row.id)
        if services.paperless:
            self._plates.start(uow, vehicle, (channel, citizen))
        self._note(uow, channel, citizen, BOUND, row.id)
        return self.require(uow, channel, citizen, vehicle)

    def change(self, uow: UnitOfWork, channel: str, citizen: str, vehicle: Vehicle, services: Services) -> Binding:
        """Other services for a bound vehicle; what is new or other begins tomorrow, the rest goes on.

        開單無紙化 can only be taken up here: end_paperless() ends it. Raises CitizenMistakeError: no service would be
        left (unbind instead), or the vehicle is not bound.
        """
        services = self._valid(services)
        self._lock(uow, channel, citizen)
        before = self.require(uow, channel, citizen, vehicle)
        tomorrow = effective_from(self._today())
        values: dict[str, object] = {}
        if services.reminder != before.services.reminder:
            values["reminder_slot"] = services.reminder.key if services.reminder else None
            values["reminder_from"] = tomorrow if services.reminder else None
        if services.flood != before.services.flood:
            values["flood_areas"] = list(services.flood)
            values["flood_from"] = tomorrow if services.flood else None
        if services.paperless and not before.services.paperless:
            values["paperless"] = True
        if values:
            changed = update(BindingRow).where(_one(channel, citizen, vehicle)).values(values).returning(BindingRow.id)
            self._note(uow, channel, citizen, CHANGED, uow.connection.execute(changed).scalar_one())
        if "paperless" in values:
            self._plates.start(uow, vehicle, (channel, citizen))
        return self.require(uow, channel, citizen, vehicle)

    def end_paperless(self, uow: UnitOfWork, channel: str, citizen: str, vehicle: Vehicle) -> Binding:
        """Slips are put on the vehicle again from tomorrow on, for everybody who has bound it.

        A binding may be left without any service by this; it keeps its place in 待繳. Raises CitizenMistakeError when
        the vehicle is not bound by this citizen.
        """
        self.require(uow, channel, citizen, vehicle)
        if self._plates.end(uow, vehicle, (channel, citizen)):
            self._note(uow, channel, citizen, PAPERLESS_ENDED, vehicle.kind.value)
        return self.require(uow, channel, citizen, vehicle)

    def choose_channel(
        self, uow: UnitOfWork, channel: str, citizen: str, vehicle: Vehicle, told_by: Channel | None
    ) -> Binding:
        """By which channel this vehicle's reminders go; None: as the citizen set for everything.

        Raises NotRegisteredError for SMS without a verified number, CitizenMistakeError when it is not bound.
        """
        if told_by not in (None, Channel.LINE):
            self._accounts.registered(uow, channel, citizen)
        changed = update(BindingRow).where(_one(channel, citizen, vehicle)).values(told_by=told_by)
        if binding_id := uow.connection.execute(changed.returning(BindingRow.id)).scalar():
            self._note(uow, channel, citizen, CHANGED, binding_id)
        return self.require(uow, channel, citizen, vehicle)

    def unbind(
        self,
        uow: UnitOfWork,
        channel: str,
        citizen: str,
        vehicle: Vehicle,
        *,
        because: str = UNBOUND,
        actor: str = audit.CITIZEN,
    ) -> bool:
        """End a binding and all its services; tells whether there was one. 開單無紙化 ends with its last subscriber.

        `because`: the kind of 歷程, SOLD where the citizen said so. `actor`: who of the staff did it for them.
        """
        ended = delete(BindingRow).where(_one(channel, citizen, vehicle)).returning(BindingRow.id)
        gone = uow.connection.execute(ended).scalar()
        if gone is None:
            return False
        self._plates.settle(uow, vehicle, (channel, citizen))
        self._note(uow, channel, citizen, because, gone, actor)
        return True

    def leave(self, uow: UnitOfWork, channel: str, citizen: str) -> int:
        """Unbind everything and forget this citizen's reports; says how many vehicles. For 註銷."""
        vehicles = [binding.vehicle for binding in self.of(uow, channel, citizen)]
        for vehicle in sorted(vehicles, key=lambda one: (one.plate.canonical, one.kind)):  # one order: no deadlock
            self.unbind(uow, channel, citizen, vehicle)
        uow.connection.execute(
            delete(PlateReport).where(PlateReport.channel == channel, PlateReport.citizen == citizen)
        )
        return len(vehicles)

    def report(self, uow: UnitOfWork, channel: str, citizen: str, vehicle: Vehicle) -> None:
        """Keep for staff that another person should not have bound this vehicle; once more renews the report.

        Raises CitizenMistakeError when this citizen has not bound it.
        """
        self.require(uow, channel, citizen, vehicle)
        report_id = uow.connection.execute(
            insert(PlateReport)
            .values(
                id=uuid.uuid4(),
                channel=channel,
                citizen=citizen,
                plate=vehicle.plate.canonical,
                kind=vehicle.kind.value,
            )
            .on_conflict_do_update(constraint="uq_plate_report_citizen_plate_kind", set_={"reported_at": func.now()})
            .returning(PlateReport.id)
        ).scalar_one()
        self._note(uow, channel, citizen, REPORTED, report_id)

    # Inside

    def _note(
        self, uow: UnitOfWork, channel: str, citizen: str, what: str, subject: object, actor: str = audit.CITIZEN
    ) -> None:
        """A line in the citizen's 歷程 and a row for the auditors; neither holds a plate."""
        audit.write(uow, what, actor=actor, subject_type="binding", subject_id=subject)
        if account := self._accounts.of(uow, channel, citizen):
            self._accounts.history.write(uow, account.id, what)

    def _today(self) -> date:
        return city_date(self._clock.now())

    def _valid(self, services: Services) -> Services:
        """The services as they are kept: known areas in the order of the rules. Buttons may be made up."""
        flood = tuple(area for area in self.rules.every_area if area in services.flood)
        slot = services.reminder
        if slot is not None and slot not in self.rules.slots:
            raise CitizenMistakeError("沒有這個提醒時段，請重新選擇。")
        kept = Services(slot, services.paperless, flood)
        if not kept.any:
            raise CitizenMistakeError("請至少選擇一項服務。")
        return kept

    def _lock(self, uow: UnitOfWork, channel: str, citizen: str) -> None:
        """One change at a time of one citizen's vehicles, also from two devices at once."""
        mine = and_(Citizen.channel == channel, Citizen.line_id == citizen)
        uow.connection.execute(select(Citizen.line_id).where(mine).with_for_update())

    def _views(self, uow: UnitOfWork, which: ColumnElement[bool]) -> tuple[Binding, ...]:
        query = select(BindingRow).where(which).order_by(BindingRow.bound_at, BindingRow.plate)
        rows = uow.session.scalars(query.execution_options(populate_existing=True)).all()
        vehicles = [Vehicle(Plate(row.plate), VehicleKind(row.kind)) for row in rows]
        states = self._plates.states(uow, vehicles)
        return tuple(_view(row, vehicle, states.get(vehicle)) for row, vehicle in zip(rows, vehicles, strict=True))

    def _tell_the_others(self, uow: UnitOfWork, vehicle: Vehicle, new: uuid.UUID) -> None:
        """One more person bound it. Binding, unbinding and binding again on one day tells nobody twice."""
        others = uow.connection.execute(
            select(BindingRow.id, BindingRow.channel, BindingRow.citizen).where(
                BindingRow.plate == vehicle.plate.canonical, BindingRow.kind == vehicle.kind.value, BindingRow.id != new
            )
        ).all()
        for binding_id, channel, citizen in others:
            self._notices.post(
                uow,
                NOTICE,
                channel=channel,
                citizen=citizen,
                dedupe_key=f"binder:{binding_id}:{self._today()}:{len(others) + 1}",
                data={"vehicle": vehicle},
                about=(binding_id,),
            )


_OWNS = "SELECT FROM binding WHERE channel = %s AND citizen = %s AND plate = %s AND kind = %s"


def _of(channel: str, citizen: str) -> ColumnElement[bool]:
    return and_(BindingRow.channel == channel, BindingRow.citizen == citizen)


def _one(channel: str, citizen: str, vehicle: Vehicle) -> ColumnElement[bool]:
    of_vehicle = and_(BindingRow.plate == vehicle.plate.canonical, BindingRow.kind == vehicle.kind.value)
    return and_(_of(channel, citizen), of_vehicle)


def _view(row: BindingRow, vehicle: Vehicle, state: Paperless | None) -> Binding:
    reminder = Slot.parse(row.reminder_slot) if row.reminder_slot else None
    services = Services(reminder, row.paperless, tuple(row.flood_areas))
    told_by = Channel(row.told_by) if row.told_by else None
    return Binding(vehicle, services, row.reminder_from, row.flood_from, state, told_by)
