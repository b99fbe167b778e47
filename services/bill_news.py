"""Who may be told at once that bills have come: not when the slot opens, but as soon as waking hours allow.

A plate can be bound by someone who only wants to know where it stands; so a new bill waits for the slot, except for an
owner checked by staff, and for somebody who gave the very number of that slip, and so stood beside it.
The rows are made in the transaction that brings the bills, and end when services/reminders.py has looked at them.
"""

from datetime import timedelta

from sqlalchemy import delete, func, text
from sqlalchemy.dialects.postgresql import insert

from domain.bindings import Vehicle
from infra.database import UnitOfWork
from infra.queue import defer
from models.watch import GivenSlip

TELL_NEWS = "notices.tell_news"  # the task of jobs/tasks/notices.py
SLIP_KEPT = timedelta(days=30)  # a bill that has not come by then never will

_OF_IMPORT = text("""
INSERT INTO bill_news (channel, citizen)
SELECT b.channel, b.citizen FROM binding b JOIN staged_bill s ON replace(s.plate, '-', '') = b.compact
WHERE b.checked_at IS NOT NULL AND b.reminder_slot IS NOT NULL
UNION SELECT g.channel, g.citizen FROM given_slip g JOIN staged_bill s ON s.number = g.number
ON CONFLICT (channel, citizen) DO UPDATE SET made_at = now()
""")
_OF_VEHICLE = text("""
INSERT INTO bill_news (channel, citizen)
SELECT b.channel, b.citizen FROM binding b
WHERE b.plate = :plate AND b.kind = :kind AND b.checked_at IS NOT NULL AND b.reminder_slot IS NOT NULL
UNION SELECT g.channel, g.citizen FROM given_slip g JOIN watched_bill w ON w.number = g.number
WHERE w.plate = :plate AND w.kind = :kind
ON CONFLICT (channel, citizen) DO UPDATE SET made_at = now()
""")


def of_import(uow: UnitOfWork) -> None:
    """Bills have come into the ledger: those in staged_bill of this transaction."""
    if uow.connection.execute(_OF_IMPORT).rowcount:
        defer(uow, TELL_NEWS)


def of_vehicle(uow: UnitOfWork, vehicle: Vehicle) -> None:
    """A city lists something new for a vehicle."""
    values = {"plate": vehicle.plate.canonical, "kind": vehicle.kind.value}
    if uow.connection.execute(_OF_VEHICLE, values).rowcount:
        defer(uow, TELL_NEWS)


def slip_given(uow: UnitOfWork, channel: str, citizen: str, number: str) -> None:
    """A citizen gave the number of a slip that is not known here yet."""
    row = insert(GivenSlip).values(channel=channel, citizen=citizen, number=number)
    uow.connection.execute(row.on_conflict_do_nothing())


def forget_slips(uow: UnitOfWork) -> int:
    """Drop numbers whose bills never came; says how many."""
    return uow.connection.execute(delete(GivenSlip).where(GivenSlip.given_at < func.now() - SLIP_KEPT)).rowcount
