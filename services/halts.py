"""Kill switches: stop one provider, the store barcodes, or all taking of money, each with a text for citizens.

Only what is new is stopped: payments begun before are still settled, and refunds go on.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import delete, select

from domain.reader import Language
from infra.database import UnitOfWork, UnitOfWorkFactory
from models.halt import Halt
from services import audit

MONEY = "money"  # all taking of money
SEEN_FOR = 5.0  # seconds: a page may show a way so long after it was stopped; pressing it is refused at once
LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Stopped:
    """What citizens are told."""

    zh: str
    en: str

    def text(self, language: Language) -> str:
        """In the reader's language."""
        return self.en if language is Language.EN else self.zh


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


def stopped(halts: Standing, key: str) -> Stopped | None:
    """Why this way to pay is stopped: by itself, or with all others; None when it is not."""
    return halts.get(key) or halts.get(MONEY)


@dataclass
class Seen:
    """What is stopped, for pages: asked of the database every few seconds only."""

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
