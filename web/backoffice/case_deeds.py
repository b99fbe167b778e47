"""What is done to one 申請案件: 案件修改, withdrawing, 資格審查, an entry at the counter with its printed receipt."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from domain.draw.listing import Removal
from domain.names import parse_name
from domain.phones import parse_mobile
from domain.plates import parse_plate
from domain.qualifications import VERDICTS, Judged
from domain.rounds import RoundRuleError
from domain.staff import Power, StaffRuleError
from domain.vehicles import VehicleKind
from services import audit
from services.passes.application import Application
from web.backoffice.cases import mine
from web.backoffice.gate import allow, member
from web.backoffice.room import RULES, Room, done, field, refused, said, show
from web.passes.pictures import qr_svg

LONGEST_LANDLINE = 20
NO_LANDLINE = "-"  # typed into 新市內電話: there is none any more


def register(room: Room) -> None:
    """Its routes."""
    views = _Deeds(room)
    room.page("/case/<uuid:case>/change", "case_change", views.change, Power.CHANGE_ENTRIES, ("POST",))
    room.page("/case/<uuid:case>/withdraw", "case_withdraw", views.withdraw, Power.CHANGE_ENTRIES, ("POST",))
    room.page("/case/<uuid:case>/qualify", "case_qualify", views.qualify, Power.QUALIFY, ("POST",))
    room.page("/case/<uuid:case>/receipt", "case_receipt", views.receipt, Power.CHANGE_ENTRIES, ("POST",))
    room.page("/cases/enter/<path:draw_id>", "cases_enter", views.enter, Power.CHANGE_ENTRIES, ("GET", "POST"))


class _Deeds:
    """One method per route."""

    def __init__(self, room: Room) -> None:
        self._services = room.services

    def change(self, case: uuid.UUID) -> ResponseReturnValue:
        """POST: 案件修改. With another plate, mobile or plan the entry ends and a new one takes its place, with a new
        commitment and receipt; a name or 市內電話 is written anew.
        """
        row, actor = mine(self._services, case, Power.CHANGE_ENTRIES), member().actor
        try:
            written, given = _written(), _asked(row.plan)
            if not (written or given):
                raise StaffRuleError("請輸入要修改的內容，或選擇另一個方案")
            with self._services.unit() as uow:
                now = case
                if written:
                    both = {"name": written.get("name"), "landline": written.get("landline")}
                    self._services.entries.correct(uow, case, **both, staff=actor)
                if given:
                    asked_at = self._services.clock.now()
                    now = self._services.entries.change(uow, case, asked_at=asked_at, actor=actor, **given)[0].id
                self._services.cases.note_reason(uow, now, "entry.changed", field("reason"), actor=actor)
        except RULES as error:
            return refused(error, "case", case=case)
        if not given:
            return done("case", "已修改。申請編號與收據不變。", case=case)
        return self._receipt(now, "已修改。舊申請列入移除清單，新的申請編號與收據如下；請交給申請人。")

    def withdraw(self, case: uuid.UUID) -> ResponseReturnValue:
        """POST: take the entry back for the applicant."""
        mine(self._services, case, Power.CHANGE_ENTRIES)
        return self._remove(case, Removal.WITHDRAWN, "已撤回申請。")

    def qualify(self, case: uuid.UUID) -> ResponseReturnValue:
        """POST: 資格審查, of photos or what the counter saw: 通過, 補件, 不符; or the entry is taken off the list."""
        mine(self._services, case, Power.QUALIFY)
        verdict = request.form.get("verdict", "")
        if not verdict:
            return refused(StaffRuleError("請選擇審查結果"), "case", case=case)
        if verdict == Removal.INELIGIBLE.value.lower():
            return self._remove(case, Removal.INELIGIBLE, "已從清單移除。")
        if verdict not in VERDICTS:
            abort(400)
        judged = Judged(verdict)

        def deed() -> uuid.UUID:
            given = {"reason": field("reason"), "pool": field("pool", 8), "staff": member().actor}
            with self._services.unit() as uow:
                return self._services.qualifying.judge(uow, case, judged, **given)

        if judged is Judged.PASSED:
            return self._to_new(deed, case, "資格審查通過。申請編號與收據如下；請交給申請人。")
        try:
            now = deed()
        except RULES as error:
            return refused(error, "case", case=case)
        return done("case", "已儲存審查結果，並通知申請人。", case=now)

    def receipt(self, case: uuid.UUID) -> ResponseReturnValue:
        """POST: print the receipt once more. The audit has it: with its salt a masked plate could be worked out."""
        mine(self._services, case, Power.CHANGE_ENTRIES)
        with self._services.unit() as uow:
            audit.write(uow, "entry.receipt", actor=member().actor, subject_type="entry", subject_id=case)
        return self._receipt(case)

    def enter(self, draw_id: str) -> ResponseReturnValue:
        """GET: the form of an entry at the counter. POST: the entry, and its receipt to print."""
        with self._services.unit() as uow:
            try:
                row = self._services.rounds.find(uow, draw_id)
            except RoundRuleError:
                abort(404)
            allow(Power.CHANGE_ENTRIES, row.lot)
            lot = self._services.lots.require(uow, row.lot)
            plans = self._services.lots.plans(uow, row.lot, VehicleKind(row.kind), row.pass_type)
        wrong = ""
        if request.method == "POST":
            try:
                return self._receipt(self._entered(draw_id), "已登記，請列印收據交給申請人。")
            except RULES as error:
                wrong = said(error)
        status = 400 if wrong else 200
        return show(
            "case_enter.html", "現場登記", status, row=row, lot=lot, plans=plans, wrong=wrong, form_of=request.form
        )

    def _entered(self, draw_id: str) -> uuid.UUID:
        mobile, plate, name = parse_mobile(field("mobile", 20)), parse_plate(field("plate", 20)), field("name", 80)
        moment, landline = self._services.clock.now(), field("landline", LONGEST_LANDLINE)
        wanted = Application(
            draw_id, plate, field("plan", 16), mobile, parse_name(name), moment, landline=landline or None
        )
        with self._services.unit() as uow:
            made, _ = self._services.entries.enter(uow, wanted, staff=member().actor)
            return made.id

    def _receipt(self, case: uuid.UUID, words: str = "") -> ResponseReturnValue:
        with self._services.unit() as uow:
            row = self._services.cases.one(uow, case)
            told = self._services.cases.receipt(uow, case)
        code = Markup(qr_svg(told)) if told else ""  # noqa: S704 - drawn here, from a receipt of ours
        return show("case_receipt.html", "月票申請收據", row=row, receipt=told, code=code, words=words)

    def _remove(self, case: uuid.UUID, why: Removal, words: str) -> ResponseReturnValue:
        try:
            with self._services.unit() as uow:
                self._services.entries.remove(uow, case, why, staff=member().actor)
                self._services.cases.note_reason(uow, case, "entry.removed", field("reason"), actor=member().actor)
        except RULES as error:
            return refused(error, "case", case=case)
        return done("case", words, case=case)

    def _to_new(self, deed: Callable[[], uuid.UUID], case: uuid.UUID, words: str) -> ResponseReturnValue:
        try:
            made = deed()
        except RULES as error:
            return refused(error, "case", case=case)
        return self._receipt(made, words)


def _written() -> dict[str, str]:
    """What is written anew beside the commitment. Raises CitizenMistakeError."""
    name, landline = (request.form.get(one, "").strip()[:80] for one in ("name", "landline"))
    found = {"name": parse_name(name)} if name else {}
    if landline:
        found["landline"] = "" if landline == NO_LANDLINE else landline[:LONGEST_LANDLINE]
    return found


def _asked(plan: str) -> dict[str, Any]:
    """What makes a new entry; `plan`: the present one. Raises CitizenMistakeError."""
    plate, mobile, wanted = field("plate", 20), field("mobile", 20), field("plan", 16)
    found: dict[str, Any] = {"plate": parse_plate(plate)} if plate else {}
    if mobile:
        found["holder"] = parse_mobile(mobile)
    return found | ({"plan": wanted} if wanted != plan else {})
