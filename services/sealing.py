"""Seals audit rows into a chain, and checks it: removal, change, and a cut tail show.

Rows get their ids before they commit, so the chain has an order of its own: that in which the one sealer found them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select, text

from domain.auditchain import START, Head, Row, link
from infra.database import UnitOfWork
from models.audit import AuditRow
from models.auditlink import AuditLink

SEAL_AT_ONCE = 1000
HEADS = "audit-heads.txt"  # under PARKLINE_VAR; back it up apart from the database
READ_AT_ONCE = 1000
COMMITS_WITHIN = 100_000  # ids: no transaction is open while so many later rows are sealed

_ONE_SEALER = text("SELECT pg_advisory_xact_lock(hashtext('audit sealer'))")


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found. `wrong`: the first thing that does not hold, in words; None where all holds."""

    sealed: int
    unsealed: int
    head: Head
    wrong: str | None


def seal(uow: UnitOfWork) -> int:
    """Link a batch of rows not sealed yet; how many. One sealer at a time."""
    uow.session.execute(_ONE_SEALER)
    newest = head(uow)
    since = select(func.coalesce(func.max(AuditLink.audit_id), 0) - COMMITS_WITHIN).scalar_subquery()
    query = select(AuditRow).outerjoin(AuditLink, AuditLink.audit_id == AuditRow.id)
    query = query.where(AuditLink.audit_id.is_(None), AuditRow.id > since).order_by(AuditRow.id).limit(SEAL_AT_ONCE)
    rows = uow.session.scalars(query).all()
    place, before = newest.place, newest.hash
    for row in rows:
        place, before = place + 1, link(before, _row(row))
        uow.session.add(AuditLink(place=place, audit_id=row.id, hash=before))
    return len(rows)


def head(uow: UnitOfWork) -> Head:
    """The newest link; place 0 before the first."""
    query = select(AuditLink.place, AuditLink.hash).order_by(AuditLink.place.desc()).limit(1)
    newest = uow.session.execute(query).one_or_none()
    return Head(newest.place, newest.hash) if newest else Head(0, START)


def published(file: Path) -> Sequence[Head]:
    """The heads that were written outside the database; none where there is no file yet."""
    if not file.exists():
        return []
    parts = [line.split() for line in file.read_text(encoding="ascii").splitlines()]
    return [Head(int(place), hash_) for place, hash_ in parts]


def check(uow: UnitOfWork, published: Sequence[Head] = ()) -> Checked:
    """Walk the whole chain, and look for each head that was published."""
    wanted = {one.place: one.hash for one in published}
    at = Head(0, START)
    wrong = None
    for place, hash_, row in _links(uow):
        if place != at.place + 1:
            wrong = f"place {at.place + 1} of the chain is missing"
        elif row is None:
            wrong = f"the row at place {place} was removed"
        elif link(at.hash, row) != hash_:
            wrong = f"the row at place {place} (id {row.id}), or its hash, was changed"
        elif wanted.get(place, hash_) != hash_:
            wrong = f"the hash at place {place} is another than was published"
        if wrong:
            break
        at = Head(place, hash_)
    cut = max(wanted, default=0)
    if wrong is None and cut > at.place:
        wrong = f"the chain ends at place {at.place}, but place {cut} was published"
    sealed = select(AuditLink.audit_id).where(AuditLink.audit_id == AuditRow.id).exists()
    unsealed = uow.session.execute(select(func.count()).select_from(AuditRow).where(~sealed)).scalar_one()
    return Checked(at.place, unsealed, at, wrong)


def _links(uow: UnitOfWork) -> Iterator[tuple[int, str, Row | None]]:
    """Every link with its row, batch by batch; None for a row that is not there."""
    columns = [getattr(AuditRow, name) for name in Row.__slots__]
    query = select(AuditLink.place, AuditLink.hash, *columns).outerjoin(AuditRow, AuditRow.id == AuditLink.audit_id)
    query = query.order_by(AuditLink.place).limit(READ_AT_ONCE)
    last = 0
    while batch := uow.session.execute(query.where(AuditLink.place > last)).all():
        for place, hash_, *words in batch:
            yield place, hash_, Row(*words) if words[0] is not None else None
            last = place


def _row(row: AuditRow) -> Row:
    return Row(row.id, row.at, row.actor, row.action, row.subject_type, row.subject_id, row.detail)
