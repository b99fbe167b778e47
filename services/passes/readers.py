"""Who is told of an entry: who made it in the chat; of one made at the counter, who has verified its number."""

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, func, or_, select

from domain.accounts import AccountState
from infra.database import UnitOfWork
from models.account import AccountRow
from models.passes import PassEntry

_OF_NUMBER = (AccountRow.mobile_hash == PassEntry.holder_hash, AccountRow.state == AccountState.LIVE)
# A condition on entries: somebody in the chat is told about them.
HAS_READER: ColumnElement[bool] = or_(PassEntry.citizen.is_not(None), select(AccountRow.id).where(*_OF_NUMBER).exists())


def readers_of(uow: UnitOfWork, entries: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, tuple[str, str]]:
    """Channel and LINE user id by entry; entries that nobody in the chat is told about are left out."""
    channel = func.coalesce(PassEntry.channel, AccountRow.channel)
    citizen = func.coalesce(PassEntry.citizen, AccountRow.line_id)
    found = select(PassEntry.id, channel, citizen).outerjoin(AccountRow, _OF_NUMBER[0] & _OF_NUMBER[1])
    rows = uow.connection.execute(found.where(PassEntry.id.in_(entries), citizen.is_not(None)))
    return {entry_id: (of_channel, line_id) for entry_id, of_channel, line_id in rows}


def reader_of(uow: UnitOfWork, entry: PassEntry) -> tuple[str, str] | None:
    """The same of one entry."""
    uow.session.flush()
    return readers_of(uow, [entry.id]).get(entry.id)
