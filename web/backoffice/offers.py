"""After the draw: exports in two copies, 備取設定 (offers up to a number, with a deadline), 現場購票, 發簡訊."""

from datetime import date, datetime, time, timedelta

from flask import abort, send_file
from flask.typing import ResponseReturnValue

from domain.clock import TAIPEI
from domain.rounds import RoundRuleError
from domain.staff import Power, StaffRuleError
from infra.sheets import Cell, write_sheet
from services import audit
from services.draws.checklist import CheckRow, check_row
from services.draws.promoting import Offer
from services.draws.telling import TELL, What
from services.passes.cases import CaseRow
from services.passes.readers import readers_of
from web.backoffice.draw_names import VACATED, of_draw
from web.backoffice.gate import allow, member
from web.backoffice.room import EXCEL, RULES, Room, done, field, local, outcome, refused, show, try_to

COPIES = {
    "notice": ("抽籤結果公告", ("抽籤結果", "申請編號", "申請人姓名", "車牌", "行動電話")),
    "record": (
        "購票紀錄",
        ("抽籤結果", "申請編號", "申請人姓名", "車牌", "行動電話", "購票日期", "收據號碼", "簽收"),
    ),
}


def register(room: Room) -> None:
    """Its routes."""
    views = _Offers(room)
    room.page("/draw/excel/<copy>/<path:draw_id>", "result_excel", views.excel, Power.SEE_ENTRIES)
    room.page("/draw/offers/<path:draw_id>", "offers", views.look, Power.SEE_ROUNDS)
    room.page("/draw/offer/<path:draw_id>", "offers_make", views.make, Power.OFFER, ("POST",))
    room.page("/draw/tell/<path:draw_id>", "draw_tell", views.tell, Power.OFFER, ("POST",))
    room.page("/draw/sell/<path:draw_id>", "draw_sell", views.sell, Power.SELL, ("POST",))


class _Offers:
    """One method per route."""

    def __init__(self, room: Room) -> None:
        self._services = room.services

    def excel(self, copy: str, draw_id: str) -> ResponseReturnValue:
        """GET: the result by rank, masked: for the notice board, or with columns to fill in at the counter."""
        if copy not in COPIES:
            abort(404)
        row, (title, head) = self._mine(draw_id, Power.SEE_ENTRIES), COPIES[copy]
        with self._services.unit() as uow:
            notes = [
                f"{of_draw(self._services, row)}{title}" + ("（演練）" if row.rehearsal else ""),
                f"結果雜湊（SHA-256）：{row.result_sha256}",
                f"列印時間：{local(self._services.clock.now())}",
            ]
            rows = (_cells(one, len(head)) for one in self._services.cases.ranked(uow, draw_id))
            file = write_sheet(title, head, rows, notes)
        return send_file(file, EXCEL, as_attachment=True, download_name=f"{copy}-{draw_id.replace('/', '-')}.xlsx")

    def look(self, draw_id: str) -> ResponseReturnValue:
        """GET: places, who would be told next, and the deadline."""
        row = self._mine(draw_id, Power.SEE_ROUNDS)
        with self._services.unit() as uow:
            seats = self._services.promoting.seats(uow, draw_id)
            log = self._services.promoting.log(uow, draw_id)
        coming = self._coming(row)
        last = self._services.clock.now().astimezone(TAIPEI).date() + self._services.pass_rules.offer_life
        counts = {state: sum(seat.state == state for seat in seats) for state in ("paid", "offered", "vacant")}
        may = {"offer": member().may(Power.OFFER, row.lot), "sell": member().may(Power.SELL, row.lot)}
        values = {"counts": counts, "coming": coming, "log": log, "last": last, "may": may, "reasons": VACATED}
        return show("offers.html", f"備取設定：{of_draw(self._services, row)}", row=row, **values)

    def make(self, draw_id: str) -> ResponseReturnValue:
        """POST: offer free places up to a 備取 number, until a day. Never more offers than free places."""
        self._mine(draw_id, Power.OFFER)
        try:
            up_to, last = int(field("up_to", 6)), date.fromisoformat(field("last", 10))
        except ValueError:
            return refused(StaffRuleError("請輸入備取序號與繳費期限"), "offers", draw_id=draw_id)
        pay_by = datetime.combine(last + timedelta(days=1), time(), TAIPEI)
        try:
            vacated, offers = self._services.desk.promote(draw_id, actor=member().actor, up_to=up_to, pay_by=pay_by)
        except RoundRuleError as error:
            return refused(error, "offers", draw_id=draw_id)
        told = "、".join(f"備取 {offer.no}" for offer in offers) or "沒有人"
        cut = (
            "" if offers and offers[-1].no == up_to else "；空出的車位不足，或較前面的備取都已通知，超過的號碼沒有通知"
        )
        return done("offers", f"收回 {vacated} 個逾期車位，通知 {told}{cut}。", draw_id=draw_id)

    def tell(self, draw_id: str) -> ResponseReturnValue:
        """POST: 發簡訊. Everybody who was not told the result yet, LINE first, SMS for those without."""
        row = self._mine(draw_id, Power.OFFER)

        def deed() -> None:
            if not row.has_result:
                raise RoundRuleError("還沒有可以通知的抽籤結果")
            with self._services.unit() as uow:
                self._services.defer(uow, TELL, draw_id=draw_id, what=What.RESULT.value)
                audit.write(uow, "draw.told", actor=member().actor, subject_type="round", subject_id=draw_id)

        return try_to(deed, "draw", "已排入通知。通知過的人不會再收到一次。", draw_id=draw_id)

    def sell(self, draw_id: str) -> ResponseReturnValue:
        """POST: 現場購票: whoever holds a place has paid at the lot."""
        self._mine(draw_id, Power.SELL)
        number, receipt_no = field("entry_no", 32).upper(), field("receipt", 32)

        def deed() -> None:
            if not receipt_no or not field("amount", 7).isdecimal():
                raise StaffRuleError("請輸入金額與收據號碼")
            amount, staff = int(field("amount", 7)), member().actor
            self._services.places.sell(draw_id, number, amount=amount, receipt_no=receipt_no, staff=staff)

        try:
            deed()
        except RULES as error:
            return refused(error, "offers", draw_id=draw_id)
        return done("offers", f"申請 {number} 已登記現場購票。", draw_id=draw_id)

    def _coming(self, row: CheckRow) -> list[tuple[Offer, CaseRow, str]]:
        """Who would be offered a place now, masked, and how they would be told."""
        if not row.has_result:
            return []
        offers = self._services.desk.preview(row.draw_id)
        ids = [offer.entry_id for offer in offers]
        with self._services.unit() as uow:
            people, in_chat = self._services.cases.of(uow, ids), readers_of(uow, ids)
        by_sms = "不通知（演練）" if row.rehearsal else "簡訊"
        return [(one, people[one.entry_id], "LINE" if one.entry_id in in_chat else by_sms) for one in offers]

    def _mine(self, draw_id: str, power: Power) -> CheckRow:
        with self._services.unit() as uow:
            row = check_row(uow, draw_id)
        if row is None:
            abort(404)
        allow(power, row.lot)
        return row


def _cells(row: CaseRow, width: int) -> list[Cell]:
    filled: list[Cell] = [outcome(row), row.entry_no, row.name, row.plate, row.mobile]
    return filled + [""] * (width - len(filled))
