"""Putting webhook events into the inbox: one transaction, duplicates skipped, no neighbour hurt by a malformed one."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import psycopg
import structlog
from psycopg_pool import ConnectionPool, PoolTimeout

from bot.event import lane_of, line_id, mapping

STORE_SECONDS = 0.4  # waiting for a connection; with the statement's time-out a refusal takes less than 1 s
STATEMENT_MILLISECONDS = 500
MOST_ID_CHARACTERS = 64
LARGEST_TIMESTAMP = 1 << 52  # milliseconds; beyond is no time of LINE's

log = structlog.get_logger(__name__)

# A message whose unsend was here first is stored as done and without its content. One whose unsend is stored at the
# very same moment is seen by neither statement: the pump looks once more when it takes it.
_STORE = """
INSERT INTO inbound_event
  (event_id, channel, lane, happened_at, message_id, takes_back, payload, done_at, failure)
SELECT e.event_id, e.channel, e.lane, e.happened_at, e.message_id, e.takes_back,
  CASE WHEN unsent.before THEN NULL ELSE e.payload END,
  CASE WHEN unsent.before THEN now() END, CASE WHEN unsent.before THEN 'unsent' END
FROM {events} AS e (event_id, channel, lane, happened_at, message_id, takes_back, payload)
CROSS JOIN LATERAL (SELECT EXISTS (
  SELECT FROM inbound_event u WHERE u.takes_back = e.message_id AND u.channel = e.channel
)) AS unsent (before)
ON CONFLICT (event_id) DO NOTHING
"""
STORE = _STORE.format(
    events="unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::bytea[])"
)
STORE_ONE = _STORE.format(events="(VALUES (%s::text, %s::text, %s::text, %s::bigint, %s::text, %s::text, %s::bytea))")
UNSEND = """
UPDATE inbound_event SET payload = NULL, done_at = COALESCE(done_at, now()), failure = COALESCE(failure, 'unsent')
WHERE message_id = ANY(%s) AND channel = %s AND payload IS NOT NULL
"""

Row = tuple[str, str, str, int, str | None, str | None, bytes]


class NotStoredError(Exception):
    """The database did not take the events in time; LINE may deliver them again."""


def rows(webhook: Mapping[str, Any]) -> list[Row]:
    """One row per event that is a JSON object, whatever is in it."""
    channel = line_id(webhook.get("destination")) or ""
    events = webhook.get("events")
    found: list[Row] = []
    for event in events if isinstance(events, list) else []:
        if isinstance(event, dict):
            found.append(_row(channel, event))
        else:
            log.warning("event_malformed", shape=type(event).__name__)
    return found


def _row(channel: str, event: Mapping[str, Any]) -> Row:
    payload = _dump(event)
    event_id = _short(event.get("webhookEventId")) or "sha-" + hashlib.sha256(payload).hexdigest()[:60]
    timestamp = event.get("timestamp")
    sane = isinstance(timestamp, int) and not isinstance(timestamp, bool) and 0 <= timestamp < LARGEST_TIMESTAMP
    message_id = _short(mapping(event.get("message")).get("id"))
    takes_back = _short(mapping(event.get("unsend")).get("messageId")) if event.get("type") == "unsend" else None
    lane = lane_of(event) or event_id  # one that names nobody waits behind nobody
    return event_id, channel, lane, timestamp if sane else 0, message_id, takes_back, payload  # type: ignore[return-value]


def _dump(event: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(event)
    except (TypeError, orjson.JSONEncodeError):
        return json.dumps(event).encode()


def _short(value: object) -> str | None:
    """A printable id of LINE's size, else None."""
    fits = isinstance(value, str) and 0 < len(value) <= MOST_ID_CHARACTERS and value.isascii() and value.isprintable()
    return value if fits else None  # type: ignore[return-value]


class InboxStore:
    """The web's side of the inbox. Its pool is opened after fork."""

    def __init__(self, database_url: str, *, connections: int) -> None:
        options = f"-c statement_timeout={STATEMENT_MILLISECONDS} -c timezone=UTC"
        self._pool = ConnectionPool(
            database_url,
            kwargs={
                "autocommit": True,
                "connect_timeout": 2,
                "application_name": "parkline webhook",
                "options": options,
            },
            min_size=1,
            max_size=connections,
            timeout=STORE_SECONDS,
            check=None,
            open=False,
            name="webhook",
        )

    def open(self) -> None:
        """Connect in the background; the first event waits for it no longer than STORE_SECONDS."""
        self._pool.open(wait=False)

    def close(self) -> None:
        """Give the connections back."""
        self._pool.close()

    def store(self, webhook: Mapping[str, Any]) -> int:
        """Keep the events that are new; returns how many came. Raises NotStoredError within a second."""
        events = rows(webhook)
        if not events:
            return 0
        taken_back = [event[5] for event in events if event[5]]
        try:
            with self._pool.connection() as connection:
                if taken_back:  # after the insert: a message may be taken back in the very call that brings it
                    with connection.transaction():
                        self._insert(connection, events)
                        connection.execute(UNSEND, (taken_back, events[0][1]))
                else:
                    self._insert(connection, events)
        except (psycopg.Error, PoolTimeout) as error:
            raise NotStoredError(type(error).__name__) from error
        return len(events)

    @staticmethod
    def _insert(connection: "psycopg.Connection[Any]", events: Sequence[Row]) -> None:
        if len(events) == 1:
            connection.execute(STORE_ONE, events[0])
        else:
            connection.execute(STORE, [list(column) for column in zip(*events, strict=True)])
