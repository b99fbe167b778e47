"""What staff and jobs do to a draw, each in a transaction of its own; a refused attempt leaves its own audit row."""

import uuid
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from domain.draw.announcement import Announcement
from domain.draw.coding import is_rehearsal
from domain.draw.witness import Transcript
from domain.errors import CitizenMistakeError
from domain.ports.randomness import Randomness
from domain.rounds import RoundRuleError
from infra.database import UnitOfWork, UnitOfWorkFactory
from models.audit import AuditRow
from services import audit
from services.draws import files
from services.draws.announcing import Announcing
from services.draws.drawing import Drawing, Drawn, verify
from services.draws.freezing import Freezing, NotYetError
from services.draws.promoting import Offer, Promoting
from services.draws.recipients import MAIL
from services.draws.telling import TELL, What

T = TypeVar("T")
Defer = Callable[..., None]
ClosePayments = Callable[[Collection[uuid.UUID]], None]  # of these entries: services/passes/closing.py
LONGEST_REASON = 200  # characters that an audit row keeps


class Desk:
    """wiring gives units of work, the phases, the randomness and who asks providers.

    `actor`: staff id, or audit.SYSTEM for jobs.
    """

    def __init__(
        self,
        units: UnitOfWorkFactory,
        freezing: Freezing,
        announcing: Announcing,
        drawing: Drawing,
        promoting: Promoting,
        randomness: Randomness,
        close_payments: ClosePayments,
        defer: Defer,
    ) -> None:
        self._units = units
        self._freezing = freezing
        self._announcing = announcing
        self._drawing = drawing
        self._promoting = promoting
        self._randomness = randomness
        self._close_payments = close_payments
        self._defer = defer

    def do(self, action: str, draw_id: str, actor: str, work: Callable[[UnitOfWork], T]) -> T:
        """Run `work` in one transaction. Raises RoundRuleError or CitizenMistakeError, whose attempt is in the audit
        when it was a person's or was refused for good.
        """
        try:
            with self._units() as uow:
                return work(uow)
        except NotYetError as error:
            if actor != audit.SYSTEM:
                self._refused(action, draw_id, actor, str(error))
            raise
        except RoundRuleError as error:
            self._refused(action, draw_id, actor, str(error))
            raise
        except CitizenMistakeError as mistake:  # of an entry that staff write down, e.g. after closing
            self._refused(action, draw_id, actor, mistake.text)
            raise
        except IntegrityError as error:
            why = str(getattr(getattr(error.orig, "diag", None), "message_primary", "")) or type(error).__name__
            self._refused(action, draw_id, actor, why)
            raise RoundRuleError(f"資料庫不允許這項更改（{why}）") from None

    def read(self, look: Callable[[UnitOfWork], T]) -> T:
        """Look something up in a transaction of its own; nothing is noted."""
        with self._units() as uow:
            return look(uow)

    def freeze(self, draw_id: str, *, actor: str) -> int:
        """Fix the list; how many entries are on it. Raises RoundRuleError."""
        return self.do("freeze", draw_id, actor, lambda uow: len(self._freezing.freeze(uow, draw_id, actor=actor).rows))

    def announce(self, draw_id: str, *, actor: str) -> Announcement:
        """Publish list and announcement. Raises RoundRuleError."""
        return self.do("announce", draw_id, actor, lambda uow: self._announce(uow, draw_id, actor))

    def close_day(self, draw_id: str, day: date, *, actor: str) -> str:
        """The nightly root of an open round. Raises RoundRuleError when the log is not what it was."""
        return self.do("close_day", draw_id, actor, lambda uow: self._freezing.close_day(uow, draw_id, day))

    def announce_or_postpone(self, draw_id: str, *, actor: str) -> Announcement:
        """Announce a frozen round; where ten minutes are no longer left, for the next working day (§2.4)."""

        def work(uow: UnitOfWork) -> Announcement:
            if self._announcing.is_late(uow, draw_id):
                self._announcing.postpone(uow, draw_id, actor=actor)
            return self._announce(uow, draw_id, actor)

        return self.do("announce", draw_id, actor, work)

    def postpone(self, draw_id: str, *, actor: str) -> datetime:
        """The announcement was missed: the new time of the draw. Raises RoundRuleError."""
        return self.do("postpone", draw_id, actor, lambda uow: self._announcing.postpone(uow, draw_id, actor=actor))

    def draw(self, draw_id: str, *, actor: str, transcript: Transcript | None = None) -> Drawn:
        """Draw: the beacon is asked with no transaction open. Raises RoundRuleError, or OutsideError while no relay
        gives the value: wait and press again, the result cannot differ.
        """
        number = self.do("draw", draw_id, actor, lambda uow: self._drawing.needs(uow, draw_id))
        value = self._randomness.fetch(number) if number is not None else None

        def work(uow: UnitOfWork) -> Drawn:
            drawn = self._drawing.draw(uow, draw_id, value, actor=actor, transcript=transcript)
            if is_rehearsal(draw_id):  # never published: its result is told at once
                self._tell(uow, draw_id, What.RESULT)
            return drawn

        return self.do("draw", draw_id, actor, work)

    def publish(self, draw_id: str, *, actor: str) -> None:
        """Publish the result; the verifier is run on the exact bytes before and after. Raises RoundRuleError."""

        def work(uow: UnitOfWork) -> None:
            self._drawing.publish(uow, draw_id, actor=actor)
            self._tell(uow, draw_id, What.RESULT)

        self.do("publish", draw_id, actor, work)
        self.do("publish", draw_id, actor, lambda uow: _as_published(uow, draw_id))

    def promote(
        self, draw_id: str, *, actor: str, up_to: int | None = None, pay_by: datetime | None = None
    ) -> tuple[int, list[Offer]]:
        """Vacate what is overdue or won twice, then offer what is free: (how many were vacated, the offers).

        Payments under way for overdue places are settled first, with no transaction open.
        """
        self._close_payments(self.read(lambda uow: self._promoting.overdue(uow, draw_id)))
        return self.do("promote", draw_id, actor, lambda uow: self._promote(uow, draw_id, actor, up_to, pay_by))

    def preview(self, draw_id: str) -> Sequence[Offer]:
        """Whom promote() would offer a place now: it is done, and undone. Raises RoundRuleError."""
        with self._units() as uow:
            offers = self._promote(uow, draw_id, audit.SYSTEM, None, None)[1]
            uow.rollback()
        return offers

    def _promote(
        self, uow: UnitOfWork, draw_id: str, actor: str, up_to: int | None, pay_by: datetime | None
    ) -> tuple[int, list[Offer]]:
        vacated = self._promoting.expire(uow, draw_id, actor=actor)
        offers: list[Offer] = []
        while True:
            vacated += self._promoting.keep_most_wanted(uow, draw_id, actor=actor)
            made = self._promoting.promote(uow, draw_id, actor=actor, up_to=up_to, pay_by=pay_by)
            if not made:
                if offers:
                    self._tell(uow, draw_id, What.OFFER)
                return vacated, offers
            offers += made

    def _announce(self, uow: UnitOfWork, draw_id: str, actor: str) -> Announcement:
        made = self._announcing.announce(uow, draw_id, actor=actor)
        self._tell(uow, draw_id, What.ANNOUNCED)
        if not is_rehearsal(draw_id):
            self._defer(uow, MAIL, draw_id=draw_id)
        return made

    def _tell(self, uow: UnitOfWork, draw_id: str, what: What) -> None:
        """A job tells the applicants, once this is committed."""
        self._defer(uow, TELL, draw_id=draw_id, what=what.value)

    def _refused(self, action: str, draw_id: str, actor: str, why: str) -> None:
        """An audit row of its own; a job that tries again every minute leaves one row for one reason."""
        detail = {"action": action, "why": why[:LONGEST_REASON]}
        with self._units() as uow:
            same = select(AuditRow.id).where(
                AuditRow.action == "draw.refused",
                AuditRow.subject_type == "round",
                AuditRow.subject_id == draw_id[:64],
                AuditRow.actor == audit.SYSTEM,
                AuditRow.detail == detail,
            )
            if actor == audit.SYSTEM and uow.connection.execute(same).first():
                return
            audit.write(uow, "draw.refused", actor=actor, subject_type="round", subject_id=draw_id[:64], detail=detail)


def _as_published(uow: UnitOfWork, draw_id: str) -> None:
    for name in (files.LIST, files.ANNOUNCE, files.RESULT):
        if files.published(uow, draw_id, name) != files.content(uow, draw_id, name):
            raise RoundRuleError(f"{name} 與抽籤時的內容不同")
    verify(uow, draw_id)
