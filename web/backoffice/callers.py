"""市民查詢: a citizen who calls, found by the whole number; masked, whole with a reason; a plate unbound at request."""

import uuid

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue

from domain.phones import parse_mobile
from domain.staff import Power, StaffRuleError
from services.desk.callers import Caller
from web.backoffice.gate import member
from web.backoffice.room import KINDS, RULES, Room, StaffServices, field, form_id, missed, refused, show, try_to
from web.backoffice.threads import LANGUAGES

OWED = {"late": "逾期入帳，應退", "double": "重複繳費，應退", "lost": "權利已喪失，應退"}


def register(room: Room) -> None:
    """Its routes."""
    views = _Callers(room.services)
    room.page("/citizens", "callers", views.look, Power.SERVE)
    room.page("/citizens/find", "callers_find", room.sparing(views.find), Power.SERVE, ("POST",))
    room.page("/citizen/<uuid:account>", "caller", views.caller, Power.SERVE)
    room.page("/citizen/<uuid:account>/unmask", "caller_unmask", views.unmask, Power.SERVE, ("POST",))
    room.page("/citizen/<uuid:account>/unbind", "caller_unbind", views.unbind, Power.SERVE, ("POST",))


class _Callers:
    """One method per route."""

    def __init__(self, services: StaffServices) -> None:
        self._services = services
        self._callers = services.thread_callers

    def look(self) -> ResponseReturnValue:
        """GET: the form."""
        return show("callers.html", "市民查詢")

    def find(self) -> ResponseReturnValue:
        """POST: by a whole number, so that it stands in no address or log. What finds nobody is counted."""
        try:
            mobile = parse_mobile(field("mobile", 20))
            with self._services.unit() as uow:
                account = self._callers.find(uow, mobile, staff=member().actor)
        except RULES as error:
            missed()
            return refused(error, "callers")
        return redirect(url_for("staff.caller", account=account), 303)

    def caller(self, account: uuid.UUID) -> ResponseReturnValue:
        """GET: what there is of a citizen, masked."""
        return self._page(self._one(account))

    def unmask(self, account: uuid.UUID) -> ResponseReturnValue:
        """POST: this citizen whole, this once, with a reason that the audit keeps."""
        self._one(account)
        try:
            with self._services.unit() as uow:
                caller = self._callers.unmask(uow, account, reason=field("reason"), staff=member().actor)
        except StaffRuleError as error:
            return refused(error, "caller", account=account)
        return self._page(caller)

    def unbind(self, account: uuid.UUID) -> ResponseReturnValue:
        """POST: end a binding because its citizen asks for it; they are told in the chat."""
        self._one(account)

        def deed() -> None:
            with self._services.unit() as uow:
                binding = form_id("binding")
                self._callers.unbind(uow, account, binding, reason=field("reason"), staff=member().actor)

        return try_to(deed, "caller", "已解除綁定，並通知市民。", account=account)

    def _one(self, account: uuid.UUID) -> Caller:
        with self._services.unit() as uow:
            try:
                return self._callers.one(uow, account)
            except StaffRuleError:
                abort(404)

    def _page(self, caller: Caller) -> ResponseReturnValue:
        may_refund = member().may(Power.SEE_MONEY)
        values = {"caller": caller, "kinds": KINDS, "owed": OWED, "languages": LANGUAGES, "may_refund": may_refund}
        return show("caller.html", "市民資料", names=self._services.names, **values)
