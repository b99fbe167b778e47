"""What did not go and will not go by itself: messages that LINE did not take, events that were set aside.

Staff may send such a message again, or have such an event run again: once, and with a row in the audit. Neither what a
message says nor what a citizen wrote is shown.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from psycopg import sql
from sqlalchemy import func, select, update

from domain.staff import StaffRuleError
from infra.conditions import all_of, rows_of
from infra.database import UnitOfWork
from models.inbound import InboundEvent
from models.notice import NoticeRow
from models.outbound import OutboundMessage
from services import audit

PAGE = 50
OUTCOMES = ("quota", "denied", "unreachable", "expired")  # with which bot/outbox.py ends what did not go
_FAILED = "outcome IN ('quota','denied','unreachable','expired')"  # in the words of its index
_CONDITIONS = {"outcome": "outcome = %(outcome)s", "at": "(ended_at, id) < (%(at)s, %(id)s)"}
# `people`: of a multicast, whose lane is as `_many` has it; `sent_again` by the key of `_key`.
_PAGE = """
SELECT ended_at, id, topic, outcome, attempts, request_id, body IS NOT NULL AS whole,
  EXISTS (SELECT FROM outbound_message again WHERE again.dedupe_key = 'again:' || m.id) AS sent_again,
  CASE WHEN lane = 'M' || replace(id::text, '-', '') THEN
    (SELECT count(*) FROM notice n WHERE n.outbound_id = m.id AND n.failed IS NOT NULL) END AS people
FROM outbound_message m WHERE {asked} ORDER BY ended_at DESC, id DESC LIMIT {most}
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends, and the next begins."""

    at: datetime
    message_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One message. `people`: how many did not get it; `again`: whether it can be sent again."""

    place: Place
    topic: str  # domain.notices.Topic; "" for an answer
    outcome: str  # as bot/outbox.py ends a message
    attempts: int
    request_id: str
    people: int
    again: bool


@dataclass(frozen=True, slots=True)
class SetAside:
    """One event that failed at every attempt. `failure`: the type of its last error."""

    event_id: str
    received_at: datetime
    set_aside_at: datetime
    attempts: int
    failure: str


def messages(
    uow: UnitOfWork, *, outcome: str = "", after: Place | None = None
) -> tuple[Sequence[DeadLetter], Place | None]:
    """The next PAGE, the newest first, and where the page after it begins; None where there is none."""
    asked = {"outcome": outcome, "at": after and after.at, "id": after and after.message_id}
    values = {name: value for name, value in asked.items() if value}
    found = rows_of(uow.driver, _statement(frozenset(values)), values)
    letters = [_letter(row) for row in found[:PAGE]]
    return letters, letters[-1].place if len(found) > PAGE else None


@cache
def _statement(asked: frozenset[str]) -> bytes:
    conditions = all_of(_FAILED, _CONDITIONS, asked)
    return sql.SQL(_PAGE).format(asked=conditions, most=sql.Literal(PAGE + 1)).as_bytes()


def send_again(uow: UnitOfWork, message_id: uuid.UUID, *, staff: str) -> uuid.UUID:
    """The same words to whoever did not get them, as a message of its own, once. Raises StaffRuleError."""
    row = uow.session.get(OutboundMessage, message_id, with_for_update=True, populate_existing=True)
    if row is None or row.outcome not in OUTCOMES:
        raise StaffRuleError("沒有這則未送達的訊息")
    if row.body is None:
        raise StaffRuleError("訊息內容保留 7 天，這則已經刪除，無法重送")
    key, again = _key(row.id), uuid.uuid4()
    if uow.session.scalar(select(OutboundMessage.id).where(OutboundMessage.dedupe_key == key)) is not None:
        raise StaffRuleError("這則訊息已經重送過")
    told = update(NoticeRow).where(NoticeRow.outbound_id == row.id, NoticeRow.failed == row.outcome)
    told = told.values(outbound_id=again, failed=None, settled_at=None)
    citizens = list(uow.session.scalars(told.returning(NoticeRow.citizen)))
    many = row.lane == _many(row.id)
    if many and not citizens:
        raise StaffRuleError("這則群發訊息沒有留下收件人，無法重送")
    copy = OutboundMessage(
        id=again,
        channel=row.channel,
        lane=_many(again) if many else row.lane,
        recipients=sorted(citizens) if many else None,
        rank=row.rank,
        topic=row.topic,
        answers=row.answers,
        body=row.body,
        plain=row.plain,
        dedupe_key=key,
    )
    uow.session.add(copy)
    detail: audit.Detail = {"again": str(again), "outcome": row.outcome, "people": len(citizens) if many else 1}
    audit.write(uow, "message.sent_again", actor=staff, subject_type="message", subject_id=row.id, detail=detail)
    return again


def set_aside(uow: UnitOfWork) -> Sequence[SetAside]:
    """The newest PAGE events whose content is still there."""
    row = InboundEvent
    query = select(row).where(row.done_at.is_not(None), row.payload.is_not(None), row.set_aside_at.is_not(None))
    return [
        SetAside(one.event_id, one.received_at, one.set_aside_at, one.attempts, one.failure or "")
        for one in uow.session.scalars(query.order_by(row.done_at.desc()).limit(PAGE))
        if one.set_aside_at is not None
    ]


def run_again(uow: UnitOfWork, event_id: str, *, staff: str) -> None:
    """Have the worker try an event anew. Raises StaffRuleError, also where its citizen has written since: what was said
    then would be taken for an answer to what is asked now.
    """
    row = uow.session.get(InboundEvent, event_id, with_for_update=True, populate_existing=True)
    if row is None or row.set_aside_at is None or row.payload is None:
        raise StaffRuleError("沒有這件擱置的訊息，或內容已經刪除")
    since = select(InboundEvent.event_id).where(InboundEvent.channel == row.channel, InboundEvent.lane == row.lane)
    since = since.where(InboundEvent.received_at >= row.received_at, InboundEvent.seq > row.seq)
    if uow.session.scalar(since.limit(1)) is not None:
        raise StaffRuleError("這位市民之後又傳了訊息，不能再處理這一件")
    row.done_at = row.set_aside_at = None
    row.attempts = row.questions = 0
    row.next_attempt_at = func.now()
    audit.write(uow, "event.run_again", actor=staff, subject_type="event", subject_id=row.event_id)


def _letter(row: Any) -> DeadLetter:
    place = Place(row.ended_at, row.id)
    again = row.whole and not row.sent_again
    return DeadLetter(place, row.topic or "", row.outcome, row.attempts, row.request_id or "", row.people or 1, again)


def _key(message_id: uuid.UUID) -> str:
    return f"again:{message_id}"


def _many(message_id: uuid.UUID) -> str:
    """Lane of a multicast, as bot/outbox_rows.py names it."""
    return f"M{message_id.hex}"
