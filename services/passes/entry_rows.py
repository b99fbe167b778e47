"""Rows of entries: read, and locked together with their round; and what the audit keeps of them."""

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update

from domain.rounds import RoundRuleError
from infra.database import UnitOfWork
from models.passes import PassEntry, PassRound
from models.qualification import Qualification, QualificationPhoto
from services import audit
from services.passes.application import LIVE
from services.passes.prices import PASSED
from services.passes.rounds import read_round

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: read out over a counter


def locked_entry(uow: UnitOfWork, entry_id: uuid.UUID) -> tuple[PassRound, PassEntry]:
    """An entry under its round's lock, freshly read. Raises RoundRuleError."""
    of_entry = select(PassRound.draw_id).join(PassEntry, PassEntry.round_id == PassRound.id)
    draw_id = uow.session.scalar(of_entry.where(PassEntry.id == entry_id))
    if draw_id is None:
        raise RoundRuleError("沒有這件申請")
    row = read_round(uow, draw_id, lock=True)
    return row, uow.session.get_one(PassEntry, entry_id, populate_existing=True)


def read_entries(uow: UnitOfWork, which: ColumnElement[bool]) -> Sequence[PassEntry]:
    """Entries in their 志願序."""
    found = select(PassEntry).where(which).order_by(PassEntry.preference, PassEntry.log_index)
    return uow.session.scalars(found.execution_options(populate_existing=True)).all()


def free_number(uow: UnitOfWork, row: PassRound) -> str:
    """A number that nobody has in this round and that tells nothing: two groups of four out of 2^40."""
    while True:
        letters = "".join(secrets.choice(_ALPHABET) for _ in range(8))
        number = f"{letters[:4]}-{letters[4:]}"
        taken = select(PassEntry.id).where(PassEntry.round_id == row.id, PassEntry.entry_no == number)
        if uow.connection.execute(taken).first() is None:
            return number


def last_preference(uow: UnitOfWork, compact: str, holder_hash: bytes, asked_at: datetime) -> int:
    """The 志願序 of a new entry: behind every live one of this vehicle and person, also of the same moment."""
    mine = (PassEntry.compact == compact, PassEntry.holder_hash == holder_hash, PassEntry.state == LIVE)
    last = uow.connection.execute(select(func.max(PassEntry.preference)).where(*mine)).scalar()
    asked = int(asked_at.timestamp() * 1_000_000)
    return asked if last is None else max(asked, last + 1)


def hand_on(uow: UnitOfWork, entry: PassEntry, made: PassEntry, *, judged: bool = False) -> None:
    """What was shown for an entry (資格審查) counts for the one in its place. Staff look at it once more, unless
    they have `judged` it just now; what was shown for another plan is deleted.
    """
    of_entry = Qualification.entry_id == entry.id
    if made.plan != entry.plan:
        found = select(Qualification.id).where(of_entry)
        uow.session.execute(delete(QualificationPhoto).where(QualificationPhoto.qualification_id.in_(found)))
        uow.session.execute(delete(Qualification).where(of_entry))
        return
    uow.session.execute(update(Qualification).where(of_entry).values(entry_id=made.id))
    if not judged:
        again = {"state": "waiting", "decided_by": None, "decided_at": None}
        passed = update(Qualification).where(Qualification.entry_id == made.id, Qualification.state == PASSED)
        uow.session.execute(passed.values(again))


def note(uow: UnitOfWork, action: str, entry: PassEntry, row: PassRound, actor: str) -> None:
    """An audit row about an entry."""
    detail = {"draw_id": row.draw_id, "entry_no": entry.entry_no}
    audit.write(uow, action, actor=actor, subject_type="entry", subject_id=entry.id, detail=detail)
