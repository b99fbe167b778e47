"""Writing the outbox: rows are inserted in the transaction of the fact they tell, their bodies fixed there."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.message import Message, as_plain, fit, serialise
from infra.database import UnitOfWork

REPLY_SECONDS = 50  # LINE keeps a reply token about a minute from receipt


@dataclass(frozen=True, slots=True)
class Row:
    """One call to LINE, ready to be inserted."""

    id: uuid.UUID
    body: bytes
    plain: bytes | None
    reply_token: str | None
    reply_until: datetime | None


def answer_rows(messages: Sequence[Message], reply_token: str | None, received_at: datetime) -> list[Row]:
    """The rows that answer an event: the first call is the reply, what does not fit follows as pushes."""
    rows = []
    for position, call in enumerate(fit(messages) if messages else []):
        token = reply_token if position == 0 else None
        until = received_at + timedelta(seconds=REPLY_SECONDS) if token else None
        rows.append(Row(uuid.uuid4(), serialise(call), as_plain(call), token, until))
    return rows


NOTICE = """
INSERT INTO outbound_message (id, channel, lane, body, plain, dedupe_key, next_attempt_at)
VALUES (%s, %s, %s, %s, %s, %s, GREATEST(now(), %s)) ON CONFLICT DO NOTHING
"""


def post(
    uow: UnitOfWork,
    channel: str,
    citizen: str,
    messages: Sequence[Message],
    dedupe_key: str,
    not_before: datetime | None = None,
) -> bool:
    """Put a message that the system starts into the outbox, once per `dedupe_key`. False: it was there already.

    `not_before`: an aware moment; None or one that is past: at once.
    """
    posted = False
    for position, call in enumerate(fit(messages)):
        key = dedupe_key if position == 0 else f"{dedupe_key}#{position}"
        values = (uuid.uuid4(), channel, citizen, serialise(call), as_plain(call), key, not_before)
        posted = uow.driver.execute(NOTICE, values).rowcount == 1 or posted
    return posted
