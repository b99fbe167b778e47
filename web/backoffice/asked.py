"""What a list is asked for: the fields of its form, sent by POST so that no plate or number stands in an address."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from flask import abort, request

from domain.clock import Clock, city_date
from domain.staff import StaffRuleError
from infra.database import UnitOfWork
from services import audit
from web.backoffice.gate import member
from web.backoffice.room import missed

LATELY = timedelta(days=30)  # a list shows so much until it is asked for more
LONGEST = 64  # of a field, in characters


def fields(names: Iterable[str], clock: Clock) -> dict[str, str]:
    """What the form says of these, trimmed, without what is empty; before anything is asked for, the last days."""
    if request.method == "GET":
        return {"first": (city_date(clock.now()) - LATELY).isoformat()}
    told = ((name, request.form.get(name, "").strip()[:LONGEST]) for name in names)
    return {name: text for name, text in told if text}


def day(text: str | None) -> date | None:
    """A day of the form; None where it has none. Raises StaffRuleError."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise StaffRuleError("日期不正確") from None


def place() -> tuple[datetime, uuid.UUID] | None:
    """Where the page begins, as `place_field` wrote it; None for the first page, 400 for anything else."""
    written = request.form.get("after", "")[:80]
    if not written:
        return None
    at, _, row = written.partition(" ")
    try:
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            abort(400)
        return moment, uuid.UUID(row)
    except ValueError:
        abort(400)


def looked_for(uow: UnitOfWork, what: str, found: int, **by: object) -> None:
    """Where a list was asked for by what a mask hides: kept in the audit, and counted where it finds nobody."""
    if any(by.values()):
        detail: dict[str, str | int | bool | None] = {name: bool(value) for name, value in by.items()}
        detail["found"] = found
        audit.write(uow, f"{what}.searched", actor=member().actor, subject_type="search", subject_id="", detail=detail)
        if not found:
            missed()


def place_field(at: datetime, row: uuid.UUID) -> str:
    """The last row of a page, for the button that asks for the next."""
    return f"{at.isoformat()} {row}"
