"""GET /c/<token>.ics: a deadline as a calendar file. Reads nothing but its own address."""

from flask import Blueprint, Response
from flask_limiter import Limiter

from domain.calendarfile import MEDIA_TYPE, calendar_file
from infra.links import ExpiredLinkError, ForgedLinkError
from infra.locales import reader
from services.links import Links

LOOK_LIMIT = "60 per minute"


def blueprint(links: Links, limiter: Limiter) -> Blueprint:
    """The one door. `links` reads the addresses."""
    room = Blueprint("calendar", __name__)

    @room.get("/c/<token>.ics")
    @limiter.limit(LOOK_LIMIT)
    def day(token: str) -> Response:
        kept = links.read_calendar(token)
        event = kept.event(reader(kept.language), links.public_url)
        response = Response(calendar_file(event, links.clock.now()), content_type=f"{MEDIA_TYPE}; charset=utf-8")
        response.headers["Content-Disposition"] = 'inline; filename="parkline.ics"'
        response.headers["Cache-Control"] = "private, no-store"
        return response

    room.register_error_handler(ForgedLinkError, lambda _error: Response("unknown", 404, mimetype="text/plain"))
    room.register_error_handler(ExpiredLinkError, lambda _error: Response("over", 410, mimetype="text/plain"))
    return room
