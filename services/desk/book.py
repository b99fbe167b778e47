"""Rows of cases: written into, locked, read. Words and photos are ciphertext; only here are they read."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from domain.desk import PhotoState, Sender, ThreadState
from infra.crypto import FieldCipher
from infra.database import UnitOfWork
from models.thread import ThreadMessage, ThreadPhoto, ThreadRow


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """One message. `words` None: it is a photo, or was taken back. `written_by`: the actor of a staff answer."""

    id: uuid.UUID
    at: datetime
    sender: Sender
    words: str | None
    photo: PhotoState | None
    written_by: str | None


class ThreadBook:
    """wiring gives the cipher of DATA_KEYS."""

    def __init__(self, cipher: FieldCipher) -> None:
        self._cipher = cipher

    def add(
        self,
        uow: UnitOfWork,
        thread: ThreadRow,
        sender: Sender,
        *,
        message_id: uuid.UUID,
        words: str | None = None,
        photo: PhotoState | None = None,
        line_message_id: str | None = None,
        written_by: str | None = None,
    ) -> None:
        """Write one message into a case that is locked, and say so in the case."""
        row = ThreadMessage(
            id=message_id,
            thread_id=thread.id,
            sender=sender.value,
            written_by=written_by,
            words=self._cipher.encrypt(words, _words(message_id)) if words is not None else None,
            photo=photo.value if photo else None,
            line_message_id=line_message_id,
        )
        uow.session.add(row)
        thread.last_at, thread.last_by = func.now(), sender.value
        thread.waiting_since = None if sender is Sender.STAFF else thread.waiting_since or func.now()
        uow.session.flush()

    def messages(self, uow: UnitOfWork, thread_id: uuid.UUID) -> Sequence[Message]:
        """What was written in a case, in order."""
        query = select(ThreadMessage).where(ThreadMessage.thread_id == thread_id).order_by(ThreadMessage.seq)
        return [self._message(row) for row in uow.session.scalars(query.execution_options(populate_existing=True))]

    def of_citizen(self, uow: UnitOfWork, channel: str, citizen: str) -> Sequence[Message]:
        """All that was written in all cases of a citizen, in order."""
        mine = select(ThreadMessage).join(ThreadRow, ThreadRow.id == ThreadMessage.thread_id)
        query = mine.where(ThreadRow.channel == channel, ThreadRow.citizen == citizen)
        return [self._message(row) for row in uow.session.scalars(query.order_by(ThreadMessage.seq))]

    def keep_photo(self, uow: UnitOfWork, message_id: uuid.UUID, picture: bytes) -> None:
        """Keep the picture of a message."""
        uow.session.add(ThreadPhoto(id=message_id, picture=self._cipher.seal(picture, _picture(message_id))))

    def photo(self, uow: UnitOfWork, thread_id: uuid.UUID, message_id: uuid.UUID) -> bytes | None:
        """The picture of a message of this case, a JPEG; None where there is none."""
        of_thread = select(ThreadPhoto.picture).join(ThreadMessage, ThreadMessage.id == ThreadPhoto.id)
        token = uow.session.scalar(of_thread.where(ThreadPhoto.id == message_id, ThreadMessage.thread_id == thread_id))
        return self._cipher.open(token, _picture(message_id)) if token is not None else None

    def photos_of(self, uow: UnitOfWork, channel: str, citizen: str) -> Mapping[uuid.UUID, bytes]:
        """The pictures that are kept of all cases of a citizen, JPEGs by the id of their message."""
        mine = select(ThreadPhoto).join(ThreadMessage, ThreadMessage.id == ThreadPhoto.id)
        mine = mine.join(ThreadRow, ThreadRow.id == ThreadMessage.thread_id)
        rows = uow.session.scalars(mine.where(ThreadRow.channel == channel, ThreadRow.citizen == citizen))
        return {row.id: self._cipher.open(row.picture, _picture(row.id)) for row in rows}

    def _message(self, row: ThreadMessage) -> Message:
        words = self._cipher.decrypt(row.words, _words(row.id)) if row.words is not None else None
        photo = PhotoState(row.photo) if row.photo else None
        return Message(row.id, row.at, Sender(row.sender), words, photo, row.written_by)


def lock(uow: UnitOfWork, thread_id: uuid.UUID) -> ThreadRow | None:
    """A case, locked until the transaction ends; None when there is none."""
    return uow.session.get(ThreadRow, thread_id, with_for_update=True, populate_existing=True)


def open_of(uow: UnitOfWork, channel: str, citizen: str) -> ThreadRow | None:
    """The citizen's open case, locked; None when there is none."""
    mine = select(ThreadRow).where(ThreadRow.channel == channel, ThreadRow.citizen == citizen)
    query = mine.where(ThreadRow.state == ThreadState.OPEN.value).with_for_update()
    return uow.session.scalar(query.execution_options(populate_existing=True))


def _words(message_id: uuid.UUID) -> str:
    return f"thread_message.words:{message_id}"


def _picture(message_id: uuid.UUID) -> str:
    return f"thread_photo.picture:{message_id}"
