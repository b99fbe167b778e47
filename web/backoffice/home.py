"""The first page: what each menu holds, and what has no 張數 yet. And the page of every address that is none."""

from flask import abort
from flask.typing import ResponseReturnValue

from domain.clock import TAIPEI
from domain.staff import Power
from services.passes.months import month_after
from web.backoffice.gate import member
from web.backoffice.room import Room, StaffServices, show


def register(room: Room) -> None:
    """Its routes."""
    room.page("/", "home", _Home(room.services).look, Power.OWN)
    room.page("/<path:_address>", "nowhere", _nowhere, Power.OWN)


class _Home:
    """One method per route."""

    def __init__(self, services: StaffServices) -> None:
        self._services = services

    def look(self) -> ResponseReturnValue:
        """GET: what waits too long: for whoever may set it 張數 of the coming month, for the service desk answers."""
        month = month_after(self._services.clock.now().astimezone(TAIPEI))
        missing = late = 0
        if member().may(Power.SET_ROUNDS):
            with self._services.unit() as uow:
                missing = len(self._services.months.missing(uow, month, member().lots(Power.SET_ROUNDS)))
        if member().may(Power.SERVE):
            with self._services.unit() as uow:
                late = len(self._services.thread_lateness.late(uow))
        return show("home.html", "後台首頁", month=month, missing=missing, late=late)


def _nowhere(_address: str) -> ResponseReturnValue:
    abort(404)
