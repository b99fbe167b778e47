"""申請案件管理: search, the entries of a round, one case. Masked; whole one at a time, with a reason."""

import uuid
from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue

from domain.draw.listing import Removal
from domain.phones import parse_mobile
from domain.plates import parse_plate
from domain.qualifications import Judged
from domain.rounds import Phase, RoundRuleError
from domain.staff import Power, StaffRuleError
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork
from services import audit
from services.passes.cases import PAGE, CaseRow
from web.backoffice.gate import allow, member
from web.backoffice.room import KINDS, RULES, Room, StaffServices, field, missed, refused, show

LONGEST_FIELD = 16  # of a lot's number, or a month
STATES = {
    "live": "有效",
    "LATE": "補列",
    Removal.WITHDRAWN: "撤回",
    Removal.CHANGED: "已修改（換新申請）",
    Removal.PLATE_TWICE: "車牌重複",
    Removal.OVER_LIMIT: "超過登記限制",
    Removal.INELIGIBLE: "資格不符",
    Removal.BOUGHT_FIRST: "已優先購買",
    Removal.LEFT: "已註銷",
}
JUDGED = {Judged.WAITING: "待審查", Judged.MORE: "已請補件", Judged.PASSED: "通過", Judged.REFUSED: "不符"}
_POWERS = {
    "unmask": Power.UNMASK,
    "change": Power.CHANGE_ENTRIES,
    "qualify": Power.QUALIFY,
    "passes": Power.CHANGE_PASSES,
}


def register(room: Room) -> None:
    """Its routes."""
    views = _Cases(room.services)
    room.page("/cases", "cases", views.look, Power.SEE_ENTRIES)
    room.page("/cases/find", "cases_find", room.sparing(views.find), Power.SEE_ENTRIES, ("POST",))
    room.page("/case/<uuid:case>", "case", views.case, Power.SEE_ENTRIES)
    room.page("/case/<uuid:case>/unmask", "case_unmask", views.unmask, Power.UNMASK, ("POST",))


def mine(services: StaffServices, case: uuid.UUID, power: Power) -> CaseRow:
    """The entry, where this member has the power in its lot; elsewhere it does not exist: 404."""
    with services.unit() as uow:
        try:
            row = services.cases.one(uow, case)
        except StaffRuleError:
            abort(404)
    allow(power, row.lot)
    return row


class _Cases:
    """One method per route."""

    def __init__(self, services: StaffServices) -> None:
        self._services = services

    def look(self) -> ResponseReturnValue:
        """GET: rounds by lot and month, at first those of the newest month; of one, entries in the order they came."""
        draw_id, after = request.args.get("round", ""), request.args.get("after", "0")
        named = {name: request.args.get(name, "")[:LONGEST_FIELD] for name in ("lot", "month")}
        lots = member().lots(Power.SEE_ENTRIES)
        with self._services.unit() as uow:
            rounds = self._services.rounds.listed(uow, lots, **named)
            if not any(named.values()):
                rounds = [row for row in rounds if row.month == rounds[0].month]
            elif len(rounds) == 1:
                draw_id = rounds[0].draw_id
            chosen = self._chosen(uow, draw_id) if draw_id else None
            names = {lot.number: lot.name for lot in self._services.lots.all(uow) if lots is None or lot.number in lots}
            start = int(after) if after.isdecimal() and len(after) < 10 else 0
            found = self._services.cases.page(uow, chosen.draw_id, after=start) if chosen else None
        more = found[-1].place if found and len(found) == PAGE else None
        named = {"lot": chosen.lot, "month": chosen.month} if chosen else named
        types = self._services.pass_rules.pass_types
        values = {"rounds": rounds, "chosen": chosen, "names": names, "kinds": KINDS, "states": STATES, "types": types}
        may_enter = chosen is not None and chosen.phase == Phase.OPEN and member().may(Power.CHANGE_ENTRIES, chosen.lot)
        return show("cases.html", "申請案件管理", found=found, more=more, may_enter=may_enter, named=named, **values)

    def _chosen(self, uow: UnitOfWork, draw_id: str) -> Any:  # a round; its table is not the web's to know
        try:
            row = self._services.rounds.find(uow, draw_id)
        except RoundRuleError:
            abort(404)
        allow(Power.SEE_ENTRIES, row.lot)
        return row

    def find(self) -> ResponseReturnValue:
        """POST: by a whole number, a whole plate, or both, in one lot or month where they are named; so that neither
        stands in an address or a log. What finds nobody is counted, and the audit has every search: a masked plate
        leaves a hundred to try.
        """
        mobile, plate = field("mobile", 20), field("plate", 20)
        named = {name: request.form.get(name, "")[:LONGEST_FIELD] for name in ("lot", "month")}
        try:
            wanted = parse_mobile(mobile) if mobile else None, parse_plate(plate) if plate else None
            with self._services.unit() as uow:
                lots = member().lots(Power.SEE_ENTRIES)
                found = self._services.cases.find(uow, lots, mobile=wanted[0], plate=wanted[1], **named)
                detail = {"mobile": bool(mobile), "plate": bool(plate), "found": len(found)}
                audit.write(
                    uow, "entries.searched", actor=member().actor, subject_type="search", subject_id="", detail=detail
                )
        except RULES as error:
            return refused(error, "cases")
        if not found:
            missed()
        return show("cases_found.html", "查詢結果", found=found, states=STATES)

    def case(self, case: uuid.UUID, row: CaseRow | None = None) -> ResponseReturnValue:
        """GET: one entry, and what may be done with it."""
        row = row or mine(self._services, case, Power.SEE_ENTRIES)
        with self._services.unit() as uow:
            of = self._services.rounds.find(uow, row.draw_id)
            plans = self._services.lots.plans(uow, row.lot, VehicleKind(of.kind), of.pass_type)
            check = self._services.qualifying.of(uow, case)
            paid = self._services.sold_passes.of(uow, case) is not None
        open_ = row.live and of.phase == Phase.OPEN
        may = {name: member().may(power, row.lot) for name, power in _POWERS.items()}
        about = {"row": row, "plans": plans, "check": check, "paid": paid, "round": of, "open": open_}
        return show("case.html", f"申請 {row.entry_no}", may=may, states=STATES, judged=JUDGED, **about)

    def unmask(self, case: uuid.UUID) -> ResponseReturnValue:
        """POST: this one entry whole, this once, with a reason that the audit keeps."""
        mine(self._services, case, Power.UNMASK)
        try:
            with self._services.unit() as uow:
                row = self._services.cases.unmask(uow, case, reason=field("reason"), actor=member().actor)
        except StaffRuleError as error:
            return refused(error, "case", case=case)
        return self.case(case, row)
