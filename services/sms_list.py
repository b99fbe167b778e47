"""簡訊發送查詢: SMS of the last 30 days, the newest first, and what became of each; words and numbers are gone."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, or_, select, tuple_

from domain.clock import days_between
from domain.masks import masked_mobile
from domain.notices import Topic
from domain.phones import Mobile
from infra.database import UnitOfWork
from models.account import SmsMessage
from models.passes import PassEntry, PassRound
from services.accounts import Accounts

PAGE = 50
CODE = "code"  # as a topic: no notice
OF_PASSES = (Topic.ROUND.value, Topic.DRAW.value, Topic.PASS_ENDS.value)


class Fate(StrEnum):
    """What became of an SMS; the values are said to staff."""

    WAITING = "等候發送"
    ON_ITS_WAY = "已交簡訊商"  # nothing is known of it yet
    DELIVERED = "已送達"
    NOT_DELIVERED = "未送達"
    UNKNOWN = "結果不明"
    REFUSED = "未發送"
    EXPIRED = "逾時未發送"


_FATES: Mapping[tuple[str, str | None], Fate] = {  # state, and the delivery of an accepted one
    ("waiting", None): Fate.WAITING,
    ("sending", None): Fate.WAITING,
    ("accepted", None): Fate.ON_ITS_WAY,
    ("accepted", "delivered"): Fate.DELIVERED,
    ("accepted", "failed"): Fate.NOT_DELIVERED,
    ("accepted", "unknown"): Fate.UNKNOWN,
    ("unknown", None): Fate.UNKNOWN,
    ("refused", None): Fate.REFUSED,
    ("expired", None): Fate.EXPIRED,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; "" or None is everything. `topic`: of domain.notices.Topic, or CODE."""

    mobile: Mobile | None = None  # of a citizen who is registered now
    topic: str = ""
    fate: Fate | None = None
    first: date | None = None  # days in Taiwan, both included
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends, and the next begins."""

    at: datetime
    message_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Sms:
    """One SMS. `to`: the masked number that its citizen has now; "" for nobody who is registered."""

    place: Place
    topic: str
    fate: Fate
    cause: str
    gateway: str
    parts: int | None
    to: str
    ended_at: datetime | None


def page(
    uow: UnitOfWork, accounts: Accounts, wanted: Wanted, lots: Collection[str] | None, *, after: Place | None = None
) -> tuple[Sequence[Sms], Place | None]:
    """The next PAGE, and where the page after it begins; None where there is none.

    `lots`: whose staff asks, which sees what is sent about passes to those who applied there; None: everything.
    """
    conditions = _conditions(wanted)
    if lots is not None:
        applied = select(PassEntry.id).join(PassRound, PassRound.id == PassEntry.round_id)
        applied = applied.where(PassEntry.channel == SmsMessage.channel, PassEntry.citizen == SmsMessage.citizen)
        conditions += [SmsMessage.topic.in_(OF_PASSES), applied.where(PassRound.lot.in_(lots)).exists()]
    if wanted.mobile is not None:
        whose = accounts.citizens_of_mobile(uow, wanted.mobile)
        if whose is None:
            return [], None
        conditions += [SmsMessage.channel == whose[0], SmsMessage.citizen == whose[1]]
    if after:
        conditions.append(tuple_(SmsMessage.created_at, SmsMessage.id) < tuple_(after.at, after.message_id))
    query = select(SmsMessage).where(*conditions).order_by(SmsMessage.created_at.desc(), SmsMessage.id.desc())
    found = uow.session.scalars(query.limit(PAGE + 1)).all()
    numbers = accounts.mobiles(uow, {(row.channel, row.citizen) for row in found if row.channel and row.citizen})
    rows = [_shown(row, numbers.get((row.channel or "", row.citizen or ""))) for row in found[:PAGE]]
    return rows, rows[-1].place if len(found) > PAGE else None


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.topic:
        found.append(SmsMessage.topic.is_(None) if wanted.topic == CODE else SmsMessage.topic == wanted.topic)
    since, until = days_between(wanted.first, wanted.last)
    if since:
        found.append(SmsMessage.created_at >= since)
    if until:
        found.append(SmsMessage.created_at < until)
    if wanted.fate:
        found.append(or_(*(_stands(*pair) for pair, fate in _FATES.items() if fate is wanted.fate)))
    return found


def _stands(state: str, delivery: str | None) -> ColumnElement[bool]:
    return and_(SmsMessage.state == state, SmsMessage.delivery.is_not_distinct_from(delivery))


def _shown(row: SmsMessage, mobile: Mobile | None) -> Sms:
    return Sms(
        Place(row.created_at, row.id),
        row.topic or CODE,
        _FATES[row.state, row.delivery],
        row.cause or "",
        row.gateway or "",
        row.parts,
        masked_mobile(mobile) if mobile else "",
        row.ended_at,
    )
