"""One-time links to the page that asks for 身分證字號 and birthday: ten minutes, a few tries, ended by its answer.

The numbers are never typed into the chat, where LINE and every phone of the citizen would keep them.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select

from domain.clock import Clock
from domain.errors import UsedUpError
from infra.database import UnitOfWork
from infra.links import ExpiredLinkError, make_token, read_token
from models.person import PersonLink

LIFE = timedelta(minutes=10)
KEEP = timedelta(days=1)
LINKS_A_DAY = 5  # of one citizen: with MOST_TRIES, no way to guess whose birthday is when
MOST_TRIES = 5
_PURPOSE = "person"


class UsedError(Exception):
    """The link has shown its bills, or all its tries were made."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Whose link it is, and in which language the page is."""

    channel: str
    citizen: str
    language: str


class PersonLinks:
    """wiring gives the public address, SESSION_KEY's keys (newest first) and the clock."""

    def __init__(self, public_url: str, keys: Sequence[str], clock: Clock) -> None:
        self._public_url = public_url
        self._keys = keys
        self._clock = clock

    def make(self, uow: UnitOfWork, channel: str, citizen: str, language: str) -> str:
        """The address of a new link. Raises UsedUpError when today's links were given out."""
        uow.connection.execute(delete(PersonLink).where(PersonLink.made_at < func.now() - KEEP))
        mine = select(func.count()).where(PersonLink.channel == channel, PersonLink.citizen == citizen)
        if (uow.session.scalar(mine) or 0) >= LINKS_A_DAY:
            raise UsedUpError("為保護個人資料，一天最多查詢 {limit} 次，請明天再查。", limit=LINKS_A_DAY)
        link_id = uuid.uuid4()
        uow.session.add(PersonLink(id=link_id, channel=channel, citizen=citizen, language=language))
        uow.session.flush()
        return f"{self._public_url}/person/{make_token(self._keys, _PURPOSE, link_id, self._clock.now() + LIFE)}"

    def look(self, uow: UnitOfWork, token: str) -> Opened:
        """Raises ForgedLinkError, ExpiredLinkError or UsedError."""
        return _opened(self._row(uow, token, lock=False))

    def take(self, uow: UnitOfWork, token: str) -> Opened:
        """Count a try, before an agency is asked. Raises ForgedLinkError, ExpiredLinkError or UsedError."""
        row = self._row(uow, token, lock=True)
        row.tries += 1
        return _opened(row)

    def end(self, uow: UnitOfWork, token: str) -> None:
        """Bills were found: the link is used up. Raises as look() does, so bills are shown once."""
        self._row(uow, token, lock=True, tried=True).done_at = func.now()

    def _row(self, uow: UnitOfWork, token: str, *, lock: bool, tried: bool = False) -> PersonLink:
        link_id = read_token(self._keys, _PURPOSE, token, self._clock.now())
        row = uow.session.get(PersonLink, link_id, with_for_update=lock or None, populate_existing=True)
        if row is None:
            raise ExpiredLinkError
        if row.done_at is not None or (row.tries >= MOST_TRIES and not tried):
            raise UsedError
        return row


def _opened(row: PersonLink) -> Opened:
    return Opened(row.channel, row.citizen, row.language)
