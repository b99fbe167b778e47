"""優先購買 of a round: its windows and their places, and selling one at the counter; 登記限制 of a round."""

from datetime import datetime
from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue

from domain.clock import TAIPEI
from domain.names import parse_name
from domain.phones import parse_mobile
from domain.plates import parse_plate
from domain.rounds import Phase, RoundRuleError
from domain.staff import Power, StaffRuleError
from domain.vehicles import VehicleKind
from services.passes.application import Application
from web.backoffice.gate import allow, member
from web.backoffice.room import RULES, Room, done, field, said, show, try_to

MOST_PLACES = 10_000
_MAY = {"set": Power.SET_ALL, "sell": Power.SELL}


def register(room: Room) -> None:
    """Its routes."""
    views = _Windows(room)
    room.page("/round/limit/<path:draw_id>", "round_limit", views.limit, Power.SET_ROUNDS, ("POST",))
    room.page("/round/windows/<path:draw_id>", "windows", views.look, Power.SEE_ROUNDS)
    room.page("/round/window/<path:draw_id>", "window_plan", views.plan, Power.SET_ALL, ("POST",))
    room.page("/round/window-change/<path:draw_id>", "window_change", views.change, Power.SET_ALL, ("POST",))
    room.page("/round/sell-first/<path:draw_id>", "sell_first", views.sell, Power.SELL, ("POST",))


class _Windows:
    """One method per route."""

    def __init__(self, room: Room) -> None:
        self._services = room.services

    def limit(self, draw_id: str) -> ResponseReturnValue:
        """POST: 登記限制."""
        self._mine(draw_id, Power.SET_ROUNDS)

        def deed() -> None:
            with self._services.unit() as uow:
                self._services.rounds.set_limit(uow, draw_id, _number("limit", 1000), staff=member().actor)

        return try_to(deed, "round", "已更改登記限制；已經登記的申請不受影響。", draw_id=draw_id)

    def look(self, draw_id: str, wrong: str = "") -> ResponseReturnValue:
        """GET: the windows of a round, what was sold of them, and the form of a sale."""
        row = self._mine(draw_id, Power.SEE_ROUNDS)
        with self._services.unit() as uow:
            lot = self._services.lots.require(uow, row.lot)
            windows = self._services.windows.listed(uow, draw_id)
            plans = self._services.lots.plans(uow, row.lot, VehicleKind(row.kind), row.pass_type)
        planned = {window.category for window in windows}
        more = [one for one in self._services.pass_rules.priority if one.category not in planned]
        may = {name: member().may(power, row.lot) for name, power in _MAY.items()}
        values = {"row": row, "windows": windows, "plans": plans, "more": more, "may": may, "form_of": request.form}
        return show(
            "windows.html",
            f"優先購買：{lot.name} {row.month}",
            400 if wrong else 200,
            open=row.phase == Phase.OPEN,
            wrong=wrong,
            **values,
        )

    def plan(self, draw_id: str) -> ResponseReturnValue:
        """POST: a window on the category's own days."""

        def deed() -> None:
            category, places = field("category", 16), _number("places", MOST_PLACES)
            with self._services.unit() as uow:
                self._services.windows.plan(uow, draw_id, category, places, staff=member().actor)

        self._mine(draw_id, Power.SET_ALL)
        return try_to(deed, "windows", "已新增優先購買。", draw_id=draw_id)

    def change(self, draw_id: str) -> ResponseReturnValue:
        """POST: other times or places."""

        def deed() -> None:
            category, places = field("category", 16), _number("places", MOST_PLACES)
            opens, closes = _moment("opens"), _moment("closes")
            with self._services.unit() as uow:
                given = {"opens_at": opens, "closes_at": closes, "places": places}
                self._services.windows.change(uow, draw_id, category, **given, staff=member().actor)

        self._mine(draw_id, Power.SET_ALL)
        return try_to(deed, "windows", "已更改優先購買。", draw_id=draw_id)

    def sell(self, draw_id: str) -> ResponseReturnValue:
        """POST: sell a place at the counter to somebody whose papers were seen."""
        self._mine(draw_id, Power.SELL)
        try:
            mobile, plate, name = parse_mobile(field("mobile", 20)), parse_plate(field("plate", 20)), field("name", 80)
            wanted = Application(
                draw_id, plate, field("plan", 16), mobile, parse_name(name), self._services.clock.now()
            )
            receipt_no, amount = field("receipt", 32), _number("amount", 100_000)
            if not receipt_no:
                raise StaffRuleError("請輸入收據號碼")
            with self._services.unit() as uow:
                paid = {"amount": amount, "receipt_no": receipt_no, "staff": member().actor}
                self._services.windows.sell(uow, field("category", 16), wanted, **paid)
        except RULES as error:
            return self.look(draw_id, said(error))
        return done("windows", f"已登記優先購買，收據 {receipt_no}。", draw_id=draw_id)

    def _mine(self, draw_id: str, power: Power) -> Any:  # a round; its table is not the web's to know
        with self._services.unit() as uow:
            try:
                row = self._services.rounds.find(uow, draw_id)
            except RoundRuleError:
                abort(404)
            allow(power, row.lot)
            return row


def _number(name: str, most: int) -> int:
    text = field(name, 8)
    if not (text.isdecimal() and int(text) <= most):
        raise StaffRuleError(f"「{text}」需要是 0 到 {most:,} 的整數")
    return int(text)


def _moment(name: str) -> datetime:
    try:
        return datetime.strptime(field(name, 16), "%Y-%m-%dT%H:%M").replace(tzinfo=TAIPEI)
    except ValueError:
        raise StaffRuleError("時間不正確") from None
