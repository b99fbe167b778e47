"""Kill switches: stop a provider, the store barcodes, a city, all taking of money, or all pushes, each with a text.

Only what is new is stopped: payments begun before are still settled, and refunds go on. A city that is stopped is not
asked, and none of its bills is paid here. Pushes that are stopped wait; answers to what citizens send go on.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select

from domain.errors import CitizenMistakeError
from domain.halts import Stopped
from infra.database import UnitOfWork, UnitOfWorkFactory
from models.halt import Halt
from services import audit

MONEY = "money"  # all taking of money
PUSHES = "pushes"  # all messages that the system starts
SEEN_FOR = 5.0  # seconds: a page may show a way so long after it was stopped; pressing it is refused at once
LONGEST_TEXT = 200


Standing = Mapping[str, Stopped]


def stop(uow: UnitOfWork, what: str, *, zh: str, en: str, staff: str) -> None:
    """Stop it, or change the text of one that is stopped. Raises ValueError for a text that is empty or too long."""
    if not all(0 < len(text.strip()) <= LONGEST_TEXT for text in (zh, en)) or not staff.strip():
        raise ValueError(f"both texts are needed, of at most {LONGEST_TEXT} characters, and a staff id")
    uow.session.merge(Halt(what=what, text_zh=zh.strip(), text_en=en.strip(), stopped_by=staff))
    audit.write(uow, "halt.stopped", actor=staff, subject_type="halt", subject_id=what)


def resume(uow: UnitOfWork, what: str, *, staff: str) -> bool:
    """Let it go on; False when it was not stopped."""
    gone = uow.session.execute(delete(Halt).where(Halt.what == what).returning(Halt.what)).all()
    if gone:
        audit.write(uow, "halt.resumed", actor=staff, subject_type="halt", subject_id=what)
    return bool(gone)


def standing(uow: UnitOfWork) -> Standing:
    """All that is stopped now, by key."""
    return {row.what: Stopped(row.text_zh, row.text_en) for row in uow.session.scalars(select(Halt))}


def marks(uow: UnitOfWork) -> Mapping[str, tuple[str, datetime]]:
    """Who stopped each thing that is stopped now, or last changed its text, and since when it is stopped."""
    return {row.what: (row.stopped_by, row.stopped_at) for row in uow.session.scalars(select(Halt))}


def stopped(halts: Standing, key: str) -> Stopped | None:
    """Why this way to pay is stopped: by itself, or with all others; None when it is not."""
    return halts.get(key) or halts.get(MONEY)


def require_running(halts: Standing, key: str, agencies: Iterable[str]) -> None:
    """Raises CitizenMistakeError when this way to pay, or one of these agencies, is stopped."""
    if stopped(halts, key):
        raise CitizenMistakeError("這個繳費方式目前暫停，尚未扣款。請改用其他方式，或稍後再試。")
    if any(agency in halts for agency in agencies):
        raise CitizenMistakeError("其中有機關目前暫停在這裡收費，尚未扣款。請取消勾選該機關的帳單，或稍後再試。")


@dataclass
class Seen:
    """What is stopped, for pages and lookups: asked of the database every few seconds only."""

    unit: UnitOfWorkFactory
    _halts: Standing = field(default_factory=dict)
    _until: float = 0.0

    def now(self) -> Standing:
        """At most SEEN_FOR old."""
        if time.monotonic() >= self._until:
            with self.unit() as uow:
                self._halts = standing(uow)
            self._until = time.monotonic() + SEEN_FOR
        return self._halts

    async def soon(self) -> Standing:
        """The same in an event loop: the database is asked in a thread."""
        return self._halts if time.monotonic() < self._until else await asyncio.to_thread(self.now)
