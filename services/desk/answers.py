"""聯絡我們, the side of staff: what they read, answer and close."""

import uuid

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError

from domain.desk import LONGEST_ANSWER, ClosedBy, DeskRules, Sender, ThreadState, case_number
from domain.ports.notices import Notices
from domain.staff import StaffRuleError, check_reason
from infra.database import UnitOfWork
from models.thread import ThreadMessage, ThreadRow
from services import audit
from services.desk.book import ThreadBook, lock, open_of
from services.desk.closing import close, open_again, tell

ANSWERED = "thread_answer"  # the notice that brings an answer
REOPENED = "thread_reopened"  # the notice that a closed case goes on


class Answers:
    """wiring gives config/desk.toml, the book and the NoticePost."""

    def __init__(self, rules: DeskRules, book: ThreadBook, notices: Notices) -> None:
        self._rules = rules
        self._book = book
        self._notices = notices

    def answer(self, uow: UnitOfWork, thread_id: uuid.UUID, message_id: uuid.UUID, words: str, *, staff: str) -> None:
        """Answer in an open case; the same `message_id` once more does nothing. Raises StaffRuleError."""
        words = words.replace("\r\n", "\n").strip()
        if not 0 < len(words) <= LONGEST_ANSWER:
            raise StaffRuleError(f"請寫下回覆，最多 {LONGEST_ANSWER} 個字")
        row = self._locked(uow, thread_id)
        if uow.session.get(ThreadMessage, message_id) is not None:
            return
        if row.state != ThreadState.OPEN or row.channel is None or row.citizen is None:
            raise StaffRuleError("這個案件已經結束，回覆沒有送出；民眾可以重新開啟")
        self._book.add(uow, row, Sender.STAFF, message_id=message_id, words=words, written_by=staff)
        row.unread = 0
        row.first_answer_at = row.first_answer_at or func.now()
        detail = {"message": str(message_id)}
        audit.write(uow, "thread.answered", actor=staff, subject_type="thread", subject_id=row.id, detail=detail)
        self._notices.post(
            uow,
            ANSWERED,
            channel=row.channel,
            citizen=row.citizen,
            dedupe_key=answer_key(message_id),
            data={"number": case_number(row.no), "words": words},
        )

    def close(self, uow: UnitOfWork, thread_id: uuid.UUID, reason: str, *, staff: str) -> None:
        """Close an open case, and say what it was about. Raises StaffRuleError."""
        if reason not in self._rules.reasons:
            raise StaffRuleError("請選擇案件的原因")
        row = self._locked(uow, thread_id)
        if row.state != ThreadState.OPEN:
            raise StaffRuleError("這個案件已經結束")
        close(uow, row, ClosedBy.STAFF, actor=staff, reason=reason, notices=self._notices)

    def open_again(self, uow: UnitOfWork, thread_id: uuid.UUID, why: str, *, staff: str) -> None:
        """A closed case goes on; its citizen is told. Raises StaffRuleError: open, forgotten, or another is open."""
        row, detail = self._locked(uow, thread_id), {"reason": check_reason(why)}
        if row.state == ThreadState.OPEN:
            raise StaffRuleError("這個案件還在處理")
        if row.channel is None or row.citizen is None:
            raise StaffRuleError("對話內容已依保存期限刪除，不能重新開啟")
        if other := open_of(uow, row.channel, row.citizen):
            raise StaffRuleError(f"這位市民有另一個案件 {case_number(other.no)} 正在處理，請在那裡回覆")
        try:
            with uow.session.begin_nested():
                open_again(uow, row, actor=staff, detail=detail)
        except IntegrityError:  # the citizen wrote at this moment
            raise StaffRuleError("這位市民剛剛開啟了另一個案件，請在那裡回覆") from None
        tell(uow, self._notices, row, REOPENED, "thread-reopened")

    def name_reason(self, uow: UnitOfWork, thread_id: uuid.UUID, reason: str, *, staff: str) -> None:
        """What a case was about that the citizen, or silence, has closed. Raises StaffRuleError."""
        if reason not in self._rules.reasons:
            raise StaffRuleError("請選擇案件的原因")
        row = self._locked(uow, thread_id)
        row.reason = reason
        detail = {"reason": reason}
        audit.write(uow, "thread.reason", actor=staff, subject_type="thread", subject_id=row.id, detail=detail)

    def read(self, uow: UnitOfWork, thread_id: uuid.UUID, *, staff: str) -> None:
        """What the citizen wrote has been read. Raises StaffRuleError."""
        row = self._locked(uow, thread_id)
        if row.unread:
            row.unread = 0
            audit.write(uow, "thread.read", actor=staff, subject_type="thread", subject_id=row.id)

    def see_photo(self, uow: UnitOfWork, thread_id: uuid.UUID, message_id: uuid.UUID, *, staff: str) -> bytes | None:
        """The picture of a message of this case, a JPEG; the audit keeps who looked. None where there is none."""
        picture = self._book.photo(uow, thread_id, message_id)
        if picture is not None:
            detail = {"message": str(message_id)}
            audit.write(
                uow, "thread.photo_seen", actor=staff, subject_type="thread", subject_id=thread_id, detail=detail
            )
        return picture

    def _locked(self, uow: UnitOfWork, thread_id: uuid.UUID) -> ThreadRow:
        row = lock(uow, thread_id)
        if row is None:
            raise StaffRuleError("沒有這個案件")
        return row


def answer_key(message_id: uuid.UUID) -> str:
    """The dedupe key of the notice that brings this answer."""
    return f"thread-answer:{message_id}"
