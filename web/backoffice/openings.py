"""稽核／開啟檔: the openings of a frozen draw for auditors.

One asks and is shown the key, another approves, the first takes the sealed file, once.
"""

import io
from pathlib import Path

from flask import Response, send_file
from flask.typing import ResponseReturnValue

from domain.staff import Power
from services.draws.checklist import checklist
from services.draws.openings import KIND, Asked
from services.staff import approvals
from web.backoffice.gate import member
from web.backoffice.room import RULES, Room, field, form_id, refused, show, try_to

LONGEST_KEY = 80
CHECKER = Path(__file__).parents[2] / "check_openings.py"


def register(room: Room) -> None:
    """Its routes."""
    views = _Openings(room)
    room.page("/openings", "openings", views.look, Power.OPENINGS)
    room.page("/openings/ask", "openings_ask", views.ask, Power.OPENINGS, ("POST",))
    room.page("/openings/decide", "openings_decide", views.decide, Power.OPENINGS, ("POST",))
    room.page("/openings/take", "openings_take", views.take, Power.OPENINGS, ("POST",))
    room.page("/openings/check_openings.py", "openings_checker", views.checker, Power.OPENINGS)


class _Openings:
    """One method per route."""

    def __init__(self, room: Room) -> None:
        self._services = room.services

    def look(self, asked: Asked | None = None) -> ResponseReturnValue:
        """GET: frozen draws, what waits for a second person, and what was approved for oneself."""
        with self._services.unit() as uow:
            rows = [row for row in checklist(uow, None) if row.list_sha256]
            waiting = approvals.waiting(uow, [KIND])
            usable = approvals.usable(uow, KIND, member().actor)
        return show("openings.html", "抽籤開啟檔", rows=rows, waiting=waiting, usable=usable, asked=asked)

    def ask(self) -> ResponseReturnValue:
        """POST: ask. The secret key is on the page that answers, and nowhere else, ever."""
        draw_id, reason, key = field("draw", 64), field("reason"), field("key", LONGEST_KEY)
        try:
            with self._services.unit() as uow:
                asked = self._services.openings.ask(uow, draw_id, reason=reason, actor=member().actor, public=key)
        except RULES as error:
            return refused(error, "openings")
        return self.look(asked)

    def decide(self) -> ResponseReturnValue:
        """POST: the second person."""
        approve = field("approve", 1) == "1"

        def deed() -> None:
            with self._services.unit() as uow:
                approvals.decide(uow, form_id("id"), KIND, approve=approve, actor=member().actor)

        return try_to(deed, "openings", "已核准，申請人可以下載一次。" if approve else "已退回申請。")

    def take(self) -> ResponseReturnValue:
        """POST: the sealed file, once for each approval; the audit keeps who took it and its hashes."""
        try:
            with self._services.unit() as uow:
                taken = self._services.openings.take(uow, form_id("id"), actor=member().actor)
        except RULES as error:
            return refused(error, "openings")
        name = f"openings-{taken.draw_id.replace('/', '-')}.tsv.age"
        file = send_file(io.BytesIO(taken.sealed), "application/octet-stream", as_attachment=True, download_name=name)
        file.headers["Cache-Control"] = "no-store"
        return file

    def checker(self) -> ResponseReturnValue:
        """GET: the program that checks the file, to be read and run elsewhere."""
        return Response(CHECKER.read_bytes(), mimetype="text/x-python")
