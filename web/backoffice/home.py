"""The first page: what each menu holds."""

from flask.typing import ResponseReturnValue

from domain.staff import Power
from web.backoffice.room import Room, show


def register(room: Room) -> None:
    """One route."""
    room.page("/", "home", _home, Power.OWN)


def _home() -> ResponseReturnValue:
    return show("home.html", "後台首頁")
