"""稽核: the audit rows, and whether the sealed chain holds."""

from flask import request
from flask.typing import ResponseReturnValue

from domain.staff import Power
from services import audit_list, sealing
from web.backoffice.room import Room, show

LONGEST = 64


def register(room: Room) -> None:
    """Its routes."""
    views = _Audit(room)
    room.page("/audit", "audit", views.look, Power.AUDIT)
    room.page("/audit/verify", "audit_verify", views.verify, Power.AUDIT, ("POST",))


class _Audit:
    """One method per route."""

    def __init__(self, room: Room) -> None:
        self._services = room.services

    def look(self, checked: sealing.Checked | None = None) -> ResponseReturnValue:
        """GET: rows, the newest first; who, what and which are ids, never personal."""
        wanted = {name: request.args.get(name, "")[:LONGEST].strip() for name in ("actor", "action", "subject")}
        before = request.args.get("before", "")
        with self._services.unit() as uow:
            rows = audit_list.page(uow, **wanted, before=int(before) if before.isdecimal() else None)
            head = sealing.head(uow)
        more = rows[-1].id if len(rows) == audit_list.PAGE else None
        return show("audit.html", "稽核軌跡", rows=rows, head=head, checked=checked, more=more, wanted=wanted)

    def verify(self) -> ResponseReturnValue:
        """POST: walk the chain from its start, and look for every head that was published outside the database."""
        with self._services.unit() as uow:
            checked = sealing.check(uow, self._services.published_heads())
        return self.look(checked)
