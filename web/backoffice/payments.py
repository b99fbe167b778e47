"""停車費繳費查詢: what was paid of which bill, and what was not; the file without masks needs a second person."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from flask import send_file
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from domain.passsales import PayStatus
from domain.plates import parse_plate
from domain.staff import Power, StaffRuleError
from infra.database import UnitOfWork
from infra.sheets import Cell, write_sheet
from services import audit, payment_list
from services.payment_list import PaidFor, Place, Wanted
from services.staff import approvals
from web.backoffice import asked
from web.backoffice.gate import member
from web.backoffice.names import Names
from web.backoffice.room import EXCEL, RULES, Room, field, form_id, local, refused, show, try_to

UNMASKED = "export.payments"  # kind of the approval
KEPT = ("agency", "fee_item", "provider", "status", "first", "last")  # in an approval, which holds nothing personal
FIELDS = ("plate", "number", *KEPT)
HEAD = (
    "繳費時間", "開始時間", "機關", "繳費項目", "帳單號碼", "車牌", "金額", "交易金額", "已退款", "付款方式",
    "交易編號", "繳費狀態", "銷帳",
)  # fmt: skip
STATUSES = (PayStatus.PAID, PayStatus.FAILED, PayStatus.PAYING, PayStatus.UNCERTAIN, PayStatus.TOO_LATE)
WRITE_OFFS: Mapping[str, str] = {
    "waiting": "等候通知",
    "due": "等候通知",
    "sent": "已通知",
    "unknown": "確認中",
    "accepted": "已銷帳",
    "refused": "機關退回",
    "dropped": "不需銷帳",
}


def register(room: Room) -> None:
    """Its routes."""
    views = _Payments(room)
    room.page("/payments", "payments", views.look, Power.SEE_MONEY)
    room.page("/payments/find", "payments_find", room.sparing(views.look), Power.SEE_MONEY, ("POST",))
    room.page("/payments/excel", "payments_excel", room.sparing(views.excel), Power.SEE_MONEY, ("POST",))
    room.page("/payments/ask", "payments_ask", views.ask, Power.EXPORT_MONEY, ("POST",))
    room.page("/payments/decide", "payments_decide", views.decide, Power.EXPORT_MONEY, ("POST",))
    room.page("/payments/unmasked", "payments_unmasked", views.unmasked, Power.EXPORT_MONEY, ("POST",))


class _Payments:
    """One method per route."""

    def __init__(self, room: Room) -> None:
        self._services = room.services

    def look(self) -> ResponseReturnValue:
        """GET: the last days. POST: by plate, number, agency, item, provider, status, days; a plate or number whole."""
        start, kept = asked.place(), asked.fields(FIELDS, self._services.clock)
        try:
            wanted = _wanted(kept)
        except RULES as error:
            return refused(error, "payments")
        may = member().may(Power.EXPORT_MONEY)
        with self._services.unit() as uow:
            rows, end = payment_list.page(uow, wanted, after=Place(*start) if start else None)
            names = self._names(uow)
            asked.looked_for(uow, "payments", len(rows), plate=wanted.plate, number=wanted.number)
            waiting = approvals.waiting(uow, [UNMASKED]) if may else []
            usable = approvals.usable(uow, UNMASKED, member().actor) if may else []
        more = asked.place_field(end.at, end.attempt_id) if end else ""
        values = {"rows": rows, "more": more, "kept": kept, "names": names, "write_offs": WRITE_OFFS}
        approving = {"waiting": waiting, "usable": usable, "may": may, "about": partial(_about, names)}
        return show("payments.html", "停車費繳費查詢", statuses=STATUSES, **values, **approving)

    def excel(self) -> ResponseReturnValue:
        """POST: the list as a file, masked."""
        try:
            return self._file(_wanted(asked.fields(FIELDS, self._services.clock)), whole=False)
        except RULES as error:
            return refused(error, "payments")

    def ask(self) -> ResponseReturnValue:
        """POST: ask for the file of these days without masks; another person approves."""
        kept = asked.fields(KEPT, self._services.clock)

        def deed() -> None:
            wanted = _wanted(kept)
            if wanted.first is None or wanted.last is None:
                raise StaffRuleError("未遮罩的匯出需要開始日與結束日")
            with self._services.unit() as uow:
                approvals.ask(uow, UNMASKED, kept, reason=field("reason"), actor=member().actor)

        return try_to(deed, "payments", "已送出申請，請另一位同仁核准。")

    def decide(self) -> ResponseReturnValue:
        """POST: the second person."""
        approve = field("approve", 1) == "1"

        def deed() -> None:
            with self._services.unit() as uow:
                approvals.decide(uow, form_id("id"), UNMASKED, approve=approve, actor=member().actor)

        return try_to(deed, "payments", "已核准，申請人可以下載一次。" if approve else "已退回申請。")

    def unmasked(self) -> ResponseReturnValue:
        """POST: the file without masks, once for each approval, marked with who took it and when."""
        try:
            with self._services.unit() as uow:
                seen = approvals.use(uow, form_id("id"), UNMASKED, actor=member().actor)
                if seen.asked_by != member().actor:
                    raise StaffRuleError("只有申請的人可以下載")
            who = f"匯出人 {seen.asked_by}，核准人 {seen.decided_by}，{local(self._services.clock.now())}"
            return self._file(_wanted(seen.detail), whole=True, note=f"{who}。含個人資料，請勿外流。")
        except RULES as error:
            return refused(error, "payments")

    def _file(self, wanted: Wanted, *, whole: bool, note: str = "") -> Response:
        """The rows go from the database to the file a batch at a time; the audit keeps how many were taken away."""
        count = 0

        def cells(rows: Iterator[PaidFor]) -> Iterator[list[Cell]]:
            nonlocal count
            for row in rows:
                count += 1
                yield _cells(row, names)

        with self._services.unit() as uow:
            names = self._names(uow)
        with self._services.unit() as uow:
            rows = payment_list.every(uow, wanted, whole=whole)
            file = write_sheet("停車費繳費", HEAD, cells(rows), (note,) if note else (), mark=note)
            asked.looked_for(uow, "payments", count, plate=wanted.plate, number=wanted.number)
            detail: audit.Detail = {"rows": count, "whole": whole}
            audit.write(
                uow, "payments.exported", actor=member().actor, subject_type="list", subject_id=UNMASKED, detail=detail
            )
        return send_file(file, EXCEL, as_attachment=True, download_name="payments.xlsx")

    def _names(self, uow: UnitOfWork) -> Names:
        """With the agencies that take part by program."""
        programs = {one.code: one.name for one in self._services.agencies.all(uow)}
        return replace(self._services.names, agencies={**self._services.names.agencies, **programs})


def _about(names: Names, kept: Mapping[str, str]) -> str:
    """What a file without masks would hold, for whoever is to approve it."""
    called = {"agency": names.agency, "fee_item": names.fee_item, "provider": names.provider, "status": str}
    return "、".join([f"{kept['first']} 至 {kept['last']}", *(called[key](kept[key]) for key in called if key in kept)])


def _cells(row: PaidFor, names: Names) -> list[Cell]:
    return [
        local(row.paid_at), local(row.started_at), names.agency(row.agency), names.fee_item(row.fee_item),
        row.number, row.plate, row.amount, row.trade_amount, row.refunded, names.provider(row.provider),
        row.trade_number, row.status.value, WRITE_OFFS.get(row.write_off, row.write_off),
    ]  # fmt: skip


def _wanted(kept: Mapping[str, str]) -> Wanted:
    """What a form, or an approval, asks for. Raises StaffRuleError, or CitizenMistakeError for what is no plate."""
    status = kept.get("status")
    return Wanted(
        plate=parse_plate(kept["plate"]) if "plate" in kept else None,
        number=kept.get("number", "").upper(),
        agency=kept.get("agency", ""),
        fee_item=kept.get("fee_item", ""),
        provider=kept.get("provider", ""),
        status=PayStatus(status) if status in set(STATUSES) else None,
        first=asked.day(kept.get("first")),
        last=asked.day(kept.get("last")),
    )
