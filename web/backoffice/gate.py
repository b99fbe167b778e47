"""Who is logged in, and whether they may: the one place where a request to the back office is let through."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from domain.staff import Member, Power
from infra.database import UnitOfWorkFactory
from services.staff.login import Logins

View = Callable[..., ResponseReturnValue]


class LoggedIn(UserMixin):
    """A member of staff with the session of this browser."""

    def __init__(self, member: Member, token: str, *, must_change: bool) -> None:
        self.member = member
        self.token = token
        self.must_change = must_change  # the password is too old: nothing else is open until it is changed

    def get_id(self) -> str:
        """What the signed cookie keeps: the session's token, so that ending the session here ends it there."""
        return self.token


class Gate:
    """Asks at every request: a session may have ended, a role may have changed."""

    def __init__(self, units: UnitOfWorkFactory, logins: Logins) -> None:
        self._units = units
        self._logins = logins

    def stand_at(self, app: Flask) -> None:
        """Take the place in front of an application's staff pages."""
        manager = LoginManager()
        manager.session_protection = None  # the session's own row says whether it lives
        manager.user_loader(self._load)
        manager.init_app(app, add_context_processor=False)

    def let_in(self, token: str) -> None:
        """This browser has a new session: whatever its cookie held before is gone (no fixation)."""
        with self._units() as uow:
            member = self._logins.member(uow, token)
        if member is None:
            abort(403)
        session.clear()
        login_user(LoggedIn(member, token, must_change=False))

    def show_out(self) -> None:
        """This browser's session ends."""
        if current_user.is_authenticated:
            with self._units() as uow:
                self._logins.log_out(uow, member(), current_user.token)
        logout_user()
        session.clear()

    def needs(self, power: Power) -> Callable[[View], View]:
        """A view for those who may, anywhere at all; which lot is asked with `allow` once it is known."""

        def wrap(view: View) -> View:
            @wraps(view)
            def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
                if not current_user.is_authenticated:
                    return redirect(url_for("staff.login", next=request.path if request.method == "GET" else None))
                if not member().may(power):
                    abort(403)
                if current_user.must_change and power is not Power.OWN:
                    return redirect(url_for("staff.own"))
                return view(*args, **kwargs)

            return guarded

        return wrap

    def _load(self, token: str) -> LoggedIn | None:
        with self._units() as uow:
            found = self._logins.member(uow, token)
            return LoggedIn(found, token, must_change=self._logins.must_change(uow, found)) if found else None


def member() -> Member:
    """Who is logged in. Only for views behind the gate."""
    who: Member = current_user.member
    return who


def allow(power: Power, lot: str) -> None:
    """404 where this member has no such power in this lot: what is not theirs does not exist for them."""
    if not member().may(power, lot):
        abort(404)


def inside(address: str | None) -> str | None:
    """An address of ours to go on to after logging in; None for anything else (no open redirect)."""
    if not address or not address.startswith("/staff/") or "\\" in address:
        return None
    parts = urlsplit(address)
    return address if not parts.scheme and not parts.netloc else None
