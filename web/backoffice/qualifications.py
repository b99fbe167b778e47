"""資格審查: what waits to be judged, and photos that applicants sent. The verdict is given on the case's page."""

import uuid

from flask import Response, abort
from flask.typing import ResponseReturnValue

from domain.staff import Power
from web.backoffice.cases import STATES, mine
from web.backoffice.gate import member
from web.backoffice.room import Room, show
from web.backoffice.threads import PHOTO_HEADERS


def register(room: Room) -> None:
    """Its routes."""
    views = _Qualifications(room)
    room.page("/qualifications", "qualifications", views.look, Power.QUALIFY)
    room.page("/case/<uuid:case>/photo/<uuid:photo>", "case_photo", views.photo, Power.QUALIFY)


class _Qualifications:
    """One method per route."""

    def __init__(self, room: Room) -> None:
        self._services = room.services

    def look(self) -> ResponseReturnValue:
        """GET: the applications that wait, the oldest photo first; those of one's lots."""
        with self._services.unit() as uow:
            waiting = self._services.qualifying.waiting(uow, member().lots(Power.QUALIFY))
            cases = self._services.cases.of(uow, waiting)
        found = [cases[entry_id] for entry_id in waiting]
        return show("qualifications.html", "資格審查", found=found, states=STATES)

    def photo(self, case: uuid.UUID, photo: uuid.UUID) -> ResponseReturnValue:
        """GET: a photo of this case, by itself; the audit has who looked."""
        mine(self._services, case, Power.QUALIFY)
        with self._services.unit() as uow:
            picture = self._services.qualifying.photo(uow, case, photo, staff=member().actor)
        if picture is None:
            abort(404)
        return Response(picture, headers=PHOTO_HEADERS, mimetype="image/jpeg")
