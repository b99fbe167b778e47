"""Files of one's payments (繳費紀錄、年度停車費明細): a signed link, ten minutes, PDF and CSV once each.

The page behind the link shows nothing personal, and looking at it takes nothing.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, func

from domain.clock import Clock
from domain.paidrecords import Chosen, PaidOrder
from infra.database import UnitOfWork
from infra.links import ExpiredLinkError, make_token, read_token
from models.record import RecordLink
from services import records

LIFE = timedelta(minutes=10)
KEEP = timedelta(days=1)  # the row that tells that a file was taken
MOST_PAYMENTS = 2_000  # in one file; whoever has more asks month by month
_PURPOSE = "records"
_OUTSIDE = "openExternalBrowser=1"  # LINE's own browser cannot save files


class Form(StrEnum):
    """The two files."""

    PDF = "pdf"
    CSV = "csv"


class TakenError(Exception):
    """This file has been downloaded already."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a link still gives, and to whom."""

    forms: Sequence[Form]
    channel: str
    citizen: str


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds: the payments of a choice, the newest first."""

    chosen: Chosen
    payments: Sequence[PaidOrder]
    made_at: datetime

    @property
    def cut(self) -> bool:
        """Whether there are more than one file holds."""
        return len(self.payments) == MOST_PAYMENTS


class RecordFiles:
    """wiring gives the public address, SESSION_KEY's keys (newest first) and the clock."""

    def __init__(self, public_url: str, keys: Sequence[str], clock: Clock) -> None:
        self._public_url = public_url
        self._keys = keys
        self._clock = clock

    def make(self, uow: UnitOfWork, channel: str, citizen: str, chosen: Chosen) -> str:
        """The address of a new link to the files of these payments."""
        link_id, ends_at = uuid.uuid4(), self._clock.now() + LIFE
        row = RecordLink(id=link_id, channel=channel, citizen=citizen, expires_at=ends_at)
        row.month, row.year = chosen.month, chosen.year
        row.fee_item, row.plate, row.number = chosen.fee_item, chosen.plate, chosen.number
        uow.session.add(row)
        return f"{self._public_url}/records/{make_token(self._keys, _PURPOSE, link_id, ends_at)}?{_OUTSIDE}"

    def look(self, uow: UnitOfWork, token: str) -> Offer:
        """What can still be taken. Raises ForgedLinkError or ExpiredLinkError."""
        row = self._row(uow, token, lock=False)
        forms = [form for form, taken in ((Form.PDF, row.pdf_at), (Form.CSV, row.csv_at)) if taken is None]
        return Offer(forms, row.channel, row.citizen)

    def take(self, uow: UnitOfWork, token: str, form: Form) -> Content:
        """What one file holds, once. Raises ForgedLinkError, ExpiredLinkError or TakenError."""
        row, now = self._row(uow, token, lock=True), self._clock.now()
        if (row.pdf_at if form is Form.PDF else row.csv_at) is not None:
            raise TakenError
        if form is Form.PDF:
            row.pdf_at = now
        else:
            row.csv_at = now
        chosen = Chosen(row.month, row.year, row.fee_item, row.plate, row.number)
        return Content(chosen, records.payments(uow, row.channel, row.citizen, chosen, most=MOST_PAYMENTS), now)

    def forget(self, uow: UnitOfWork) -> int:
        """Delete what ended a day ago; says how many. For the schedule."""
        return uow.connection.execute(delete(RecordLink).where(RecordLink.expires_at < func.now() - KEEP)).rowcount

    def _row(self, uow: UnitOfWork, token: str, *, lock: bool) -> RecordLink:
        link_id = read_token(self._keys, _PURPOSE, token, self._clock.now())
        row = uow.session.get(RecordLink, link_id, with_for_update=lock or None, populate_existing=True)
        if row is None:
            raise ExpiredLinkError  # one who left since: nothing is held any longer
        return row
