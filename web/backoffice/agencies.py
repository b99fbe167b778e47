"""系統管理／機關金鑰: the keys of the agencies' API, each shown once, with what it opens and until when."""

import uuid

from flask import abort, request
from flask.typing import ResponseReturnValue

from domain.agencyapi import Scope
from domain.staff import Power, StaffRuleError
from services.agencies import AgencyView
from services.agencyapi import keys
from web.backoffice.gate import member
from web.backoffice.room import RULES, Room, field, refused, show, try_to

SCOPES = {
    Scope.BILLS: "帳單",
    Scope.WRITE_OFFS: "銷帳",
    Scope.CASES: "承辦進度",
    Scope.HOLDERS: "代繳單位",
    Scope.MEMBERS: "官網會員",
}


def register(room: Room) -> None:
    """Its routes."""
    views = _Agencies(room)
    room.page("/agencies", "agencies", views.look, Power.OPERATE)
    room.page("/agencies/add", "agency_add", views.add, Power.OPERATE, ("POST",))
    room.page("/agencies/<code>", "agency", views.agency, Power.OPERATE)
    room.page("/agencies/<code>/key", "agency_key", views.make, Power.OPERATE, ("POST",))
    room.page("/agencies/<code>/replace/<uuid:key>", "agency_replace", views.replace, Power.OPERATE, ("POST",))
    room.page("/agencies/<code>/end/<uuid:key>", "agency_end", views.end, Power.OPERATE, ("POST",))


class _Agencies:
    """One method per route."""

    def __init__(self, room: Room) -> None:
        self._services = room.services

    def look(self) -> ResponseReturnValue:
        """GET: every agency, and the form for a new one."""
        with self._services.unit() as uow:
            rows = self._services.agencies.all(uow)
        return show("agencies.html", "機關金鑰", rows=rows)

    def add(self) -> ResponseReturnValue:
        """POST: an agency under the code that its bills have."""

        def deed() -> None:
            with self._services.unit() as uow:
                code, name = field("code", 16).upper(), field("name", 60)
                self._services.agencies.add(uow, code, name, staff=member().actor)

        return try_to(deed, "agencies", "已新增機關。")

    def agency(self, code: str, made: str = "") -> ResponseReturnValue:
        """GET: its keys. `made`: a new one, on this page alone."""
        row = self._agency(code)
        with self._services.unit() as uow:
            rows = keys.of(uow, code)
            lots = self._services.lots.all(uow)
        values = {"row": row, "keys": rows, "lots": lots, "made": made, "scopes": SCOPES, "grace": keys.GRACE}
        return show("agency.html", f"機關金鑰：{row.name}", now=self._services.clock.now(), **values)

    def make(self, code: str) -> ResponseReturnValue:
        """POST: a new key; the page shows it this once."""
        self._agency(code)
        chosen = [scope for scope in SCOPES if scope in request.form.getlist("scopes")]
        gates = [f"{Scope.PASSES}:{lot}" for lot in request.form.getlist("lots")[:200]]
        try:
            days = _days(field("days", 4))
            with self._services.unit() as uow:
                made = keys.make(uow, code, [*chosen, *gates], staff=member().actor, days=days)
        except RULES as error:
            return refused(error, "agency", code=code)
        return self.agency(code, made)

    def replace(self, code: str, key: uuid.UUID) -> ResponseReturnValue:
        """POST: a new key with the same scopes, shown this once; the old one ends after some days."""
        self._mine(code, key)
        try:
            with self._services.unit() as uow:
                made = keys.replace(uow, key, staff=member().actor, grace=keys.GRACE)
        except RULES as error:
            return refused(error, "agency", code=code)
        return self.agency(code, made)

    def end(self, code: str, key: uuid.UUID) -> ResponseReturnValue:
        """POST: at once it opens nothing."""
        self._mine(code, key)

        def deed() -> None:
            with self._services.unit() as uow:
                keys.end(uow, key, staff=member().actor)

        return try_to(deed, "agency", "已停用這把金鑰。", code=code)

    def _agency(self, code: str) -> AgencyView:
        with self._services.unit() as uow:
            found = next((row for row in self._services.agencies.all(uow) if row.code == code), None)
        if found is None:
            abort(404)
        return found

    def _mine(self, code: str, key: uuid.UUID) -> None:
        """404 for a key that is not this agency's."""
        self._agency(code)
        with self._services.unit() as uow:
            if key not in {one.id for one in keys.of(uow, code)}:
                abort(404)


def _days(text: str) -> int | None:
    """How long it holds; None for no end. Raises StaffRuleError."""
    if text and not (text.isdecimal() and int(text) > 0):
        raise StaffRuleError("天數需要是正整數，空白表示沒有期限")
    return int(text) if text else None
