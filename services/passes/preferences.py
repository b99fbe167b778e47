"""志願序: which of the lots a vehicle was entered for is wanted most. The order of application, until changed."""

import uuid
from datetime import datetime

from sqlalchemy import select

from domain.draw.coding import is_rehearsal
from domain.errors import CitizenMistakeError
from infra.database import UnitOfWork
from models.passes import PassEntry, PassRound
from services import audit
from services.passes.application import require_live, require_open
from services.passes.entry_rows import locked_entry, note


class Preferences:
    """Changes the order; services/draws/promoting.py keeps the most wanted of several wins."""

    def prefer(self, uow: UnitOfWork, one: uuid.UUID, other: uuid.UUID, *, asked_at: datetime) -> None:
        """Want `one` more than `other`: they change places, unless it is so already. Both of one vehicle, person and
        month of use, before either closes. Raises CitizenMistakeError.
        """
        found = select(PassEntry.id).where(PassEntry.id.in_((one, other))).order_by(PassEntry.round_id)  # no deadlock
        locked = {entry_id: locked_entry(uow, entry_id) for entry_id in uow.session.scalars(found).all()}
        if len(locked) != 2:
            raise CitizenMistakeError("這筆申請已撤回或變更過，請重新查詢。")
        for row, entry in locked.values():
            require_open(row, asked_at)
            require_live(entry)
        (first_round, first), (second_round, second) = locked[one], locked[other]
        if (
            first_round.month != second_round.month
            or first.compact != second.compact
            or not _same_person(first, second)
        ):
            raise CitizenMistakeError("志願序是同一輛車各申請之間的先後。")
        if first.preference < second.preference:
            return
        first.preference, second.preference = second.preference, first.preference
        for row, entry in locked.values():
            note(uow, "entry.preference", entry, row, audit.CITIZEN)


def _vehicle(row: PassRound, entry: PassEntry) -> tuple[str, str, bool]:
    return entry.compact, row.month, is_rehearsal(row.draw_id)


def _same_person(first: PassEntry, second: PassEntry) -> bool:
    """The same number, or the same citizen of the chat whose number has changed between."""
    same_citizen = first.citizen is not None and (first.channel, first.citizen) == (second.channel, second.citizen)
    return same_citizen or first.holder_hash == second.holder_hash
