"""The plate of a pass: the one that was drawn, or the latest that two members of staff have put in its place."""

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Label, and_, func, or_, select

from infra.database import UnitOfWork
from models.passes import PassEntry
from models.passplate import PassPlate

_LATEST = (
    select(PassPlate)
    .where(PassPlate.entry_id == PassEntry.id, PassPlate.approved_at.is_not(None))
    .order_by(PassPlate.approved_at.desc())
    .limit(1)
    .correlate(PassEntry)
)
# Columns of a query about entries.
PLATE: Label[str] = func.coalesce(_LATEST.with_only_columns(PassPlate.plate).scalar_subquery(), PassEntry.plate).label(
    "plate"
)
COMPACT: Label[str] = func.coalesce(
    _LATEST.with_only_columns(PassPlate.compact).scalar_subquery(), PassEntry.compact
).label("compact")


def of_plate(compact: str) -> ColumnElement[bool]:
    """Entries whose pass is, or would be, for this plate now; found by their indexes."""
    replaced = select(PassPlate.entry_id).where(PassPlate.compact == compact)
    return and_(or_(PassEntry.compact == compact, PassEntry.id.in_(replaced)), COMPACT.element == compact)


def plates_of(uow: UnitOfWork, entries: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    """The canonical plate of each."""
    rows = uow.connection.execute(select(PassEntry.id, PLATE).where(PassEntry.id.in_(entries)))
    return {row.id: row.plate for row in rows}
