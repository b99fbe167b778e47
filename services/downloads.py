"""Links to a copy of one's own data: signed, ten minutes, each file once. The page shows nothing personal."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, func

from domain.clock import Clock
from infra.database import UnitOfWork
from infra.links import ExpiredLinkError, ForgedLinkError, make_token, read_token
from models.mydata import Download
from services.my_data import Copy, MyData

LIFE = timedelta(minutes=10)
KEEP = timedelta(days=1)  # the row that tells that a file was taken
_PURPOSE = "mydata"
_OUTSIDE = "openExternalBrowser=1"  # LINE's own browser cannot save files


class Form(StrEnum):
    """The two files."""

    JSON = "json"
    PDF = "pdf"


class TakenError(Exception):
    """This file has been downloaded already."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a link still gives."""

    forms: Sequence[Form]
    channel: str
    citizen: str


class Downloads:
    """wiring gives my_data, the public address, SESSION_KEY's keys (newest first) and the clock."""

    def __init__(self, my_data: MyData, public_url: str, keys: Sequence[str], clock: Clock) -> None:
        self._my_data = my_data
        self._public_url = public_url
        self._keys = keys
        self._clock = clock

    def make(self, uow: UnitOfWork, channel: str, citizen: str) -> str:
        """The address of a new link."""
        download_id, ends_at = uuid.uuid4(), self._ends_at()
        uow.session.add(Download(id=download_id, channel=channel, citizen=citizen, expires_at=ends_at))
        token = make_token(self._keys, _PURPOSE, download_id, ends_at)
        return f"{self._public_url}/mydata/{token}?{_OUTSIDE}"

    def look(self, uow: UnitOfWork, token: str) -> Offer:
        """What can still be taken. Raises ForgedLinkError or ExpiredLinkError."""
        row = self._row(uow, token, lock=False)
        forms = [form for form, taken in ((Form.PDF, row.pdf_at), (Form.JSON, row.json_at)) if taken is None]
        return Offer(forms, row.channel, row.citizen)

    def take(self, uow: UnitOfWork, token: str, form: Form) -> Copy:
        """A copy for one file, once. Raises ForgedLinkError, ExpiredLinkError or TakenError."""
        row = self._row(uow, token, lock=True)
        if (row.pdf_at if form is Form.PDF else row.json_at) is not None:
            raise TakenError
        if form is Form.PDF:
            row.pdf_at = self._clock.now()
        else:
            row.json_at = self._clock.now()
        return self._my_data.copy(uow, row.channel, row.citizen)

    def forget(self, uow: UnitOfWork) -> int:
        """Delete what ended a day ago; says how many. For the schedule."""
        return uow.connection.execute(delete(Download).where(Download.expires_at < func.now() - KEEP)).rowcount

    def _row(self, uow: UnitOfWork, token: str, *, lock: bool) -> Download:
        download_id = read_token(self._keys, _PURPOSE, token, self._clock.now())
        row = uow.session.get(Download, download_id, with_for_update=lock or None, populate_existing=True)
        if row is None:
            raise ExpiredLinkError  # one who left since: nothing is held any longer
        return row

    def _ends_at(self) -> datetime:
        return self._clock.now() + LIFE


__all__ = ["Downloads", "ExpiredLinkError", "ForgedLinkError", "Form", "Offer", "TakenError"]
