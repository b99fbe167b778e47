"""停車場: lots, and what a pass costs there, for whom; web/backoffice/plans.py has the plans of all."""

import re

from flask import abort, request
from flask.typing import ResponseReturnValue

from domain.staff import Power, StaffRuleError
from domain.vehicles import VehicleKind
from services.passes.lots import LotView, PlanView, Sells
from web.backoffice.gate import allow, member
from web.backoffice.room import KINDS, Room, field, show, try_to

SELLS = {Sells.BOTH: "線上與現場", Sells.ONLINE: "線上", Sells.COUNTER: "現場"}
NUMBER = re.compile(r"[0-9A-Za-z-]{1,16}")  # stands in the names of draws
DEAREST = 100_000  # NT$ a month: a typing error is larger


def register(room: Room) -> None:
    """Its routes."""
    views = _Lots(room)
    room.page("/lots", "lots", views.look, Power.SEE_ROUNDS)
    room.page("/lots/put", "lot_put", views.put, Power.SET_ALL, ("POST",))
    room.page("/lot/<number>", "lot", views.lot, Power.SEE_ROUNDS)
    room.page("/lot/<number>/plan", "lot_plan", views.plan, Power.PLANS, ("POST",))


class _Lots:
    """One method per route."""

    def __init__(self, room: Room) -> None:
        self._services = room.services

    def look(self) -> ResponseReturnValue:
        """GET: the lots one may see, and the form for a new one."""
        seen = member().lots(Power.SEE_ROUNDS)
        with self._services.unit() as uow:
            lots = [lot for lot in self._services.lots.all(uow) if seen is None or lot.number in seen]
        may_set = member().may(Power.SET_ALL)
        return show("lots.html", "停車場", lots=lots, sells=SELLS, may_set=may_set, lot=None)

    def lot(self, number: str) -> ResponseReturnValue:
        """GET: one lot, its prices by kind and type."""
        allow(Power.SEE_ROUNDS, number)
        types = self._services.pass_rules.pass_types
        with self._services.unit() as uow:
            lot = self._services.lots.find(uow, number)
            if lot is None:
                abort(404)
            plans = {
                (kind, pass_type): found
                for kind in VehicleKind
                for pass_type in types
                if (found := self._services.lots.plans(uow, number, kind, pass_type))
            }
        may = {"set": member().may(Power.SET_ALL), "plans": member().may(Power.PLANS)}
        names = {"kinds": KINDS, "types": types, "sells": SELLS, "evidence": self._services.pass_rules.evidence}
        return show("lot.html", lot.name, lot=lot, plans=plans, may=may, **names)

    def put(self) -> ResponseReturnValue:
        """POST: a new lot, or other words about one."""
        number = field("number", 16)

        def deed() -> None:
            words = {name: field(name, longest) for name, longest in _LONGEST.items()}
            if not all(words.values()):
                raise StaffRuleError("名稱、行政區、里與地址都要填寫")
            if not NUMBER.fullmatch(number):
                raise StaffRuleError("編號由 1 到 16 個英文字母、數字或連字號組成")
            place = _position(field("latitude", 12), field("longitude", 12))
            lot = LotView(number, **words, latitude=place[0], longitude=place[1], sells=_sells(), on_shelf=_on_shelf())
            with self._services.unit() as uow:
                if request.form.get("new") and self._services.lots.find(uow, number):
                    raise StaffRuleError(f"編號 {number} 已經有停車場；要更改它，請從清單開啟")
                self._services.lots.put(uow, lot, staff=member().actor)

        return try_to(deed, "lots", f"已儲存停車場 {number}。")

    def plan(self, number: str) -> ResponseReturnValue:
        """POST: a plan, or another price of one. Rounds already applied for keep what they were promised by law: the
        price is read when it is paid, so staff announce a change before the month it is for.
        """

        def deed() -> None:
            kind, pass_type, price = field("kind", 20), field("type", 16), field("price", 7)
            if kind not in set(VehicleKind) or pass_type not in self._services.pass_rules.pass_types:
                abort(400)
            if not (price.isdecimal() and 0 < int(price) <= DEAREST):
                raise StaffRuleError(f"價格需要 1 到 {DEAREST:,} 元的整數")
            code, name, pool = field("code", 16), field("name", 40), field("pool", 8) or "G"
            if not (code and name):
                raise StaffRuleError("方案代號與名稱都要填寫")
            evidence = field("evidence", 16)
            if evidence and evidence not in self._services.pass_rules.evidence:
                abort(400)
            villages = villages_of(field("villages"))
            with self._services.unit() as uow:
                plan = PlanView(code, name, int(price), pool, villages, evidence or None)
                self._services.lots.put_plan(uow, number, VehicleKind(kind), pass_type, plan, staff=member().actor)

        return try_to(deed, "lot", "已儲存方案。", number=number)


def villages_of(written: str) -> tuple[str, ...]:
    """里, as they are typed: 龍門里、龍安里."""
    return tuple(part.strip() for part in written.replace("，", "、").split("、") if part.strip())


_LONGEST = {"name": 60, "district": 20, "village": 20, "address": 120}


def _sells() -> Sells:
    asked = field("sells", 8)
    if asked not in set(Sells):
        abort(400)
    return Sells(asked)


def _on_shelf() -> bool:
    return field("on_shelf", 1) == "1"


def _position(latitude: str, longitude: str) -> tuple[float | None, float | None]:
    """Both or neither, within Taiwan. Raises StaffRuleError."""
    if not (latitude or longitude):
        return None, None
    try:
        north, east = float(latitude), float(longitude)
    except ValueError:
        raise StaffRuleError("緯度與經度需要是數字") from None
    if not (20 < north < 27 and 117 < east < 123):
        raise StaffRuleError("這個位置不在臺灣，請確認緯度與經度")
    return north, east
