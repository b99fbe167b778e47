"""月票繳費查詢: how each place of a month was paid for; the file without masks needs a second person."""

import re
from collections.abc import Iterator, Mapping, Sequence

from flask import abort, request, send_file
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from domain.clock import TAIPEI
from domain.draw import coding
from domain.notices import Channel
from domain.passsales import PaidBy, PayStatus
from domain.plates import parse_plate
from domain.rounds import RoundRuleError
from domain.staff import Power, StaffRuleError
from infra.database import UnitOfWork
from infra.sheets import Cell, write_sheet
from services import audit
from services.passes import sales
from services.passes.cases import CaseRow
from services.passes.sales import Sale, Wanted
from services.staff import approvals
from services.staff.approvals import ApprovalView
from web.backoffice import asked
from web.backoffice.draw_names import type_names
from web.backoffice.gate import allow, member
from web.backoffice.room import EXCEL, KINDS, RULES, Room, done, field, form_id, local, refused, show, try_to

UNMASKED = "export.sales"  # kind of the approval
KEPT = ("month", "lot", "kind", "type", "rehearsal", "how", "day")  # in an approval, which holds nothing personal
FIELDS = (*KEPT, "plate", "after")
TO_PAY = (PayStatus.TO_PAY, PayStatus.FAILED)  # whose place may still be paid for
RESULTS = {"W": "正取", "B": "備取", "X": "未中籤", "L": "補列"}
HEAD = (
    "申請編號", "抽籤結果", "申請人姓名", "車牌", "行動電話", "停車場", "車種", "票種", "優惠方案", "付款金額",
    "繳費時間", "付款方式", "繳費編號", "繳費狀態",
)  # fmt: skip
Row = tuple[Sale, CaseRow]


def register(room: Room) -> None:
    """Its routes."""
    views = _Sales(room)
    room.page("/sales", "sales", views.look, Power.SEE_PAYMENTS)
    room.page("/sales/find", "sales_find", room.sparing(views.look), Power.SEE_PAYMENTS, ("POST",))
    room.page("/sales/tell/<path:draw_id>", "sales_tell", views.tell, Power.OFFER, ("POST",))
    room.page("/sales/excel", "sales_excel", room.sparing(views.excel), Power.SEE_PAYMENTS, ("POST",))
    room.page("/sales/ask", "sales_ask", views.ask, Power.EXPORT_UNMASKED, ("POST",))
    room.page("/sales/decide", "sales_decide", views.decide, Power.EXPORT_UNMASKED, ("POST",))
    room.page("/sales/unmasked", "sales_unmasked", views.unmasked, Power.EXPORT_UNMASKED, ("POST",))


class _Sales:
    """One method per route."""

    def __init__(self, room: Room) -> None:
        self._services = room.services

    def look(self) -> ResponseReturnValue:
        """GET: the latest month, or a `round`. POST: by lot, kind, type, month, way of paying, day, whole plate."""
        lots, may = member().lots(Power.SEE_PAYMENTS), member().may(Power.EXPORT_UNMASKED)
        with self._services.unit() as uow:
            try:
                kept = self._fields(uow)
                wanted = self._wanted(uow, kept, Power.SEE_PAYMENTS)
            except RULES as error:
                return refused(error, "sales")
            after = int(kept["after"]) if re.fullmatch(r"[0-9]{1,7}", kept.get("after", "")) else 0
            found, more = sales.page(uow, wanted, after=after)
            asked.looked_for(uow, "sales", len(found), plate=kept.get("plate"))
            rows = self._with_people(uow, found)
            waiting = [one for one in approvals.waiting(uow, [UNMASKED]) if may and _may(one)]
            usable = approvals.usable(uow, UNMASKED, member().actor) if may else []
            choose = [lot for lot in self._services.lots.all(uow) if lots is None or lot.number in lots]
            may_tell = member().lots(Power.OFFER) if member().may(Power.OFFER) else frozenset()
        lot_of = {one.draw_id: one.lot for _, one in rows}
        tell = {draw_id for draw_id, lot in lot_of.items() if may_tell is None or lot in may_tell}
        values = {"rows": rows, "kept": kept, "next": after + sales.PAGE if more else None, "lots": choose}
        names = {"kinds": KINDS, "types": type_names(self._services), "ways": list(PaidBy), "result": _result}
        approving = {"waiting": waiting, "usable": usable, "may": may, "about": self._about}
        return show("sales.html", "月票繳費查詢", to_pay=TO_PAY, tell=tell, **values, **names, **approving)

    def tell(self, draw_id: str) -> ResponseReturnValue:
        """POST: 重發繳費簡訊 of one place that is to be paid for: LINE first, an SMS to those without."""
        with self._services.unit() as uow:
            allow(Power.OFFER, self._of_round(uow, draw_id)["lot"])
        try:
            by = self._services.pay_notice.send(draw_id, field("entry_no", 32), staff=member().actor)
        except RULES as error:
            return refused(error, "sales", round=draw_id)
        return done("sales", "已由 LINE 通知。" if by is Channel.LINE else "已發簡訊通知。", round=draw_id)

    def excel(self) -> ResponseReturnValue:
        """POST: the list as a file, masked."""
        with self._services.unit() as uow:
            try:
                kept = self._fields(uow)
                wanted = self._wanted(uow, kept, Power.SEE_PAYMENTS)
            except RULES as error:
                return refused(error, "sales")
            asked.looked_for(uow, "sales", len(wanted.entries or ()), plate=kept.get("plate"))
        return self._file(wanted, (self._about(kept),), whole=False)

    def ask(self) -> ResponseReturnValue:
        """POST: ask for the file without masks; another person approves."""

        def deed() -> None:
            with self._services.unit() as uow:
                kept = {name: text for name, text in self._fields(uow).items() if name in KEPT}
                self._wanted(uow, kept, Power.EXPORT_UNMASKED)
                approvals.ask(uow, UNMASKED, kept, reason=field("reason"), actor=member().actor)

        return try_to(deed, "sales", "已送出申請，請另一位同仁核准。")

    def decide(self) -> ResponseReturnValue:
        """POST: the second person, who must have the power in that lot too."""
        approve = field("approve", 1) == "1"

        def deed() -> None:
            with self._services.unit() as uow:
                seen = approvals.decide(uow, form_id("id"), UNMASKED, approve=approve, actor=member().actor)
                if not _may(seen):
                    abort(404)

        return try_to(deed, "sales", "已核准，申請人可以下載一次。" if approve else "已退回申請。")

    def unmasked(self) -> ResponseReturnValue:
        """POST: the file without masks, once for each approval, marked with who took it and when."""
        try:
            with self._services.unit() as uow:
                seen = approvals.use(uow, form_id("id"), UNMASKED, actor=member().actor)
                if seen.asked_by != member().actor:
                    raise StaffRuleError("只有申請的人可以下載")
                wanted = self._wanted(uow, seen.detail, Power.EXPORT_UNMASKED)
        except RULES as error:
            return refused(error, "sales")
        who = f"匯出人 {seen.asked_by}，核准人 {seen.decided_by}，{local(self._services.clock.now())}"
        return self._file(wanted, (f"{who}。含個人資料，請勿外流。", self._about(seen.detail)), whole=True)

    # Inside

    def _file(self, wanted: Wanted, notes: Sequence[str], *, whole: bool) -> Response:
        """The rows go to the file a batch at a time; the audit keeps how many were taken away."""
        count, types = 0, type_names(self._services)

        def cells(uow: UnitOfWork) -> Iterator[list[Cell]]:
            nonlocal count
            for found in sales.every(uow, wanted):
                count += len(found)
                for sale, who in self._with_people(uow, found, whole=whole):
                    yield _cells(sale, who, types)

        with self._services.unit() as uow:
            mark = notes[0] if whole else ""
            file = write_sheet("月票繳費", HEAD, cells(uow), notes, mark=mark)
            detail: audit.Detail = {"rows": count, "whole": whole}
            audit.write(
                uow, "sales.exported", actor=member().actor, subject_type="list", subject_id=wanted.month, detail=detail
            )
        return send_file(file, EXCEL, as_attachment=True, download_name=f"sales-{wanted.month}.xlsx")

    def _with_people(self, uow: UnitOfWork, found: Sequence[Sale], *, whole: bool = False) -> list[Row]:
        people = self._services.cases.of(uow, {one.entry_id for one in found}, whole=whole)
        return [(one, people[one.entry_id]) for one in found]

    def _fields(self, uow: UnitOfWork) -> dict[str, str]:
        """What the form says; before anything is asked for, the round of the address, else the latest month."""
        if request.method == "POST":
            known = {"kind": KINDS, "type": type_names(self._services), "how": set(PaidBy), "rehearsal": ("1",)}
            told = {name: request.form.get(name, "").strip()[: asked.LONGEST] for name in FIELDS}
            return {name: text for name, text in told.items() if text and text in known.get(name, (text,))}
        named, lots = request.args.get("round", "")[:64], member().lots(Power.SEE_PAYMENTS)
        if named:
            return self._of_round(uow, named)
        now = self._services.clock.now().astimezone(TAIPEI)
        return {"month": sales.latest_month(uow, lots) or f"{now:%Y-%m}"}

    def _wanted(self, uow: UnitOfWork, kept: Mapping[str, str], power: Power) -> Wanted:
        """What a form, or an approval, asks for; 404 for a lot of others. Raises StaffRuleError, CitizenMistakeError
        for what is no plate.
        """
        month, lot, how = kept.get("month", ""), kept.get("lot"), kept.get("how")
        if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", month):
            raise StaffRuleError("請選擇月份")
        if lot:
            allow(power, lot)
            if self._services.lots.find(uow, lot) is None:
                abort(404)
        elif power is Power.EXPORT_UNMASKED and member().lots(power) is not None:
            raise StaffRuleError("請先選擇一個停車場")
        entries = None
        if "plate" in kept:
            plate = parse_plate(kept["plate"])
            entries = [row.id for row in self._services.cases.find(uow, member().lots(power), plate=plate)]
        return Wanted(
            month=month,
            lots=[lot] if lot else member().lots(power),
            kind=kept.get("kind", ""),
            pass_type=kept.get("type", ""),
            rehearsal=bool(kept.get("rehearsal")),
            how=PaidBy(how) if how else None,
            day=asked.day(kept.get("day")),
            entries=entries,
        )

    def _of_round(self, uow: UnitOfWork, draw_id: str) -> dict[str, str]:
        """The fields that find one round."""
        try:
            row = self._services.rounds.find(uow, draw_id)
        except RoundRuleError:
            abort(404)
        kept = {"month": row.month, "lot": row.lot, "kind": row.kind, "type": row.pass_type}
        return kept | ({"rehearsal": "1"} if coding.is_rehearsal(draw_id) else {})

    def _about(self, kept: Mapping[str, str]) -> str:
        """What a list, or an approval, is of, in words."""
        told = (
            f"停車場 {kept['lot']}" if kept.get("lot") else "所有停車場",
            f"{kept.get('month', '')} 使用",
            KINDS.get(kept.get("kind", ""), ""),
            type_names(self._services).get(kept.get("type", ""), ""),
            kept.get("how", ""),
            f"繳費日期 {kept['day']}" if kept.get("day") else "",
            "演練" if kept.get("rehearsal") else "",
        )
        return "、".join(part for part in told if part)


def _may(asked_for: ApprovalView) -> bool:
    """Whether an approval's lot, or every lot, is this member's to decide about."""
    lots, lot = member().lots(Power.EXPORT_UNMASKED), asked_for.detail.get("lot")
    return lots is None or lot in lots


def _result(sale: Sale) -> str:
    return f"{RESULTS[sale.result[0]]} {sale.result[1:]}".removesuffix(" 0") if sale.result else ""


def _cells(sale: Sale, who: CaseRow, types: Mapping[str, str]) -> list[Cell]:
    return [
        sale.entry_no, _result(sale), who.name, who.plate, who.mobile, sale.lot_name, KINDS[sale.kind],
        types.get(sale.pass_type, sale.pass_type), sale.plan, sale.amount, local(sale.at), sale.paid_by.value,
        sale.number, sale.status.value,
    ]  # fmt: skip
