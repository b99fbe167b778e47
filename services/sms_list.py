"""簡訊發送查詢: SMS of the last 30 days, the newest first, and what became of each; words and numbers are gone."""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any

from psycopg import sql

from domain.clock import days_between
from domain.masks import masked_mobile
from domain.notices import Topic
from domain.phones import Mobile
from infra.conditions import all_of, rows_of
from infra.database import UnitOfWork
from services.accounts import Accounts
from services.draws.sms_news import OF_ENTRY

PAGE = 50
AT_ONCE = 1000
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


def _stands(fate: Fate) -> str:
    pairs = [pair for pair, of in _FATES.items() if of is fate]
    same = "state = '{}' AND delivery IS NOT DISTINCT FROM {}"
    return " OR ".join(same.format(state, f"'{delivery}'" if delivery else "NULL") for state, delivery in pairs)


_OF_ENTRY = f"CASE s.channel WHEN '{OF_ENTRY}' THEN s.citizen::uuid END"
_PAGE = f"""
SELECT id, created_at, topic, state, delivery, cause, gateway, parts, channel, citizen, ended_at,
  (SELECT e.entry_no FROM pass_entry e WHERE e.id = {_OF_ENTRY}) AS entry_no
FROM sms_message s WHERE {{asked}} ORDER BY created_at DESC, id DESC LIMIT {{most}}
"""  # noqa: S608 - the file's own words
_APPLIED = "FROM pass_entry e JOIN pass_round r ON r.id = e.round_id WHERE r.lot = ANY(%(lots)s)"
_CONDITIONS = {
    "topic": "topic = %(topic)s",
    "code": "topic IS NULL",
    "since": "created_at >= %(since)s",
    "until": "created_at < %(until)s",
    "at": "(created_at, id) < (%(at)s, %(id)s)",
    "citizen": "channel = %(channel)s AND citizen = %(citizen)s",
    "lots": f"""topic = ANY(%(of_passes)s) AND (EXISTS (SELECT {_APPLIED}
          AND e.channel = s.channel AND e.citizen = s.citizen)
        OR EXISTS (SELECT {_APPLIED} AND e.id = {_OF_ENTRY}))""",
    **{fate.name: f"({_stands(fate)})" for fate in Fate},
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
    """One SMS. `to`: the masked number that its citizen has now, or the application it is about of somebody without
    LINE; "" for nobody who is registered.
    """

    place: Place
    topic: str
    fate: Fate
    cause: str
    gateway: str
    parts: int | None
    to: str
    ended_at: datetime | None


def page(
    uow: UnitOfWork,
    accounts: Accounts,
    wanted: Wanted,
    lots: Collection[str] | None,
    *,
    after: Place | None = None,
    most: int | None = None,
) -> tuple[Sequence[Sms], Place | None]:
    """The next `most` (PAGE), and where the page after it begins; None where there is none.

    `lots`: whose staff asks, which sees what is sent about passes to those who applied there; None: everything.
    """
    values = _values(wanted, after)
    if lots is not None:
        values |= {"lots": list(lots), "of_passes": list(OF_PASSES)}
    if wanted.mobile is not None:
        whose = accounts.citizens_of_mobile(uow, wanted.mobile)
        if whose is None:
            return [], None
        values["channel"], values["citizen"] = whose
    most = most or PAGE
    found = rows_of(uow.driver, _statement(frozenset(values), most + 1), values)
    numbers = accounts.mobiles(uow, {(row.channel, row.citizen) for row in found if row.channel and row.citizen})
    rows = [_shown(row, numbers.get((row.channel or "", row.citizen or ""))) for row in found[:most]]
    return rows, rows[-1].place if len(found) > most else None


def every(uow: UnitOfWork, accounts: Accounts, wanted: Wanted, lots: Collection[str] | None) -> Iterator[Sms]:
    """All of them, a batch at a time: for a file."""
    rows, after = page(uow, accounts, wanted, lots, most=AT_ONCE)
    yield from rows
    while after:
        rows, after = page(uow, accounts, wanted, lots, after=after, most=AT_ONCE)
        yield from rows


@cache
def _statement(asked: frozenset[str], most: int) -> bytes:
    conditions = all_of("true", _CONDITIONS, asked)
    return sql.SQL(_PAGE).format(asked=conditions, most=sql.Literal(most)).as_bytes()


def _values(wanted: Wanted, after: Place | None) -> dict[str, Any]:
    """What is asked for, by the names that the conditions have for it."""
    since, until = days_between(wanted.first, wanted.last)
    asked: dict[str, Any] = {
        "topic": wanted.topic if wanted.topic != CODE else "",
        "code": wanted.topic == CODE or None,
        "since": since,
        "until": until,
        "at": after and after.at,
        "id": after and after.message_id,
    }
    if wanted.fate:
        asked[wanted.fate.name] = True
    return {name: value for name, value in asked.items() if value not in (None, "")}


def _shown(row: Any, mobile: Mobile | None) -> Sms:
    return Sms(
        Place(row.created_at, row.id),
        row.topic or CODE,
        _FATES[row.state, row.delivery],
        row.cause or "",
        row.gateway or "",
        row.parts,
        masked_mobile(mobile) if mobile else f"申請 {row.entry_no}" if row.entry_no else "",
        row.ended_at,
    )
