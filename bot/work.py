"""An event in hand of the inbox pump, and its end: what it did is committed with `done_at`, or nothing of it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from bot.dialog import Dialog, DialogStore
from bot.engine import Engine
from bot.event import Event, read
from bot.inbox_statements import DONE
from bot.outbox_rows import answer_rows
from bot.pump import Lane
from bot.reading import decode
from bot.results import Handled, Result, write_kept
from bot.run import Incoming
from infra.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class Taken:
    """One event in hand."""

    lane: Lane
    event_id: str
    payload: bytes | None
    attempts: int  # this one included; in the row a later one counts when it begins, not while it queues
    questions: int  # later attempts that were killed while they waited for an outside answer
    received_at: datetime
    dialog: Dialog


@dataclass(frozen=True)
class Work:
    """What is to be done about it: run it, or go on where something outside has been answered."""

    taken: Taken
    resume: Callable[[UnitOfWork], Result] | None = None

    @cached_property
    def event(self) -> Event:
        """What LINE delivered; an event that was unsent meanwhile is an empty one."""
        return read(decode(self.taken.payload or b"{}") or {})

    def begin(self, engine: Engine, uow: UnitOfWork) -> Result:
        """As far as it goes without what must be found for it. Anything it raises is the event's failure."""
        if self.resume is not None:
            return self.resume(uow)
        return engine.begin(uow, Incoming(self.taken.lane[0], self.taken.event_id, self.event), self.taken.dialog)


class AlreadyDoneError(Exception):
    """Another worker has done this event: nothing of this run may stay."""


class Ending:
    """Ends events, one or several in a transaction."""

    def __init__(self, dialogs: DialogStore, answered: Callable[[], None]) -> None:
        self._dialogs = dialogs
        self._answered = answered

    def commit(self, uow: UnitOfWork, ended: Sequence[tuple[Work, Handled]], failure: str | None = None) -> None:
        """Commit what these events did, all of it or nothing. `failure`: they are set aside for it.

        Raises AlreadyDoneError when one of them was done elsewhere; then nothing may stay.
        """
        write_kept(uow, [end for _work, end in ended])
        rows = [
            (work.taken.event_id, row)
            for work, end in ended
            for row in answer_rows(end.messages, work.event.reply_token, work.taken.received_at)
        ]
        changed = [(work.taken.lane, end.dialog) for work, end in ended if end.dialog is not None]
        sealed = {lane: self._dialogs.seal(lane, dialog) for lane, dialog in changed}
        values = (
            failure,
            failure is not None,
            failure is not None,  # kept for staff, who may have it run again
            [work.taken.event_id for work, _end in ended],
            [end.dialog and end.dialog.version for _work, end in ended],
            [sealed.get(work.taken.lane) for work, _end in ended],
            [event_id for event_id, _row in rows],
            [row.id for _event_id, row in rows],
            [row.reply_token for _event_id, row in rows],
            [row.reply_until for _event_id, row in rows],
            [row.body for _event_id, row in rows],
            [row.plain for _event_id, row in rows],
        )
        done = uow.driver.execute(DONE, values).fetchone()
        if not done or done[0] != len(ended):
            raise AlreadyDoneError
        uow.commit()
        self._dialogs.save_sealed(sealed)
        if rows:
            self._answered()
