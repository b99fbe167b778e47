"""重發繳費簡訊: whoever holds a place that is to be paid for is told once more, in the chat, or by SMS without LINE."""

from datetime import datetime, timedelta

from sqlalchemy import select

from domain.draw.coding import is_rehearsal
from domain.notices import Channel
from domain.rounds import RoundRuleError
from infra.database import UnitOfWork
from models.audit import AuditRow
from models.passes import PassEntry
from services import audit
from services.draws.desk import Desk
from services.draws.sms_news import DrawSms
from services.draws.telling import Telling, What
from services.orderbook import database_now
from services.passes import rights
from services.passes.board import PassBoard
from services.passes.entries import Entries
from services.passes.readers import reader_of

SENT = "entry.pay_notice_sent"  # the audit's name of it
AGAIN_AFTER = timedelta(minutes=10)  # a button pressed twice sends once


class PayNotice:
    """wiring gives the desk, entries, how they stand, and who tells: in the chat, and by SMS."""

    def __init__(self, desk: Desk, entries: Entries, board: PassBoard, telling: Telling, sms: DrawSms) -> None:
        self._desk = desk
        self._entries = entries
        self._board = board
        self._telling = telling
        self._sms = sms

    def send(self, draw_id: str, entry_no: str, *, staff: str) -> Channel:
        """Tell the applicant, by LINE where the chat reaches them. Raises RoundRuleError: nothing is to be paid, they
        were told a moment ago, or nobody can be told.
        """

        def work(uow: UnitOfWork) -> Channel:
            entry, now = self._entries.by_number(uow, draw_id, entry_no), database_now(uow)
            seat = rights.held(uow, entry.id, now)
            if seat is None or seat.pay_by is None:
                raise RoundRuleError("這件申請沒有待繳費的車位")
            if self._told_lately(uow, entry, now):
                raise RoundRuleError("剛才已經發過，請稍後再試")
            by = Channel.LINE if reader_of(uow, entry) else Channel.SMS
            if by is Channel.LINE:
                self._telling.tell_one(uow, draw_id, What.REMINDER, entry.id, again=f":{now:%Y%m%d%H%M}")
            else:
                self._by_sms(uow, draw_id, entry)
            audit.write(uow, SENT, actor=staff, subject_type="entry", subject_id=entry.id, detail={"by": by.value})
            return by

        return self._desk.do("pay_notice", draw_id, staff, work)

    def _told_lately(self, uow: UnitOfWork, entry: PassEntry, now: datetime) -> bool:
        of_entry = AuditRow.subject_type == "entry", AuditRow.subject_id == str(entry.id), AuditRow.action == SENT
        found = select(AuditRow.id).where(*of_entry, AuditRow.at > now - AGAIN_AFTER).limit(1)
        return uow.session.scalar(found) is not None

    def _by_sms(self, uow: UnitOfWork, draw_id: str, entry: PassEntry) -> None:
        if is_rehearsal(draw_id):
            raise RoundRuleError("演練不發簡訊")
        if entry.holder is None:
            raise RoundRuleError("申請人的資料已經刪除，無法通知")
        self._sms.tell(uow, entry, self._board.standing(uow, entry))
