"""代繳查詢: who holds the automatic payment of one's own vehicle, and a reminder once another firm may bind it.

Agencies report the holders (services/agencyapi/reports.py); nobody else is asked. Whoever has bound a vehicle is told.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.dialects.postgresql import insert

from domain.autopay import AutopayRules, HolderReport
from domain.bindings import Binding, Vehicle
from domain.clock import Clock
from domain.plates import Plate
from domain.ports.notices import Notices
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork
from models.autopay import AutopayReminder
from models.vehicle import BindingRow
from services.agencyapi import reports
from services.vehicles import Vehicles

NOTICE = "autopay_again"
AT_ONCE = 200  # reminders told in one transaction


class Autopay:
    """wiring gives config/autopay.toml, vehicles, the post of notices, and the clock."""

    def __init__(self, rules: AutopayRules, vehicles: Vehicles, notices: Notices, clock: Clock) -> None:
        self.rules = rules
        self._vehicles = vehicles
        self._notices = notices
        self._clock = clock

    def reports(self, uow: UnitOfWork, channel: str, citizen: str, vehicle: Vehicle) -> Sequence[HolderReport]:
        """What agencies last reported of this vehicle; empty: nothing. Raises CitizenMistakeError: it is not theirs."""
        self._vehicles.require(uow, channel, citizen, vehicle)
        return reports.holders(uow, [vehicle.plate])[vehicle.plate]

    def of_bound(self, uow: UnitOfWork, bound: Sequence[Binding]) -> Mapping[Plate, Sequence[HolderReport]]:
        """The same of all vehicles that a citizen has bound, as services.vehicles has given them."""
        return reports.holders(uow, [binding.plate for binding in bound])

    def remind(self, uow: UnitOfWork, channel: str, citizen: str, vehicle: Vehicle) -> datetime:
        """Tell the citizen when another firm may bind it; asked again it counts from now. The moment from which.

        Raises CitizenMistakeError: it is not theirs.
        """
        self._vehicles.require(uow, channel, citizen, vehicle)
        now = self._clock.now()
        at = now + timedelta(days=self.rules.last_day)
        values = {"asked_at": now, "remind_at": at}
        binding_id = uow.session.scalars(_binding(channel, citizen, vehicle)).one()
        row = insert(AutopayReminder).values(binding_id=binding_id, **values)
        uow.connection.execute(row.on_conflict_do_update(index_elements=["binding_id"], set_=values))
        return at

    def forget(self, uow: UnitOfWork, channel: str, citizen: str, vehicle: Vehicle) -> None:
        """No reminder after all."""
        of_binding = AutopayReminder.binding_id.in_(_binding(channel, citizen, vehicle))
        uow.connection.execute(delete(AutopayReminder).where(of_binding))

    def reminder(self, uow: UnitOfWork, channel: str, citizen: str, vehicle: Vehicle) -> datetime | None:
        """From when on the citizen is to be told; None where they have not asked."""
        of_binding = AutopayReminder.binding_id.in_(_binding(channel, citizen, vehicle))
        return uow.session.scalar(select(AutopayReminder.remind_at).where(of_binding))

    def tell(self, uow: UnitOfWork) -> int:
        """Tell whoever's reminder is due what is reported now, a batch; says how many."""
        due = select(AutopayReminder, BindingRow).join(BindingRow, BindingRow.id == AutopayReminder.binding_id)
        due = due.where(AutopayReminder.remind_at <= self._clock.now()).order_by(AutopayReminder.remind_at)
        rows = uow.session.execute(due.limit(AT_ONCE).with_for_update(skip_locked=True, of=AutopayReminder)).all()
        for reminder, binding in rows:
            self._post(uow, reminder, binding)
            uow.session.delete(reminder)
        uow.session.flush()
        return len(rows)

    def _post(self, uow: UnitOfWork, reminder: AutopayReminder, binding: BindingRow) -> None:
        vehicle = Vehicle(Plate(binding.plate), VehicleKind(binding.kind))
        held = [report for report in reports.holders(uow, [vehicle.plate])[vehicle.plate] if report.holder]
        firms = [(self.rules.firm(report.holder), report) for report in held if report.holder]
        self._notices.post(
            uow,
            NOTICE,
            channel=binding.channel,
            citizen=binding.citizen,
            dedupe_key=f"autopay:{binding.id}:{reminder.asked_at.isoformat()}",
            data={"vehicle": vehicle, "held": firms, "now": self._clock.now()},
            about=(binding.id,),
        )


def _binding(channel: str, citizen: str, vehicle: Vehicle) -> Select[UUID]:
    return select(BindingRow.id).where(
        BindingRow.channel == channel,
        BindingRow.citizen == citizen,
        BindingRow.plate == vehicle.plate.canonical,
        BindingRow.kind == vehicle.kind.value,
    )
