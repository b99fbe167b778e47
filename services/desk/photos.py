"""Photos that citizens send into a case: got from LINE by a job, drawn anew, kept encrypted."""

import uuid

from domain.desk import PhotoState, case_number
from domain.errors import OutsideError, Retry
from domain.ports.notices import Notices
from domain.ports.photos import PhotoSource
from infra.database import UnitOfWork, UnitOfWorkFactory
from infra.pictures import PictureError, redrawn
from models.thread import ThreadMessage, ThreadRow
from services.desk.book import ThreadBook

LOST = "thread_photo_lost"  # the notice that asks for the photo once more


class ThreadPhotos:
    """wiring gives the book, LINE's content and the NoticePost."""

    def __init__(self, book: ThreadBook, source: PhotoSource, notices: Notices) -> None:
        self._book = book
        self._source = source
        self._notices = notices

    def fetch(self, units: UnitOfWorkFactory, message_id: uuid.UUID) -> None:
        """Get the photo of one message; safe to run again, nothing held while LINE is asked.

        Raises OutsideError where LINE may still give it out.
        """
        with units() as uow:
            row = uow.session.get(ThreadMessage, message_id)
            wanted = row.line_message_id if row is not None and row.photo == PhotoState.WAITING else None
        if wanted is None:
            return
        picture = None
        try:
            picture, state = redrawn(self._source.fetch(wanted)), PhotoState.KEPT
        except PictureError:
            state = PhotoState.UNREADABLE
        except OutsideError as error:
            if error.retry is not Retry.NEVER:
                raise
            state = PhotoState.GONE
        with units() as uow:
            self._settle(uow, message_id, state, picture)

    def _settle(self, uow: UnitOfWork, message_id: uuid.UUID, state: PhotoState, picture: bytes | None) -> None:
        """Unless it was taken back, or kept by another run, meanwhile."""
        row = uow.session.get(ThreadMessage, message_id, with_for_update=True)
        if row is None or row.photo != PhotoState.WAITING:
            return
        row.photo = state.value
        if picture is not None:
            self._book.keep_photo(uow, message_id, picture)
        else:
            lost(uow, self._notices, row)


def lost(uow: UnitOfWork, notices: Notices, message: ThreadMessage) -> None:
    """Tell the citizen that staff will not see a photo."""
    thread = uow.session.get(ThreadRow, message.thread_id)
    if thread is not None and thread.channel and thread.citizen:
        notices.post(
            uow,
            LOST,
            channel=thread.channel,
            citizen=thread.citizen,
            dedupe_key=f"thread-photo:{message.id}",
            data={"number": case_number(thread.no)},
        )
