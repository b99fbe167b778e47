"""What cases forget, and when (config/desk.toml). Batch by batch, each safe to run twice."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text, update

from domain.desk import DeskRules, PhotoState
from domain.ports.notices import Notices
from infra.database import UnitOfWork
from models.thread import ThreadMessage, ThreadPhoto, ThreadRow
from services.desk.photos import lost

AT_ONCE = 100
PHOTO_TRIED = timedelta(days=1)  # a photo that has not come by then will not come

# The inbox keeps what LINE says was unsent (收回), the message and the unsend in whichever order they came.
_TAKEN_BACK = text("""
SELECT m.id FROM thread_message m JOIN thread t ON t.id = m.thread_id
JOIN inbound_event e ON e.takes_back = m.line_message_id AND e.channel = t.channel AND e.lane = t.citizen
LIMIT :most
""")


class Forgetting:
    """wiring gives config/desk.toml and the NoticePost."""

    def __init__(self, rules: DeskRules, notices: Notices) -> None:
        self._rules = rules
        self._notices = notices

    @property
    def sweeps(self) -> Sequence[Callable[[UnitOfWork], int]]:
        """Each forgets a batch of one kind and says how many; 0: nothing is left to forget."""
        return (self.taken_back, self.never_came, self.old_photos, self.old_words)

    def taken_back(self, uow: UnitOfWork) -> int:
        """What a citizen has unsent in LINE is gone here as well."""
        ids = uow.session.scalars(_TAKEN_BACK, {"most": AT_ONCE}).all()
        self._forget_photos(uow, ids)
        gone = update(ThreadMessage).where(ThreadMessage.id.in_(ids))
        uow.connection.execute(gone.values(words=None, photo=None, line_message_id=None))
        return len(ids)

    def never_came(self, uow: UnitOfWork) -> int:
        """Photos that LINE did not give out in a day."""
        waiting = select(ThreadMessage).where(
            ThreadMessage.photo == PhotoState.WAITING.value, ThreadMessage.at < func.now() - PHOTO_TRIED
        )
        rows = uow.session.scalars(waiting.limit(AT_ONCE).with_for_update(skip_locked=True)).all()
        for row in rows:
            row.photo = PhotoState.GONE.value
            lost(uow, self._notices, row)
        return len(rows)

    def old_photos(self, uow: UnitOfWork) -> int:
        """Photos of cases closed some time ago."""
        kept = select(ThreadPhoto.id).join(ThreadMessage, ThreadMessage.id == ThreadPhoto.id)
        ids = uow.session.scalars(self._of_closed(kept, self._rules.photos_kept)).all()
        self._forget_photos(uow, ids)
        gone = update(ThreadMessage).where(ThreadMessage.id.in_(ids))
        uow.connection.execute(gone.values(photo=PhotoState.GONE.value, line_message_id=None))
        return len(ids)

    def old_words(self, uow: UnitOfWork) -> int:
        """Cases closed long ago lose their messages and no longer say whose they were."""
        over = ThreadRow.closed_at < func.now() - self._rules.words_kept
        old = select(ThreadRow.id).where(over, ThreadRow.citizen.is_not(None)).limit(AT_ONCE)
        ids = uow.session.scalars(old).all()
        messages = select(ThreadMessage.id).where(ThreadMessage.thread_id.in_(ids))
        uow.connection.execute(delete(ThreadPhoto).where(ThreadPhoto.id.in_(messages)))
        uow.connection.execute(delete(ThreadMessage).where(ThreadMessage.thread_id.in_(ids)))
        uow.connection.execute(update(ThreadRow).where(ThreadRow.id.in_(ids)).values(channel=None, citizen=None))
        return len(ids)

    def _of_closed(self, query: Any, kept: timedelta) -> Any:
        of_thread = query.join(ThreadRow, ThreadRow.id == ThreadMessage.thread_id)
        return of_thread.where(ThreadRow.closed_at < func.now() - kept).limit(AT_ONCE)

    def _forget_photos(self, uow: UnitOfWork, ids: Sequence[UUID]) -> None:
        uow.connection.execute(delete(ThreadPhoto).where(ThreadPhoto.id.in_(ids)))
