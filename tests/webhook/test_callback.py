"""POST /callback of the whole application: signed and stored is 200, and nothing else is."""

import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from infra.embedded import StoreUrls
from tests.fakes.line import CHANNEL_SECRET, FakeLine
from tests.webhook.house import NEW_SECRET, web_app
from web.console.lineapi.events import Event, redelivered, sign
from web.line.callback import MOST_BODY_BYTES, signature, signed

CITIZEN, GROUP = "U" + "1" * 32, "C" + "2" * 32

# LINE's own example, facts/line.md 1.1 (guide "Verify webhook signature")
SECRET = b"8c570fa6dd201bb328f1c1eac23a96d8"
BODY = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'
SIGNATURE = "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="

Post = Callable[..., TestResponse]


@pytest.fixture
def client(database_url: str, redis_url: str, tmp_path: Path) -> Iterator[FlaskClient]:
    with web_app(StoreUrls(database_url, redis_url), tmp_path) as app:
        yield app.test_client()


@pytest.fixture
def post(client: FlaskClient) -> Post:
    def post(body: bytes, *, secret: str = CHANNEL_SECRET, header: str = "X-Line-Signature") -> TestResponse:
        return client.post("/callback", data=body, headers={header: sign(body, secret)})

    return post


@pytest.fixture
def line() -> Iterator[FakeLine]:
    with FakeLine() as fake:
        yield fake


def stored(database_url: str, columns: str = "event_id") -> list[Any]:
    with psycopg.connect(database_url) as connection:
        query = f"SELECT {columns} FROM inbound_event ORDER BY seq"  # noqa: S608 - columns of ours
        return connection.execute(query.encode()).fetchall()


def signature_of(body: bytes) -> dict[str, str]:
    return {"X-Line-Signature": sign(body, CHANNEL_SECRET)}


def call(*events: Event) -> bytes:
    return orjson.dumps({"destination": "U" + "0" * 32, "events": events})


def test_lines_own_example_of_a_signature() -> None:
    assert signature(SECRET, BODY) == SIGNATURE.encode()
    assert signed([b"another", SECRET], BODY, SIGNATURE)
    for body, given in ((BODY + b" ", SIGNATURE), (BODY, SIGNATURE[:-1]), (BODY, ""), (BODY, None), (BODY, "é\udcff")):
        assert not signed([SECRET], body, given)
    assert not signed([], BODY, SIGNATURE)


def test_the_verify_ping_is_ok_and_stores_nothing(post: Post, database_url: str) -> None:
    for body in (call(), b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}', b"{}"):
        assert post(body).status_code == 200
    assert stored(database_url) == []


def test_only_a_post_is_taken(client: FlaskClient) -> None:
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        answer = client.open("/callback", method=method)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert client.get("/callback/").status_code == 404, "anything else is not LINE's door"


@pytest.mark.parametrize("secret", [CHANNEL_SECRET, NEW_SECRET])
@pytest.mark.parametrize("header", ["X-Line-Signature", "x-line-signature", "X-LINE-SIGNATURE"])
def test_each_secret_and_any_case_of_the_header(
    post: Post, line: FakeLine, database_url: str, secret: str, header: str
) -> None:
    event = line.events.text(CITIZEN, "說明")
    assert post(call(event), secret=secret, header=header).status_code == 200
    assert stored(database_url) == [(event["webhookEventId"],)]


@pytest.mark.parametrize("given", [None, "", "wrong", SIGNATURE, sign(b"", CHANNEL_SECRET), "\udcff"])
def test_unsigned_or_wrongly_signed_is_400_and_stores_nothing(
    client: FlaskClient, line: FakeLine, database_url: str, given: str | None
) -> None:
    headers = {} if given is None else {"X-Line-Signature": given.encode("utf-8", "surrogateescape").decode("latin-1")}
    body = call(line.events.text(CITIZEN, "說明"))
    assert client.post("/callback", data=body, headers=headers).status_code == 400
    assert stored(database_url) == []


def test_a_signature_is_over_the_raw_bytes(post: Post, client: FlaskClient, line: FakeLine, database_url: str) -> None:
    event = line.events.text(CITIZEN, "👋🏽 \u200d é")
    body = b" \r\n\t" + call(event).replace(b":", b" :\n ") + b"\n"
    assert client.post("/callback", data=body.strip(), headers=signature_of(body)).status_code == 400
    assert post(body).status_code == 200
    assert stored(database_url) == [(event["webhookEventId"],)]


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"events":[', b"\xff", b"events=1"])
def test_signed_but_no_json_object_is_400(post: Post, body: bytes) -> None:
    assert post(body).status_code == 400


def test_too_large_is_413_with_and_without_a_length(client: FlaskClient, line: FakeLine, database_url: str) -> None:
    filler = b" " * MOST_BODY_BYTES
    body = call(line.events.text(CITIZEN, "說明")) + filler
    headers = signature_of(body)
    assert client.post("/callback", data=body, headers=headers).status_code == 413
    chunked = client.post(
        "/callback",
        input_stream=io.BytesIO(body),
        headers=headers | {"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert chunked.status_code == 413
    largest = body[:MOST_BODY_BYTES]
    assert client.post("/callback", data=largest, headers=signature_of(largest)).status_code == 200
    assert len(stored(database_url)) == 1


def test_other_methods_are_refused(client: FlaskClient) -> None:
    assert client.get("/callback").status_code == 405


@pytest.mark.parametrize(
    "where",
    ["postgresql://postgres@/parkline?host=/nonexistent", "postgresql://postgres@127.0.0.1:9/parkline"],
    ids=["no socket", "refused"],
)
def test_without_a_database_it_is_503_within_a_second(
    where: str, redis_url: str, tmp_path: Path, line: FakeLine
) -> None:
    body = call(line.events.text(CITIZEN, "說明"))
    with web_app(StoreUrls(where, redis_url), tmp_path) as app:
        for _ in range(3):
            began = time.monotonic()
            assert app.test_client().post("/callback", data=body, headers=signature_of(body)).status_code == 503
            assert time.monotonic() - began < 1.0


def test_a_table_that_is_locked_is_503_within_a_second(post: Post, line: FakeLine, database_url: str) -> None:
    body = call(line.events.text(CITIZEN, "說明"))
    with psycopg.connect(database_url) as connection:
        connection.execute("LOCK TABLE inbound_event IN ACCESS EXCLUSIVE MODE")
        began = time.monotonic()
        assert post(body).status_code == 503
        assert time.monotonic() - began < 1.0
    assert post(body).status_code == 200
    assert len(stored(database_url)) == 1


def test_without_redis_it_is_stored_all_the_same(database_url: str, tmp_path: Path, line: FakeLine) -> None:
    body = call(line.events.text(CITIZEN, "說明"))
    with web_app(StoreUrls(database_url, "redis://127.0.0.1:9/0"), tmp_path) as app:
        began = time.monotonic()
        assert app.test_client().post("/callback", data=body, headers=signature_of(body)).status_code == 200
        assert time.monotonic() - began < 1.0
    assert len(stored(database_url)) == 1


def test_every_type_is_stored_once_with_its_lane(post: Post, line: FakeLine, database_url: str) -> None:
    events = line.events.every_type(CITIZEN, GROUP)
    new = line.events.event("somethingNew", CITIZEN, novelty={"a": [1]}, surprise=None)
    standby = line.events.text(CITIZEN, "待繳") | {"mode": "standby"}
    room = line.events.text("R" + "3" * 32, "hi", by=CITIZEN)
    nobody = line.events.event("accountLink", None, link={"result": "failed", "nonce": "n"})
    every = [*events, new, standby, room, nobody]
    assert post(call(*every)).status_code == 200
    assert post(call(*map(redelivered, every))).status_code == 200
    assert post(call(*reversed(every))).status_code == 200
    rows = stored(database_url, "event_id, lane")
    assert [row[0] for row in rows] == [event["webhookEventId"] for event in every]
    named = [event.get("source", {}) | {"itself": event["webhookEventId"]} for event in every]
    lanes = [s.get("groupId") or s.get("roomId") or s.get("userId") or s["itself"] for s in named]
    assert [row[1] for row in rows] == lanes


def test_the_same_event_twice_in_one_call_is_stored_once(post: Post, line: FakeLine, database_url: str) -> None:
    event = line.events.text(CITIZEN, "待繳")
    assert post(call(event, redelivered(event), event)).status_code == 200
    assert stored(database_url) == [(event["webhookEventId"],)]


def test_unsend_erases_at_once_also_in_the_call_that_brings_the_message(
    post: Post, line: FakeLine, database_url: str
) -> None:
    first, second, third = (line.events.text(CITIZEN, text) for text in ("待繳", "說明", "聯絡我們"))
    post(call(first, third))
    taken_back = [line.events.unsend(CITIZEN, event["message"]["id"]) for event in (first, second)]
    post(call(second, *taken_back))
    rows = {row[0]: row[1:] for row in stored(database_url, "event_id, payload IS NULL, done_at IS NULL, failure")}
    assert rows[first["webhookEventId"]] == (True, False, "unsent")
    assert rows[second["webhookEventId"]] == (True, False, "unsent")
    assert rows[third["webhookEventId"]] == (False, True, None)


def test_a_message_that_was_unsent_before_it_came_is_stored_without_its_content(
    post: Post, line: FakeLine, database_url: str
) -> None:
    late, also_late, kept = (line.events.text(CITIZEN, text) for text in ("待繳", "說明", "聯絡我們"))
    post(call(*(line.events.unsend(CITIZEN, event["message"]["id"]) for event in (late, also_late))))
    post(call(late))
    post(call(also_late, kept))
    found = {row[0]: row[1:] for row in stored(database_url, "event_id, payload IS NULL, done_at IS NULL, failure")}
    assert found[late["webhookEventId"]] == found[also_late["webhookEventId"]] == (True, False, "unsent")
    assert found[kept["webhookEventId"]] == (False, True, None)


def test_another_channel_cannot_take_a_message_back(post: Post, line: FakeLine, database_url: str) -> None:
    message = line.events.text(CITIZEN, "待繳")
    unsend = call(line.events.unsend(CITIZEN, message["message"]["id"]))
    post(unsend.replace(orjson.loads(unsend)["destination"].encode(), b"U" + b"9" * 32))
    post(call(message))
    assert (message["webhookEventId"], False) in stored(database_url, "event_id, payload IS NULL")


def test_the_body_is_in_no_answer(post: Post) -> None:
    bad = post(b'{"destination":"Udeadbeef","events":')
    assert bad.status_code == 400
    assert bad.data == b""
