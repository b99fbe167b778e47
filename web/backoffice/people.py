"""系統管理／承辦人員帳號: accounts, roles, lots, deputies."""

from datetime import date

from flask import abort, request
from flask.typing import ResponseReturnValue

from domain.staff import ROLE_NAMES, Power, Role, StaffRuleError
from web.backoffice.gate import member
from web.backoffice.room import Room, done, field, refused, show, try_to

ROLE_MAY = {  # in words; domain.staff.POWERS is what counts
    Role.LOT: "設定張數、案件、資格審查、抽籤、備取與現場購票，只限指定的停車場",
    Role.HEAD: "所有停車場與系統管理，稽核以外的全部",
    Role.AUDIT: "查看與稽核軌跡，不能更改任何資料",
    Role.SERVICE: "回覆民眾、查詢申請與繳費、退款",
}
DONE = {"disable": "已停用。", "unlock": "已解除鎖定。"}


def register(room: Room) -> None:
    """Its routes."""
    views = _People(room)
    room.page("/people", "people", views.look, Power.STAFF)
    room.page("/people/add", "people_add", views.add, Power.STAFF, ("POST",))
    room.page("/people/<login>", "person", views.person, Power.STAFF)
    room.page("/people/<login>/change", "person_change", views.change, Power.STAFF, ("POST",))
    room.page("/people/<login>/deputy", "person_deputy", views.deputy, Power.STAFF, ("POST",))
    room.page("/people/<login>/deputy/end", "person_deputy_end", views.end_deputy, Power.STAFF, ("POST",))
    room.page("/people/<login>/<deed>", "person_deed", views.deed, Power.STAFF, ("POST",))


def days() -> tuple[date, date]:
    """First and last day of a form. Raises StaffRuleError."""
    try:
        return date.fromisoformat(field("first", 10)), date.fromisoformat(field("last", 10))
    except ValueError:
        raise StaffRuleError("請輸入代理的開始日與結束日") from None


def number(name: str) -> int:
    """A row's number in the form; 0, which no row has, for anything else."""
    written = field(name, 18)
    return int(written) if written.isdecimal() else 0


def _role() -> Role:
    asked = field("role", 8)
    if asked not in set(Role):
        abort(400)
    return Role(asked)


def _lots() -> list[str]:
    return sorted({lot for lot in request.form.getlist("lots") if 0 < len(lot) <= 16})


class _People:
    """One method per route."""

    def __init__(self, room: Room) -> None:
        self._services = room.services

    def look(self, setup: str = "") -> ResponseReturnValue:
        """GET: every account, and the form for a new one."""
        with self._services.unit() as uow:
            people = self._services.accounts.all(uow)
            lots = self._services.lots.all(uow)
            deputies = self._services.deputies.current(uow)
        return show(
            "people.html",
            "承辦人員帳號",
            people=people,
            lots=lots,
            deputies=deputies,
            roles=ROLE_NAMES,
            may=ROLE_MAY,
            setup=setup,
        )

    def person(self, login: str) -> ResponseReturnValue:
        """GET: one account."""
        with self._services.unit() as uow:
            one = next((person for person in self._services.accounts.all(uow) if person.login == login), None)
            lots = self._services.lots.all(uow)
            deputies = self._services.deputies.current(uow, login)
        if one is None:
            abort(404)
        values = {"person": one, "lots": lots, "roles": ROLE_NAMES, "deputies": deputies, "may": ROLE_MAY}
        return show("person.html", f"帳號 {login}", **values)

    def add(self) -> ResponseReturnValue:
        """POST: a new account; the page shows the address of its setup this once."""

        def put() -> str:
            with self._services.unit() as uow:
                return self._services.accounts.add(
                    uow, field("login", 32), field("name", 80), _role(), _lots(), actor=member().actor
                )

        try:
            setup = put()
        except StaffRuleError as error:
            return refused(error, "people")
        return self.look(setup)

    def change(self, login: str) -> ResponseReturnValue:
        """POST: another name, role or lots."""

        def put() -> None:
            with self._services.unit() as uow:
                self._services.accounts.change(uow, login, field("name", 80), _role(), _lots(), actor=member().actor)

        return try_to(put, "person", "已更改。", login=login)

    def deputy(self, login: str) -> ResponseReturnValue:
        """POST: somebody stands in for a colleague who cannot name them any more, being away."""

        def put() -> None:
            first, last = days()
            with self._services.unit() as uow:
                self._services.deputies.put(uow, login, field("deputy", 32), first, last, actor=member().actor)

        return try_to(put, "person", "已設定職務代理人。", login=login)

    def end_deputy(self, login: str) -> ResponseReturnValue:
        """POST: nobody does any more."""

        def end() -> None:
            with self._services.unit() as uow:
                self._services.deputies.end(uow, number("id"), actor=member().actor, login=login)

        return try_to(end, "person", "已取消代理。", login=login)

    def deed(self, login: str, deed: str) -> ResponseReturnValue:
        """POST: reset, unlock, disable or enable an account; a reset shows the address of its setup this once."""
        deeds = {"reset": self._reset, "unlock": self._unlock, "enable": self._enable, "disable": self._disable}
        if deed not in deeds:
            abort(404)
        try:
            setup = deeds[deed](login)
        except StaffRuleError as error:
            return refused(error, "people")
        return self.look(setup) if setup else done("people", f"帳號 {login} {DONE[deed]}")

    def _reset(self, login: str) -> str:
        with self._services.unit() as uow:
            return self._services.accounts.reset(uow, login, actor=member().actor)

    def _enable(self, login: str) -> str:
        with self._services.unit() as uow:
            return self._services.accounts.enable(uow, login, actor=member().actor)

    def _unlock(self, login: str) -> str:
        with self._services.unit() as uow:
            self._services.accounts.unlock(uow, login, actor=member().actor)
        return ""

    def _disable(self, login: str) -> str:
        with self._services.unit() as uow:
            self._services.accounts.disable(uow, login, actor=member().actor)
        return ""
