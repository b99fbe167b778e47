"""個人資料: own password, the browsers one is logged in with, one's deputy."""

from flask.typing import ResponseReturnValue
from flask_login import current_user

from domain.emails import MOST_CHARACTERS, parse_email
from domain.staff import PASSWORD_KINDS, PASSWORD_SHORTEST, PHRASE, Power, StaffRuleError
from web.backoffice.door import browser_name
from web.backoffice.gate import member
from web.backoffice.people import days
from web.backoffice.room import Room, done, field, missed, show, try_to


def register(room: Room) -> None:
    """Its routes."""
    views = _Own(room)
    room.page("/own", "own", views.look, Power.OWN)
    room.page("/own/password", "own_password", room.sparing(views.password), Power.OWN, ("POST",))
    room.page("/own/email", "own_email", views.email, Power.OWN, ("POST",))
    room.page("/own/sessions", "own_end_session", views.end_session, Power.OWN, ("POST",))
    room.page("/own/deputy", "own_deputy", views.deputy, Power.OWN, ("POST",))
    room.page("/own/deputy/end", "own_deputy_end", views.end_deputy, Power.OWN, ("POST",))


class _Own:
    """One method per route."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._services = room.services

    def look(self, wrong: str = "") -> ResponseReturnValue:
        """GET: sessions, deputies and the form for another password."""
        with self._services.unit() as uow:
            sessions = self._services.logins.sessions(uow, member(), current_user.token)
            deputies = self._services.deputies.current(uow, member().login)
            email = self._services.accounts.email(uow, member().login)
        rule = (
            f"{PASSWORD_SHORTEST} 個字元以上，含大寫、小寫、數字、符號中的 {PASSWORD_KINDS} 種，或 {PHRASE} 個字元以上"
        )
        values = {"sessions": sessions, "deputies": deputies, "wrong": wrong, "rule": rule, "email": email}
        return show("own.html", "密碼與登入", 400 if wrong else 200, must_change=current_user.must_change, **values)

    def password(self) -> ResponseReturnValue:
        """POST: another password; every other browser is logged out."""
        old, new, again = (field(name, 1000) for name in ("old", "password", "again"))
        try:
            if new != again:
                raise StaffRuleError("兩次輸入的密碼不一樣")
            with self._services.unit() as uow:
                token = self._services.logins.change_password(
                    uow, member(), old, new, current_user.token, browser_name()
                )
        except StaffRuleError as error:
            missed()  # an open browser is no place to guess its owner's password
            return self.look(str(error))
        self._room.gate.let_in(token)
        return done("own", "密碼已更改，其他裝置都已登出。")

    def email(self) -> ResponseReturnValue:
        """POST: where reminders go; nothing typed: nowhere."""

        def put() -> None:
            typed = field("email", MOST_CHARACTERS)
            with self._services.unit() as uow:
                address = parse_email(typed) if typed else None
                self._services.accounts.set_email(uow, member().login, address, actor=member().actor)

        return try_to(put, "own", "已儲存提醒信箱。")

    def end_session(self) -> ResponseReturnValue:
        """POST: log another browser out."""
        with self._services.unit() as uow:
            self._services.logins.end_session(uow, member(), field("key", 64))
        return done("own", "已登出那個裝置。")

    def deputy(self) -> ResponseReturnValue:
        """POST: somebody stands in for me."""

        def put() -> None:
            first, last = days()
            with self._services.unit() as uow:
                self._services.deputies.put(uow, member().login, field("deputy", 32), first, last, actor=member().actor)

        return try_to(put, "own", "已設定職務代理人。")

    def end_deputy(self) -> ResponseReturnValue:
        """POST: nobody does any more."""

        def end() -> None:
            with self._services.unit() as uow:
                number = int(field("id", 18)) if field("id", 18).isdecimal() else 0
                self._services.deputies.end(uow, number, actor=member().actor, login=member().login)

        return try_to(end, "own", "已取消代理。")
