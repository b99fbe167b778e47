"""What a task is given by the worker, by name; the rest of the names are in wiring's for_tasks()."""

from procrastinate import JobContext

from infra.database import UnitOfWorkFactory


def units_of(context: JobContext) -> UnitOfWorkFactory:
    """Opens units of work."""
    units: UnitOfWorkFactory = context.additional_context["units"]
    return units
