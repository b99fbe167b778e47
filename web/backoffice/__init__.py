"""/staff/: the back office (後台). One file per page or group of pages; all of them behind the same gate.

Everything goes through services. A page is registered with the power it needs (`Room.page`), which the gate asks for,
the menu shows by, and a test walks.
"""

from flask import Blueprint
from flask_limiter import Limiter
from werkzeug.exceptions import HTTPException

from web.backoffice import (
    agencies,
    audit,
    callers,
    case_deeds,
    cases,
    door,
    draws,
    errors,
    floods,
    gate_list,
    home,
    lists,
    lot_rounds,
    lots,
    messages,
    month_times,
    news,
    offers,
    office_days,
    openings,
    own,
    payments,
    people,
    plans,
    qualifications,
    questions,
    refunds,
    reports,
    rounds,
    sales,
    sold_passes,
    stopped,
    system,
    threads,
    today,
    windows,
)
from web.backoffice.gate import Gate
from web.backoffice.room import Room, StaffServices

PAGES = (
    home,
    own,
    people,
    rounds,
    month_times,
    lot_rounds,
    windows,
    office_days,
    lots,
    plans,
    cases,
    qualifications,
    case_deeds,
    lists,
    draws,
    offers,
    sales,
    gate_list,
    sold_passes,
    threads,
    callers,
    payments,
    refunds,
    stopped,
    floods,
    reports,
    today,
    messages,
    news,
    questions,
    audit,
    openings,
    agencies,
    system,
)

__all__ = ["StaffServices", "blueprint"]


def blueprint(services: StaffServices, limiter: Limiter) -> Blueprint:
    """The room on these services. Its forms are guarded by the application's CSRF protection."""
    bare = Blueprint(
        "staff",
        __name__,
        url_prefix="/staff",
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    gate = Gate(services.unit, services.logins)
    bare.record_once(lambda state: gate.stand_at(state.app))
    room = Room(bare, services, limiter, gate)
    bare.before_request(errors.refuse_nul)
    bare.after_request(errors.keep_nothing)
    bare.register_error_handler(HTTPException, errors.page)
    door.open_to_all(room)
    for page in PAGES:
        page.register(room)
    return bare
