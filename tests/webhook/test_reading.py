"""What is read of LINE's JSON: nothing that one event holds may hurt its neighbours or stop the worker."""

import json
from typing import Any

import pytest

from bot.event import read
from bot.inbox_store import rows
from bot.input import AccountLinked, Location, OtherMessage, Press, Text
from bot.reading import MOST_DEPTH, decode

GOOD = b'{"type":"message","webhookEventId":"GOOD"}'
USER = {"type": "user", "userId": "U" + "1" * 32}


def nested(depth: int, bracket: bytes = b"[") -> bytes:
    if bracket == b"[":
        return b"[" * depth + b"]" * depth
    return b'{"a":' * depth + b"1" + b"}" * depth


@pytest.mark.parametrize(
    "neighbour",
    [
        b'{"timestamp":' + b"9" * 5000 + b"}",
        b'{"timestamp":-1e999}',
        b'{"a":NaN}',
        b'{"message":{"text":"\\ud83d"}}',
        b'{"source":{"type":' + nested(200) + b"}}",
        b'{"source":{"type":' + nested(1000) + b"}}",
        b'{"type":' + nested(1020, b"{") + b"}",
        b'{"type":' + nested(100_000) + b"}",
        b'{"text":"' + b"[{" * 5000 + b'\\"","deep":' + nested(3000) + b',"after":[[1]]}',
        b'"no event"',
        b"null",
        b"[]",
    ],
    ids=lambda value: value[:20].decode(),
)
def test_a_malformed_event_leaves_its_neighbours_as_they_are(neighbour: bytes) -> None:
    webhook = decode(b'{"destination":"U","events":[' + GOOD + b"," + neighbour + b"," + GOOD + b"]}")
    assert webhook is not None
    assert len(webhook["events"]) == 3
    kept = rows(webhook)
    assert [row[0] for row in (kept[0], kept[-1])] == ["GOOD", "GOOD"]
    assert decode(kept[0][-1]) == json.loads(GOOD)
    for row in kept:
        read(decode(row[-1]) or {})


def test_only_what_lies_too_deep_is_cut() -> None:
    text = '},{"[\\"'
    value = {"s": text, "deep": json.loads(nested(MOST_DEPTH - 1)), "list": [[]] * MOST_DEPTH}
    assert decode(json.dumps(value).encode()) == value
    cut: Any = decode(json.dumps(value | {"deep": json.loads(nested(MOST_DEPTH))}).encode())
    assert cut["s"] == text
    assert json.dumps(cut["deep"]) == "[" * (MOST_DEPTH - 1) + "null" + "]" * (MOST_DEPTH - 1)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"1", b'"x"', b"\xff\xfe", b'{"events":[', nested(5000)[:-1], b"{" + b"[" * 200 + b"\xff"]
)
def test_what_is_no_json_object_is_none(body: bytes) -> None:
    assert decode(body) is None


def message(**content: Any) -> dict[str, Any]:
    return {"type": "message", "source": USER, "message": content}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (message(type="text", text="待\0繳\ud83d"), Text("待繳\ufffd")),
        (message(type="text", text="👨‍👩‍👧"), Text("👨‍👩‍👧")),
        (message(type=["text"]), OtherMessage("")),
        (message(type="location", latitude=10**400, longitude=1), OtherMessage("location")),
        (message(type="location", latitude=float("nan"), longitude=1), OtherMessage("location")),
        (message(type="location", latitude=25, longitude=-181), OtherMessage("location")),
        (message(type="location", latitude=25, longitude=121.5, title="\ud800"), Location(25.0, 121.5, "\ufffd")),
        ({"type": "postback", "source": USER, "postback": {"data": "a.b?a=%00x\0"}}, Press("x", {"a": "x"})),
        ({"type": "accountLink", "source": USER, "link": {"result": "ok", "nonce": 7}}, AccountLinked(True, "")),
    ],
)
def test_input_is_such_as_a_database_takes(event: dict[str, Any], expected: object) -> None:
    assert read(event).input == expected


@pytest.mark.parametrize("token", ["", "x" * 65, "a\0", "\ud800", "é", 7, None, ["x"]])
def test_a_reply_token_that_cannot_be_one_is_none(token: object) -> None:
    assert read({"type": "message", "source": USER, "replyToken": token}).reply_token is None
