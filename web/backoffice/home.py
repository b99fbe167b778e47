"""The first page: what each menu holds. And the page of every address that is none."""

from flask import abort
from flask.typing import ResponseReturnValue

from domain.staff import Power
from web.backoffice.room import Room, show


def register(room: Room) -> None:
    """Its routes."""
    room.page("/", "home", _home, Power.OWN)
    room.page("/<path:_address>", "nowhere", _nowhere, Power.OWN)


def _home() -> ResponseReturnValue:
    return show("home.html", "後台首頁")


def _nowhere(_address: str) -> ResponseReturnValue:
    abort(404)
