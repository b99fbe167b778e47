"""The fake run as a process of its own is steered over HTTP: /_fake/faults, /_fake/books, /_fake/webhooks."""

from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import orjson

from tests.fakes.line_faults import Fault
from web.console.lineapi.errors import NOT_FOUND, Answer
from web.console.lineapi.memory import Delivery

if TYPE_CHECKING:
    from tests.fakes.line import FakeLine


async def answer_control(fake: "FakeLine", method: str, target: str, body: bytes) -> Answer:
    """Answer one control call; a wrong call gets 400 with its reason."""
    path, _, query = target.partition("?")
    try:
        given = orjson.loads(body) if body else {}
        if (method, path) == ("PUT", "/_fake/faults"):
            return _faults(fake, given)
        if (method, path) == ("GET", "/_fake/books"):
            return _books(fake, parse_qs(query))
        if (method, path) == ("GET", "/_fake/counts"):
            return Answer.of({"deliveries": fake.delivered, "calls": {str(k): n for k, n in fake.calls.items()}})
        if (method, path) == ("POST", "/_fake/webhooks"):
            return await _webhooks(fake, given)
        if (method, path) == ("DELETE", "/_fake/books"):
            fake.forget()
            return Answer()
    except (KeyError, TypeError, ValueError) as error:
        return Answer.of({"message": f"{type(error).__name__}: {error}"}, 400)
    return Answer.of({"message": NOT_FOUND}, 404)


def _faults(fake: "FakeLine", given: dict[str, Any]) -> Answer:
    """`{"latency_ms", "shares": {kind: chance}, "next": [kind], "outage": {"seconds", "how"}}`; replaces all."""
    fake.faults.clear()
    fake.faults.latency_ms = float(given.get("latency_ms", 0))
    fake.faults.shares = {Fault(kind): float(share) for kind, share in given.get("shares", {}).items()}
    fake.faults.strike_next(*(Fault(kind) for kind in given.get("next", ())))
    if "outage" in given:
        fake.faults.outage(float(given["outage"]["seconds"]), Fault(given["outage"].get("how", "error")))
    return Answer()


def _books(fake: "FakeLine", query: dict[str, list[str]]) -> Answer:
    """What one chat received, in order."""
    deliveries = fake.memory.deliveries(query["chat"][0])
    return Answer.of({"deliveries": [_told(delivery, fake.memory.keeps_bodies) for delivery in deliveries]})


def _told(delivery: Delivery, with_messages: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "seq": delivery.seq,
        "kind": delivery.kind,
        "at": delivery.at.isoformat(),
        "requestId": delivery.request_id,
        "retryKey": delivery.retry_key,
        "messageIds": delivery.message_ids,
    }
    return told | ({"messages": delivery.messages()} if with_messages else {})


async def _webhooks(fake: "FakeLine", given: dict[str, Any]) -> Answer:
    """`{"texts": [[user, text], ...], "copies", "concurrency", "perSecond", "redeliverSeconds"}`: one call per text,
    answered when all are through, with the statuses and the times in ms."""
    events = [fake.events.text(user, text) for user, text in given["texts"]]
    batches = [[event] for event in events for _ in range(int(given.get("copies", 1)))]
    results = await fake.webhooks.deliver_all(
        batches,
        concurrency=int(given.get("concurrency", 16)),
        per_second=given.get("perSecond"),
        redeliver_seconds=float(given.get("redeliverSeconds", 0)),
    )
    calls = [call for result in results for call in result]
    times = sorted(call.seconds * 1000 for call in calls)
    statuses = Counter(str(call.status) for call in calls)
    return Answer.of({"statuses": statuses, "ms": times})
