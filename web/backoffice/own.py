"""個人資料: own password, the browsers one is logged in with, one's deputy."""

from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from domain.emails import MOST_CHARACTERS, parse_email
from domain.staff import PASSWORD_KINDS, PASSWORD_SHORTEST, PHRASE, Power, StaffRuleError
from services.staff.login import Setup
from web.backoffice.door import browser_name
from web.backoffice.gate import member
from web.backoffice.people import days, number
from web.backoffice.room import Room, done, field, missed, refused, show, try_to
from web.passes.pictures import qr_svg


def register(room: Room) -> None:
    """Its routes."""
    views = _Own(room)
    room.page("/own", "own", views.look, Power.OWN)
    room.page("/own/password", "own_password", room.sparing(views.password), Power.OWN, ("POST",))
    room.page("/own/email", "own_email", views.email, Power.OWN, ("POST",))
    room.page("/own/sessions", "own_end_session", views.end_session, Power.OWN, ("POST",))
    room.page("/own/sessions/others", "own_end_others", views.end_others, Power.OWN, ("POST",))
    room.page("/own/authenticator", "own_new_codes", room.sparing(views.new_codes), Power.OWN, ("POST",))
    room.page("/own/authenticator/change", "own_codes", room.sparing(views.change_codes), Power.OWN, ("POST",))
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
                token = self._services.logins.change_password(uow, member(), old, new, browser_name())
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

    def end_others(self) -> ResponseReturnValue:
        """POST: log every other browser out."""
        with self._services.unit() as uow:
            ended = self._services.logins.end_others(uow, member(), current_user.token)
        return done("own", f"已登出其他 {ended} 個裝置。")

    def new_codes(self) -> ResponseReturnValue:
        """POST: the QR code of another authenticator, for whoever knows the password and has the present one."""
        try:
            with self._services.unit() as uow:
                made = self._services.logins.new_authenticator(uow, member(), field("old", 1000), field("code", 12))
        except StaffRuleError as error:
            missed()
            return refused(error, "own")
        return _pairing(made)

    def change_codes(self) -> ResponseReturnValue:
        """POST: its first code; the former authenticator is void, and every other browser logged out."""
        sealed, code = field("sealed", 1000), field("code", 12)
        try:
            with self._services.unit() as uow:
                self._services.logins.change_authenticator(uow, member(), sealed, code, current_user.token)
        except StaffRuleError as error:
            missed()
            return refused(error, "own")
        return done("own", "已更換驗證程式，其他裝置都已登出。")

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
                self._services.deputies.end(uow, number("id"), actor=member().actor, login=member().login)

        return try_to(end, "own", "已取消代理。")


def _pairing(made: Setup) -> ResponseReturnValue:
    code = Markup(qr_svg(made.address))  # noqa: S704 - drawn here, from a secret of ours
    return show("own_codes.html", "更換驗證程式", setup=made, code=code)
