"""A hundred thousand odd webhook calls (a thousand in the small run): never a 500, never a lost neighbour.

Then the worker digests all that was stored: nothing stays undone, nothing is set aside, nobody falls over.
"""

import http.client
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import orjson
import psycopg
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import strategies as st

from bot.reading import decode
from infra.embedded import StoreUrls
from infra.embedded_process import wait_until
from tests.fakes.line import CHANNEL_SECRET, FakeLine
from tests.processes import free_port, get, process
from tests.soak.seed import seed
from tests.webhook.bodies import ODD, Bodies
from tests.webhook.house import environment, web_app
from web.console.lineapi.events import Event, sign


@dataclass(frozen=True)
class Size:
    mutated: int
    generated: int
    on_the_wire: int
    digest_seconds: float

    @property
    def full(self) -> bool:
        return self.mutated > 10_000


SIZES = [
    pytest.param(Size(800, 200, 75, 90), id="small"),
    pytest.param(Size(80_000, 20_000, 5_000, 3_600), id="full", marks=pytest.mark.soak),
]


def json_values() -> st.SearchStrategy[Any]:
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(ODD)
    return st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12)


def event_like() -> st.SearchStrategy[Any]:
    """Objects that have LINE's property names, and anything behind them."""
    value = json_values()
    kinds = st.sampled_from(["message", "postback", "follow", "unsend", "join", "accountLink", "messageEdited"])
    source = st.fixed_dictionaries(
        {"type": st.sampled_from(["user", "group", "room"])},
        optional={"userId": st.just("U" + "a" * 32) | value, "groupId": st.just("C" + "b" * 32) | value},
    )
    message = st.fixed_dictionaries(
        {"type": st.sampled_from(["text", "image", "location", "sticker", "video"]) | value},
        optional=dict.fromkeys(("id", "text", "latitude", "longitude", "title", "mention", "quotedMessageId"), value),
    )
    parts = {
        "source": source | value,
        "message": message | value,
        "postback": st.fixed_dictionaries({}, optional={"data": value, "params": value}) | value,
        **dict.fromkeys(("replyToken", "timestamp", "webhookEventId", "mode", "link", "unsend", "follow"), value),
    }
    return st.fixed_dictionaries({"type": kinds | value}, optional=parts) | value


@pytest.fixture
def client(database_url: str, redis_url: str, tmp_path: Path) -> Iterator[FlaskClient]:
    with web_app(StoreUrls(database_url, redis_url), tmp_path) as app:
        yield app.test_client()


def kept(database_url: str) -> dict[str, bytes | None]:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT event_id, payload FROM inbound_event").fetchall()
    return dict(rows)


def as_json(event: Event) -> Any:
    return orjson.loads(orjson.dumps(event))


def hypothesis_bodies(client: FlaskClient, bodies: Bodies, how_many: int, number: int) -> list[Event]:
    """Calls made by hypothesis, a good event at each end; returns the good ones."""
    good: list[Event] = []

    @hypothesis.seed(number)
    @hypothesis.settings(
        max_examples=how_many, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=True
    )
    @hypothesis.given(st.lists(event_like(), max_size=4), st.sampled_from(["U" + "0" * 32, None, 7]) | json_values())
    def one(events: list[Any], destination: Any) -> None:
        first, last = bodies.good(), bodies.good()
        webhook = {"destination": destination, "events": [first, *events, last]}
        body = bodies.dump(webhook)
        answer = client.post("/callback", data=body, headers={"X-Line-Signature": sign(body, CHANNEL_SECRET)})
        assert answer.status_code == 200
        good.extend((first, last))

    one()
    return good


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_never_a_500_never_a_lost_neighbour(
    size: Size, client: FlaskClient, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    number = seed(full=size.full)
    bodies = Bodies(number)
    expected: dict[str, Event] = {}
    refused: set[str] = set()
    for call in itertools.islice(bodies, size.mutated):
        answer = client.post("/callback", data=call.body, headers=call.headers)
        assert answer.status_code == call.status, call.body[:3000]
        expected |= {event["webhookEventId"]: event for event in call.stored}
        refused |= {event["webhookEventId"] for event in call.good} - {e["webhookEventId"] for e in call.stored}
    expected |= {e["webhookEventId"]: e for e in hypothesis_bodies(client, bodies, size.generated, number)}

    rows = kept(database_url)
    assert expected.keys() - rows.keys() == set()
    assert refused & rows.keys() == set()
    changed = [
        e for e, payload in rows.items() if payload and e in expected and decode(payload) != as_json(expected[e])
    ]
    assert changed == []
    erased = {expected[e]["message"]["id"] for e, payload in rows.items() if e in expected and payload is None}
    assert erased <= bodies.taken_back
    print(  # noqa: T201 - what make soak tells
        f"{size.mutated + size.generated} bodies, {len(expected)} good events and {len(rows) - len(expected)} others"
    )
    digested(database_url, redis_url, tmp_path, size)


LEFT = b"""
SELECT (SELECT count(*) FROM inbound_event WHERE done_at IS NULL),
  (SELECT count(*) FROM outbound_message WHERE ended_at IS NULL)
"""
NOT_AT_ONCE = b"""
SELECT failure, attempts, payload FROM inbound_event
WHERE set_aside_at IS NOT NULL OR attempts > 1 OR failure <> 'unsent'
"""


LEFT = b"""
SELECT (SELECT count(*) FROM inbound_event WHERE done_at IS NULL),
  (SELECT count(*) FROM outbound_message WHERE ended_at IS NULL)
"""
NOT_AT_ONCE = b"""
SELECT failure, attempts, payload FROM inbound_event
WHERE set_aside_at IS NOT NULL OR attempts > 1 OR failure <> 'unsent'
"""


def digested(database_url: str, redis_url: str, var: Path, size: Size) -> None:
    """A worker as Procfile starts it takes all that is stored."""
    urls = StoreUrls(database_url, redis_url)
    with (
        FakeLine(strangers=True, checks="light" if size.full else "full") as line,
        psycopg.connect(database_url, autocommit=True) as connection,
        process(["-m", "jobs.worker"], environment(urls, var, line_url=line.url)) as worker,
    ):

        def left() -> Any:
            return connection.execute(LEFT).fetchall()

        assert wait_until(lambda: left() == [(0, 0)] or worker.process.poll() is not None, size.digest_seconds), left()
        assert worker.process.poll() is None, worker.output[-2000:]
        assert connection.execute(NOT_AT_ONCE).fetchall() == []
        assert "event_failed" not in worker.output
        assert "component_failed" not in worker.output
        assert worker.terminate() == 0


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_the_same_over_a_real_socket(size: Size, database_url: str, redis_url: str, tmp_path: Path) -> None:
    port = free_port()
    settings = environment(StoreUrls(database_url, redis_url), tmp_path, port=port)
    expected: set[str] = set()
    with process(["-m", "gunicorn", "-c", "gunicorn.conf.py", "app:create_app()"], settings) as web:
        assert wait_until(lambda: get(port, "/healthz")[0] == 200 or web.process.poll() is not None, 40)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        for call in itertools.islice(Bodies(seed(full=size.full) + 1), size.on_the_wire):
            headers = {name: value.encode().decode("latin-1") for name, value in call.headers.items()}
            try:
                connection.request("POST", "/callback", call.body, headers)
                answer = connection.getresponse()
                answer.read()
            except BrokenPipeError:  # refused before all of it was sent
                assert call.status == 413
            else:
                assert answer.status == call.status, call.body[:3000]
            if call.status == 413:
                connection.close()
            expected |= {event["webhookEventId"] for event in call.stored}
        connection.close()
        assert web.terminate() == 0
    assert expected - kept(database_url).keys() == set()
