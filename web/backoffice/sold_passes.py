"""換牌／換車 and 退票 of a pass that is paid for: one of the staff asks, having seen the papers, another approves."""

import uuid

from flask import abort
from flask.typing import ResponseReturnValue

from domain.orders import mask_plate
from domain.plates import parse_plate
from domain.staff import Power, StaffRuleError
from services.draws.places import Taken
from services.passes.sold import RETURN
from services.staff.approvals import ApprovalView
from web.backoffice.cases import mine
from web.backoffice.gate import allow, member
from web.backoffice.room import RULES, Room, done, field, form_id, refused, show, try_to


def register(room: Room) -> None:
    """Its routes."""
    views = _SoldPasses(room)
    room.page("/passes", "sold_passes", views.look, Power.CHANGE_PASSES)
    room.page("/passes/decide", "sold_passes_decide", views.decide, Power.CHANGE_PASSES, ("POST",))
    room.page("/pass/<uuid:case>", "sold_pass", views.one, Power.CHANGE_PASSES)
    room.page("/pass/<uuid:case>/plate", "sold_pass_plate", views.plate, Power.CHANGE_PASSES, ("POST",))
    room.page("/pass/<uuid:case>/return", "sold_pass_return", views.give_back, Power.CHANGE_PASSES, ("POST",))


class _SoldPasses:
    """One method per route."""

    def __init__(self, room: Room) -> None:
        self._services = room.services
        self._sold = room.services.sold_passes

    def look(self) -> ResponseReturnValue:
        """GET: what waits for a second person. Plates asked for are whole: they are compared with the papers."""
        with self._services.unit() as uow:
            waiting = self._sold.waiting(uow, member().lots(Power.CHANGE_PASSES))
            found = [(asked, self._sold.plate_of(uow, asked)) for asked in waiting]
        return show("sold_passes.html", "換牌與退票", found=found, returned=RETURN)

    def one(self, case: uuid.UUID) -> ResponseReturnValue:
        """GET: one pass, and what can be asked for."""
        row = mine(self._services, case, Power.CHANGE_PASSES)
        with self._services.unit() as uow:
            sold = self._sold.of(uow, case)
        if sold is None:
            abort(404)
        plate = mask_plate(sold.plate)
        return show("sold_pass.html", f"月票 {sold.entry_no}", row=row, sold=sold, plate=plate)

    def plate(self, case: uuid.UUID) -> ResponseReturnValue:
        """POST: ask for another plate."""
        mine(self._services, case, Power.CHANGE_PASSES)

        def deed() -> None:
            plate, why = parse_plate(field("plate", 20)), self._why()
            with self._services.unit() as uow:
                self._sold.ask_plate(uow, case, plate, reason=why, actor=member().actor)

        return try_to(deed, "sold_pass", "已送出換牌申請，請另一位同仁核准。", case=case)

    def give_back(self, case: uuid.UUID) -> ResponseReturnValue:
        """POST: ask for a 退票."""
        mine(self._services, case, Power.CHANGE_PASSES)

        def deed() -> None:
            with self._services.unit() as uow:
                self._sold.ask_return(uow, case, reason=self._why(), actor=member().actor)

        return try_to(deed, "sold_pass", "已送出退票申請，請另一位同仁核准。", case=case)

    def decide(self) -> ResponseReturnValue:
        """POST: the second person approves or rejects; approved, it is done at once."""
        approve = field("approve", 1) == "1"
        asked = self._asked(form_id("id"))
        try:
            taken = self._sold.decide(asked, approve=approve, actor=member().actor)
        except RULES as error:
            return refused(error, "sold_passes")
        return done("sold_passes", _said(taken) if approve else "已退回申請。")

    def _asked(self, approval_id: uuid.UUID) -> ApprovalView:
        """What waits, in a lot of one's own; anything else does not exist: 404."""
        with self._services.unit() as uow:
            asked = next((one for one in self._sold.waiting(uow, None) if one.id == approval_id), None)
            if asked is None:
                abort(404)
            allow(Power.CHANGE_PASSES, self._sold.lot_of(uow, asked))
            return asked

    def _why(self) -> str:
        papers, reason = field("papers", 80), field("reason", 100)
        if not papers or not reason:
            raise StaffRuleError("請寫下查驗的證明文件與原因")
        return f"{reason}（查驗：{papers}）"


def _said(taken: Taken | None) -> str:
    if taken is None:
        return "已核准換牌，閘門名單已更新，並通知申請人。"
    if taken.at_the_lot:
        return f"已核准退票，請在停車場退還 {taken.back or 0:,} 元（收據 {taken.at_the_lot}）。"
    return f"已核准退票，線上退款 {taken.refund or 0:,} 元已送出，車位由備取遞補。"
