"""優惠方案管理 and 優惠里民方案管理: the plans of all lots, and for which 里 each is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import request
from flask.typing import ResponseReturnValue

from domain.clock import city_date
from domain.rounds import RoundRuleError
from domain.staff import Power, StaffRuleError
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork
from services.passes.lots import LotView, PlanView
from web.backoffice.draw_names import type_names
from web.backoffice.gate import allow, member
from web.backoffice.lots import villages_of
from web.backoffice.room import KINDS, Room, field, show, try_to


@dataclass(frozen=True, slots=True)
class Row:
    """A plan where it is sold. `cheaper`: NT$ below the plan for everybody."""

    lot: LotView
    kind: VehicleKind
    pass_type: str
    plan: PlanView
    cheaper: int


def register(room: Room) -> None:
    """Its routes."""
    views = _Plans(room)
    room.page("/plans", "plans", views.look, Power.SEE_ROUNDS)
    room.page("/plans/drop", "plan_drop", views.drop, Power.PLANS, ("POST",))
    room.page("/villages", "village_plans", views.villages, Power.SEE_ROUNDS)
    room.page("/villages/put", "village_put", views.put_villages, Power.PLANS, ("POST",))


class _Plans:
    """One method per route."""

    def __init__(self, room: Room) -> None:
        self._services = room.services

    def look(self) -> ResponseReturnValue:
        """GET: every plan, by 停車場, 車種 and 票種."""
        wanted = {name: request.args.get(name, "")[:20] for name in ("lot", "kind", "type")}
        with self._services.unit() as uow:
            lots, rows = self._rows(uow)
        rows = [
            row
            for row in rows
            if wanted["lot"] in ("", row.lot.number)
            and wanted["kind"] in ("", row.kind.value)
            and wanted["type"] in ("", row.pass_type)
        ]
        return show("plans.html", "優惠方案管理", rows=rows, lots=lots, wanted=wanted, **self._names())

    def villages(self) -> ResponseReturnValue:
        """GET: the plans for residents, all or those of one 里."""
        village = request.args.get("village", "").strip()[:20]
        with self._services.unit() as uow:
            _, rows = self._rows(uow)
        rows = [row for row in rows if row.plan.villages and (not village or village in row.plan.villages)]
        return show("village_plans.html", "優惠里民方案管理", rows=rows, village=village, **self._names())

    def put_villages(self) -> ResponseReturnValue:
        """POST: a plan for residents is for these 里 from now on."""

        def deed() -> None:
            lot, kind, pass_type, code = self._key()
            villages = villages_of(field("villages"))
            if not villages:
                raise StaffRuleError("請至少填寫一個里；不再優惠時，請在優惠方案管理刪除方案")
            with self._services.unit() as uow:
                lots = self._services.lots
                plan = next((one for one in lots.plans(uow, lot, kind, pass_type) if one.code == code), None)
                if plan is None:
                    raise RoundRuleError("沒有這個方案")
                lots.put_plan(uow, lot, kind, pass_type, replace(plan, villages=villages), staff=member().actor)

        return try_to(deed, "village_plans", "已儲存適用里。")

    def drop(self) -> ResponseReturnValue:
        """POST: a plan is sold no longer."""

        def deed() -> None:
            lot, kind, pass_type, code = self._key()
            today, staff = city_date(self._services.clock.now()), member().actor
            with self._services.unit() as uow:
                self._services.lots.drop_plan(uow, lot, kind.value, pass_type, code, today, staff=staff)

        return try_to(deed, "plans", "已刪除方案。")

    def _key(self) -> tuple[str, VehicleKind, str, str]:
        lot, kind = field("lot", 16), field("kind", 20)
        allow(Power.PLANS, lot)
        if kind not in set(VehicleKind):
            raise RoundRuleError("沒有這個方案")
        return lot, VehicleKind(kind), field("type", 16), field("code", 16)

    def _rows(self, uow: UnitOfWork) -> tuple[Sequence[LotView], list[Row]]:
        """The lots one may see, and their plans, the dearest of each kind and type first."""
        seen = member().lots(Power.SEE_ROUNDS)
        lots = [lot for lot in self._services.lots.all(uow) if seen is None or lot.number in seen]
        found = self._services.lots.all_plans(uow, [lot.number for lot in lots])
        by_number = {lot.number: lot for lot in lots}
        rows = [
            Row(by_number[number], VehicleKind(kind), pass_type, plan, plans[0].price - plan.price)
            for (number, kind, pass_type), plans in sorted(found.items())
            for plan in plans
        ]
        return lots, rows

    def _names(self) -> dict[str, object]:
        evidence = {code: names[0] for code, names in self._services.pass_rules.evidence.items()}
        may = member().may(Power.PLANS)
        return {"kinds": KINDS, "types": type_names(self._services), "evidence": evidence, "may": may}
