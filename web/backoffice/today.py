"""今日狀態: what waits, failed, is down or is stopped. Renews itself for half an hour where that is asked for."""

from flask import request
from flask.typing import ResponseReturnValue

from domain.staff import Power
from services import alarms
from web.backoffice.room import Room, show

RENEW_SECONDS = 30
MOST_TIMES = 60  # then the page rests, and so does the session (domain.staff.IDLE)


def register(room: Room) -> None:
    """Its route."""
    views = _Today(room)
    room.page("/today", "today", views.look, Power.SEE_MONEY)


class _Today:
    """One method per route."""

    def __init__(self, room: Room) -> None:
        self._services = room.services

    def look(self) -> ResponseReturnValue:
        """GET: figures only. `again`: how often the page will still renew itself."""
        present = self._services.present
        outside = present.outside()
        with self._services.unit() as uow:
            today = present.read(uow, outside)
        left = request.args.get("again", "0")
        again = min(int(left), MOST_TIMES) if left.isdecimal() else 0
        values = {"today": today, "alarms": alarms.standing(today), "switches": self._services.switches()}
        return show("today.html", "今日狀態", again=again, seconds=RENEW_SECONDS, most=MOST_TIMES, **values)
