"""月票繳費查詢: how each place of a round was paid for; the file without masks needs a second person."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort, request, send_file
from flask.typing import ResponseReturnValue

from domain.clock import city_date
from domain.notices import Channel
from domain.passsales import PaidBy, PayStatus
from domain.plates import Plate, parse_plate
from domain.rounds import RoundRuleError
from domain.staff import Power, StaffRuleError
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork
from infra.sheets import Cell, write_sheet
from services.passes.cases import CaseRow
from services.passes.sales import Sale, sales_of
from services.staff import approvals
from web.backoffice import asked
from web.backoffice.gate import allow, member
from web.backoffice.room import (
    EXCEL,
    KINDS,
    RULES,
    Room,
    done,
    field,
    form_id,
    local,
    outcome,
    refused,
    show,
    try_to,
)

UNMASKED = "export.unmasked"  # kind of the approval
TO_PAY = (PayStatus.TO_PAY, PayStatus.FAILED)  # whose place may still be paid for
HEAD = (
    "申請編號", "抽籤結果", "申請人姓名", "車牌", "行動電話", "停車場", "車種", "票種", "優惠方案", "付款金額",
    "繳費時間", "付款方式", "繳費編號", "繳費狀態",
)  # fmt: skip


def register(room: Room) -> None:
    """Its routes."""
    views = _Sales(room)
    room.page("/sales", "sales", views.look, Power.SEE_PAYMENTS)
    room.page("/sales/find", "sales_find", room.sparing(views.look), Power.SEE_PAYMENTS, ("POST",))
    room.page("/sales/tell/<path:draw_id>", "sales_tell", views.tell, Power.OFFER, ("POST",))
    room.page("/sales/excel/<path:draw_id>", "sales_excel", views.excel, Power.SEE_PAYMENTS)
    room.page("/sales/ask/<path:draw_id>", "sales_ask", views.ask, Power.EXPORT_UNMASKED, ("POST",))
    room.page("/sales/decide", "sales_decide", views.decide, Power.EXPORT_UNMASKED, ("POST",))
    room.page("/sales/unmasked", "sales_unmasked", views.unmasked, Power.EXPORT_UNMASKED, ("POST",))


@dataclass(frozen=True, slots=True)
class _About:
    """The round of a list."""

    draw_id: str
    lot: str
    lot_name: str
    kind: str
    type_name: str
    month: str


class _Sales:
    """One method per route."""

    def __init__(self, room: Room) -> None:
        self._services = room.services

    def look(self) -> ResponseReturnValue:
        """GET: a round's payments by 付款方式 and 繳費日期; masked. POST: by whole plate too."""
        draw_id, how, day = (request.values.get(name, "")[:64] for name in ("round", "how", "day"))
        typed, lots = request.form.get("plate", "").strip()[:20], member().lots(Power.SEE_PAYMENTS)
        may = member().may(Power.EXPORT_UNMASKED)
        try:
            plate = parse_plate(typed) if typed else None
        except RULES as error:
            return refused(error, "sales", round=draw_id)
        with self._services.unit() as uow:
            rounds = [row for row in self._services.rounds.all(uow) if lots is None or row.lot in lots]
            names = {lot.number: lot.name for lot in self._services.lots.all(uow)}
            about = self._about(uow, draw_id) if draw_id else None
            rows = self._rows(uow, draw_id, plate=plate) if draw_id else []
            rows = [one for one in rows if _wanted(one[0], how, day)]
            asked.looked_for(uow, "sales", len(rows), plate=plate)
            mine = {row.draw_id for row in rounds}
            waiting = [one for one in approvals.waiting(uow, [UNMASKED]) if may and one.detail["draw_id"] in mine]
            usable = approvals.usable(uow, UNMASKED, member().actor)
        may_tell = about is not None and member().may(Power.OFFER, about.lot)
        values = {"rounds": rounds, "names": names, "rows": rows, "waiting": waiting, "usable": usable, "may": may}
        chosen = {"draw_id": draw_id, "how": how, "day": day, "plate": typed, "about": about}
        shared = {"ways": [way.value for way in PaidBy], "kinds": KINDS, "may_tell": may_tell, "to_pay": TO_PAY}
        return show("sales.html", "月票繳費查詢", **values, **chosen, **shared)

    def tell(self, draw_id: str) -> ResponseReturnValue:
        """POST: 重發繳費簡訊 of one place that is to be paid for: LINE first, an SMS to those without."""
        with self._services.unit() as uow:
            self._about(uow, draw_id, Power.OFFER)
        try:
            by = self._services.pay_notice.send(draw_id, field("entry_no", 32), staff=member().actor)
        except RULES as error:
            return refused(error, "sales", round=draw_id)
        return done("sales", "已由 LINE 通知。" if by is Channel.LINE else "已發簡訊通知。", round=draw_id)

    def excel(self, draw_id: str) -> ResponseReturnValue:
        """GET: the list as a file, masked."""
        with self._services.unit() as uow:
            about = self._about(uow, draw_id)
            file = write_sheet("月票繳費", HEAD, (_cells(about, *one) for one in self._rows(uow, draw_id)))
        return send_file(file, EXCEL, as_attachment=True, download_name=f"sales-{draw_id.replace('/', '-')}.xlsx")

    def ask(self, draw_id: str) -> ResponseReturnValue:
        """POST: ask for the file without masks; another person approves."""

        def deed() -> None:
            with self._services.unit() as uow:
                self._about(uow, draw_id, Power.EXPORT_UNMASKED)
                approvals.ask(uow, UNMASKED, {"draw_id": draw_id}, reason=field("reason"), actor=member().actor)

        return try_to(deed, "sales", "已送出申請，請另一位同仁核准。", round=draw_id)

    def decide(self) -> ResponseReturnValue:
        """POST: the second person, who must have the power in that lot too."""
        approve = field("approve", 1) == "1"

        def deed() -> None:
            with self._services.unit() as uow:
                seen = approvals.decide(uow, form_id("id"), UNMASKED, approve=approve, actor=member().actor)
                self._about(uow, str(seen.detail["draw_id"]), Power.EXPORT_UNMASKED)

        return try_to(deed, "sales", "已核准，申請人可以下載一次。" if approve else "已退回申請。")

    def unmasked(self) -> ResponseReturnValue:
        """POST: the file without masks, once for each approval, marked with who took it and when."""
        try:
            with self._services.unit() as uow:
                seen = approvals.use(uow, form_id("id"), UNMASKED, actor=member().actor)
                if seen.asked_by != member().actor:
                    raise StaffRuleError("只有申請的人可以下載")
                draw_id = str(seen.detail["draw_id"])
                about = self._about(uow, draw_id, Power.EXPORT_UNMASKED)
                who = f"匯出人 {seen.asked_by}，核准人 {seen.decided_by}，{local(self._services.clock.now())}"
                rows = (_cells(about, *one) for one in self._rows(uow, draw_id, whole=True))
                file = write_sheet("月票繳費", HEAD, rows, (f"{who}。含個人資料，請勿外流。",))
        except RULES as error:
            return refused(error, "sales")
        return send_file(file, EXCEL, as_attachment=True, download_name=f"sales-{draw_id.replace('/', '-')}.xlsx")

    def _rows(
        self, uow: UnitOfWork, draw_id: str, *, whole: bool = False, plate: Plate | None = None
    ) -> Sequence[tuple[Sale, CaseRow]]:
        sales = sales_of(uow, self._services.rounds.find(uow, draw_id))
        if plate is not None:
            of_plate = {row.id for row in self._services.cases.find(uow, None, plate=plate)}
            sales = [one for one in sales if one.entry_id in of_plate]
        people = self._services.cases.of(uow, {one.entry_id for one in sales}, whole=whole)
        return [(one, people[one.entry_id]) for one in sales]

    def _about(self, uow: UnitOfWork, draw_id: str, power: Power = Power.SEE_PAYMENTS) -> _About:
        try:
            row = self._services.rounds.find(uow, draw_id)
        except RoundRuleError:
            abort(404)
        allow(power, row.lot)
        lot = self._services.lots.require(uow, row.lot)
        names = self._services.pass_rules.pass_types.get(row.pass_type, (row.pass_type,))
        return _About(draw_id, row.lot, lot.name, KINDS[VehicleKind(row.kind)], names[0], row.month)


def _wanted(sale: Sale, how: str, day: str) -> bool:
    if how and sale.paid_by.value != how:
        return False
    return not day or (sale.at is not None and city_date(sale.at).isoformat() == day)


def _cells(about: _About, sale: Sale, who: CaseRow) -> list[Cell]:
    return [
        sale.entry_no, outcome(who), who.name, who.plate, who.mobile, about.lot_name, about.kind, about.type_name,
        sale.plan, sale.amount, local(sale.at), sale.paid_by.value, sale.number, sale.status.value,
    ]  # fmt: skip
