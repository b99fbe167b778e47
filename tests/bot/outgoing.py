"""Messages that the system starts, put into the outbox by hand."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.outbox_rows import Outgoing, outgoing
from domain.notices import TREATMENTS, Topic
from tests.bot.running import BOT

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def notice(
    to: str,
    words: str,
    *,
    recipients: Sequence[str] | None = None,
    key: str | None = None,
    topic: Topic = Topic.OWN_ACT,
    not_before: datetime = LONG_AGO,
    message_id: uuid.UUID | None = None,
) -> list[Outgoing]:
    """A text to one, or by multicast to `recipients`."""
    return outgoing(
        [{"type": "text", "text": words}],
        message_id or uuid.uuid4(),
        channel=BOT,
        to=to,
        recipients=recipients,
        dedupe_key=key,
        not_before=not_before,
        rank=TREATMENTS[topic].rank,
        topic=topic,
    )
