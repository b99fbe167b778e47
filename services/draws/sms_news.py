"""What an applicant whom no chat reaches is told of a draw, by SMS: the result, an offer, a place to pay for or lost.

Two parts each, of what an SMS costs. The page it names asks for number and plate, and leads to the pay link.
"""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from domain.clock import Clock, city_date
from domain.notices import DEFAULT_SLOT, Topic, Urgency, next_moment
from domain.passview import EntryStanding
from infra.database import UnitOfWork
from models.notice import NoticeRow
from models.passes import PassEntry
from services.passes.entries import Entries
from services.passes.lots import Sells
from services.sms import SmsPost

OF_ENTRY = "pass_entry"  # the channel of an SMS whose `citizen` is the id of an entry: nobody in the chat
VALID = timedelta(hours=3)


class DrawSms:
    """wiring gives the entries, which know the number, SMS, the clock, and the page for those without LINE."""

    def __init__(self, entries: Entries, sms: SmsPost, clock: Clock, page: str) -> None:
        self._entries = entries
        self._sms = sms
        self._clock = clock
        self._page = page

    def tell_once(self, uow: UnitOfWork, notice: str, key: str, entry: PassEntry, standing: EntryStanding) -> None:
        """Tell how an entry stands, once for each `key`; nobody once the number is deleted."""
        if entry.holder is None:
            return
        kept = {
            "dedupe_key": key,
            "channel": OF_ENTRY,
            "citizen": str(entry.id),
            "notice": notice,
            "topic": Topic.DRAW.value,
            "send_at": self._awake(),
            "by_line": False,
        }
        put = insert(NoticeRow).values(kept).on_conflict_do_nothing().returning(NoticeRow.dedupe_key)
        if uow.connection.execute(put).scalar() is None:
            return
        sms_id = self.tell(uow, entry, standing)
        uow.connection.execute(update(NoticeRow).where(NoticeRow.dedupe_key == key).values(sms_id=sms_id))

    def tell(self, uow: UnitOfWork, entry: PassEntry, standing: EntryStanding) -> uuid.UUID:
        """The same, however often it is asked for: the SMS' id. The number must not be deleted."""
        at = self._awake()
        return self._sms.post(
            uow,
            self._entries.holder(entry),
            words(standing, self._page),
            channel=OF_ENTRY,
            citizen=str(entry.id),
            valid=VALID,
            not_before=at if at > self._clock.now() else None,
            topic=Topic.DRAW,
        )

    def _awake(self) -> datetime:
        return next_moment(Urgency.WAKING_HOURS, DEFAULT_SLOT, self._clock.now())


def words(standing: EntryStanding, page: str) -> str:
    """How an entry stands after the draw, and what is to be done."""
    about = f"停車通：{standing.lot_name}{standing.starts_on.month}月月票，申請{standing.entry_no}"
    if standing.seat == "offered" and standing.pay_by is not None:
        last = city_date(standing.pay_by - timedelta(microseconds=1))
        where = "到停車場購票，查詢" if standing.sells == Sells.COUNTER else "繳費，查詢與繳費"
        return f"{about}{_place(standing)}，請於{last.month}月{last.day}日以前{where}：{page}"
    if standing.lost:
        return f"{about}的車位已收回，查詢：{page}"
    if standing.status == "B":
        return f"{about}備取{standing.no}，有車位時依序通知，查詢：{page}"
    return f"{about}{_place(standing)}，查詢：{page}"


def _place(standing: EntryStanding) -> str:
    if standing.late:
        return "已補列"
    return {"W": f"正取{standing.no}", "B": "已遞補"}.get(standing.status or "", "未中籤")
