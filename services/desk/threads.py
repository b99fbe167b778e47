"""聯絡我們, the citizen's side: a case is written into, ended, judged and opened again; one at a time each."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from domain.clock import Clock
from domain.desk import ClosedBy, DeskRules, PhotoState, Sender, ThreadState, case_number
from domain.errors import CitizenMistakeError, UsedUpError
from domain.ports.notices import Notices
from infra.database import UnitOfWork
from models.thread import ThreadMessage, ThreadRow
from services import audit
from services.desk.book import ThreadBook, lock, open_of
from services.desk.closing import close, open_again
from services.orderbook import database_now
from services.passes.office_days import OfficeDays

FETCH_PHOTO = "desk.fetch_photo"  # the task that gets one photo from LINE
A_DAY = timedelta(days=1)
LONGEST_ID = 64  # LINE's have some 18 digits; a photo with another cannot be got
AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Said:
    """What a citizen wrote, or that it is a photo. `message_id`: LINE's, by which a photo is got, or all unsent."""

    words: str = ""
    photo: bool = False
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A case as its citizen knows it."""

    id: uuid.UUID
    number: str  # C000123


class Threads:
    """wiring gives config/desk.toml, the book, the NoticePost, the office calendar, queue.defer and the clock."""

    def __init__(
        self,
        rules: DeskRules,
        book: ThreadBook,
        notices: Notices,
        office_days: OfficeDays,
        defer: Callable[..., None],
        clock: Clock,
    ) -> None:
        self.rules = rules
        self._book = book
        self._notices = notices
        self._office_days = office_days
        self._defer = defer
        self._clock = clock

    def answered_on(self, uow: UnitOfWork) -> date | None:
        """The day on which staff answer next; None while they are there."""
        return self.rules.hours.next_day(self._clock.now(), self._office_days.calendar(uow))

    def open_case(self, uow: UnitOfWork, channel: str, citizen: str) -> Case | None:
        """The citizen's open case."""
        row = open_of(uow, channel, citizen)
        return _case(row) if row is not None else None

    def write(self, uow: UnitOfWork, channel: str, citizen: str, said: Said) -> Case:
        """Take a message into the citizen's open case, or open one with it. Raises UsedUpError."""
        row = open_of(uow, channel, citizen)
        if row is None:
            row = ThreadRow(id=uuid.uuid4(), channel=channel, citizen=citizen)
            uow.session.add(row)
            uow.session.flush()
            uow.session.refresh(row)
            audit.write(uow, "thread.opened", actor=audit.CITIZEN, subject_type="thread", subject_id=row.id)
        self._take(uow, row, said)
        return _case(row)

    def end(self, uow: UnitOfWork, channel: str, citizen: str) -> Case | None:
        """The citizen closes their case; None where none is open."""
        row = open_of(uow, channel, citizen)
        if row is None:
            return None
        close(uow, row, ClosedBy.CITIZEN, actor=audit.CITIZEN)
        return _case(row)

    def judge(self, uow: UnitOfWork, channel: str, citizen: str, thread_id: uuid.UUID, *, satisfied: bool) -> Case:
        """滿意 or 不滿意 with a closed case; the last word counts. Raises CitizenMistakeError."""
        row = self._own(uow, channel, citizen, thread_id)
        if row.state != ThreadState.CLOSED:
            raise CitizenMistakeError("這個案件還在處理，結束後再請您評分。")
        row.satisfied = satisfied
        audit.write(uow, "thread.judged", actor=audit.CITIZEN, subject_type="thread", subject_id=row.id)
        return _case(row)

    def open_again(self, uow: UnitOfWork, channel: str, citizen: str, thread_id: uuid.UUID) -> Case:
        """還有問題: the case goes on where it ended; one that is open stays so. Raises CitizenMistakeError."""
        row = self._own(uow, channel, citizen, thread_id)
        if row.state == ThreadState.OPEN:
            return _case(row)
        if open_of(uow, channel, citizen) is not None:
            raise CitizenMistakeError("您有另一個案件正在處理，請直接寫在這裡。")
        if row.closed_at is None or row.closed_at + self.rules.reopen < database_now(uow):
            raise CitizenMistakeError("這個案件結束太久了，請按「聯絡我們」開始新的案件。")
        open_again(uow, row, actor=audit.CITIZEN)
        return _case(row)

    def close_silent(self, uow: UnitOfWork) -> int:
        """Close a batch of cases whose citizens have not written for long after an answer; says how many."""
        quiet = select(ThreadRow).where(
            ThreadRow.state == ThreadState.OPEN.value,
            ThreadRow.last_by == Sender.STAFF.value,
            ThreadRow.last_at < func.now() - self.rules.silent,
        )
        rows = uow.session.scalars(quiet.limit(AT_ONCE).with_for_update(skip_locked=True)).all()
        for row in rows:
            close(uow, row, ClosedBy.SILENCE, actor=audit.SYSTEM, notices=self._notices)
        return len(rows)

    def _own(self, uow: UnitOfWork, channel: str, citizen: str, thread_id: uuid.UUID) -> ThreadRow:
        """A button can be made up: the case of somebody else does not exist."""
        row = lock(uow, thread_id)
        if row is None or (row.channel, row.citizen) != (channel, citizen):
            raise CitizenMistakeError("找不到這個案件，沒有任何資料被更動。請按「聯絡我們」開始新的案件。")
        return row

    def _take(self, uow: UnitOfWork, row: ThreadRow, said: Said) -> None:
        self._check_limits(uow, row, said)
        message_id = uuid.uuid4()
        photo = PhotoState.WAITING if said.photo else None
        self._book.add(
            uow,
            row,
            Sender.CITIZEN,
            message_id=message_id,
            words=None if photo else said.words,
            photo=photo,
            line_message_id=said.message_id if len(said.message_id or "") <= LONGEST_ID else None,
        )
        row.unread += 1
        if photo:
            self._defer(uow, FETCH_PHOTO, message_id=str(message_id))

    def _check_limits(self, uow: UnitOfWork, row: ThreadRow, said: Said) -> None:
        """Raises UsedUpError."""
        written = select(func.count(), func.count(ThreadMessage.photo)).join(
            ThreadRow, ThreadRow.id == ThreadMessage.thread_id
        )
        of_citizen = (ThreadRow.channel == row.channel, ThreadRow.citizen == row.citizen)
        lately = (ThreadMessage.sender == Sender.CITIZEN.value, ThreadMessage.at > func.now() - A_DAY)
        messages, photos = uow.session.execute(written.where(*of_citizen, *lately)).one()
        if messages >= self.rules.messages_a_day:
            raise UsedUpError("今天傳的訊息太多了，這一則沒有送出；先前的都已送到。請明天再寫，或撥打電話。")
        if said.photo and photos >= self.rules.photos_a_day:
            raise UsedUpError("今天傳的照片太多了，這一張沒有送出；先前的都已送到。請用文字說明，或撥打電話。")


def _case(row: ThreadRow) -> Case:
    return Case(row.id, case_number(row.no))
