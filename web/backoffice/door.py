"""Logging in and out, and setting up a new account: the only pages that are open to those not logged in."""

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from domain.staff import PASSWORD_SHORTEST, StaffRuleError
from web.backoffice.gate import inside
from web.backoffice.room import FILTERS, Room, field, show
from web.passes.pictures import qr_svg

LOGINS = "10 per minute;60 per hour"  # per sender address
SYSTEMS = ("Windows", "Android", "iPhone", "iPad", "Macintosh", "Linux")
BROWSERS = ("Edg", "Firefox", "Chrome", "Safari")  # Edge says Chrome as well, Chrome says Safari
WRONG = "帳號、密碼或驗證碼不正確，或帳號暫時鎖定。請檢查後再試，或請管理人員協助。"


def open_to_all(room: Room) -> None:
    """Register them."""
    door = _Door(room)
    add, limit = room.bare.add_url_rule, room.limiter.limit
    add("/login", "login", limit(LOGINS)(door.login), methods=["GET", "POST"])
    add("/logout", "logout", door.logout, methods=["POST"])
    add("/setup/<token>", "setup", limit(LOGINS)(door.setup), methods=["GET", "POST"])
    for name, of_a_page in FILTERS.items():
        room.bare.app_template_filter(name)(of_a_page)


class _Door:
    """One method per route."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._logins = room.services.logins

    def login(self) -> ResponseReturnValue:
        """The form; on POST a new session, or the form again with one sentence for every reason."""
        onward = inside(request.values.get("next")) or url_for("staff.home")
        if request.method == "GET":
            return redirect(onward) if current_user.is_authenticated else show("login.html", "登入", onward=onward)
        login, password, code = field("login", 64), request.form.get("password", ""), field("code", 12)
        token = self._logins.log_in(login, password[:1000], code, browser_name())
        if token is None:
            return show("login.html", "登入", 403, onward=onward, wrong=WRONG, login=login)
        self._room.gate.let_in(token)
        return redirect(onward, 303)

    def logout(self) -> ResponseReturnValue:
        """This browser's session ends."""
        self._room.gate.show_out()
        return redirect(url_for("staff.login"), 303)

    def setup(self, token: str) -> ResponseReturnValue:
        """The owner of a new or reset account chooses a password and adds it to an authenticator app."""
        wrong = ""
        if request.method == "POST":
            password, again = request.form.get("password", "")[:1000], request.form.get("again", "")[:1000]
            try:
                if password != again:
                    raise StaffRuleError("兩次輸入的密碼不一樣")
                with self._room.services.unit() as uow:
                    self._logins.finish_setup(uow, token, password, field("code", 12))
                return show("ready.html", "帳號已設定完成")
            except StaffRuleError as error:
                wrong = str(error)
        with self._room.services.unit() as uow:
            made = self._logins.setup(uow, token)
        if made is None:
            abort(404)
        code = Markup(qr_svg(made.address))  # noqa: S704 - drawn here, from a secret of ours
        values = {"setup": made, "code": code, "wrong": wrong, "shortest": PASSWORD_SHORTEST}
        return show("setup.html", "設定帳號", 400 if wrong else 200, **values)


def browser_name() -> str:
    """What the list of sessions calls this browser."""
    agent = request.user_agent.string
    system = next(
        (name for name in ("Windows", "Android", "iPhone", "iPad", "Macintosh", "Linux") if name in agent), ""
    )
    browser = next((name for name in ("Edg", "Firefox", "Chrome", "Safari") if name in agent), "")
    return " ".join(part for part in (browser.replace("Edg", "Edge"), system) if part) or "瀏覽器"
