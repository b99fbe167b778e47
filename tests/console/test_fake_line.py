"""The fake of LINE over real sockets: what it delivers, how it fails, how it calls the webhook."""

import http.client
import http.server
import socket
import threading
import uuid
from contextlib import contextmanager

import orjson
import pytest

from tests.console.samples import GROUP, push, text
from tests.fakes.line import FakeLine, Fault
from web.console.lineapi.events import sign


class Bot:
    """A webhook receiver that notes every call and answers from a list of statuses, then 200."""

    def __init__(self):
        self.bodies, self.signatures, self.statuses = [], [], []
        bot = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                bot.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                bot.signatures.append(self.headers["X-Line-Signature"])
                self.send_response(bot.statuses.pop(0) if bot.statuses else 200)
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/callback"

    def events(self):
        return [event for body in self.bodies for event in orjson.loads(body)["events"]]


@pytest.fixture
def bot():
    bot = Bot()
    thread = threading.Thread(target=bot.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield bot
    bot.server.shutdown()
    thread.join()
    bot.server.server_close()


@pytest.fixture
def line(bot):
    with FakeLine(webhook_url=bot.url) as line:
        yield line


@contextmanager
def connected(line, timeout=5.0):
    connection = http.client.HTTPConnection("127.0.0.1", line.port, timeout=timeout)
    try:
        yield connection
    finally:
        connection.close()


def ask(connection, line, body, path="/v2/bot/message/push", **headers):
    sent = {"Authorization": f"Bearer {line.access_token}", "Content-Type": "application/json"} | headers
    connection.request("POST", path, orjson.dumps(body), sent)
    response = connection.getresponse()
    return response.status, orjson.loads(response.read())


def to(user, content="x"):
    return push(text(content)) | {"to": user}


def test_a_kept_connection_delivers_in_order_and_keeps_duplicates(line):
    user = line.user()
    with connected(line) as connection:
        for content in ("a", "b", "b"):
            assert ask(connection, line, to(user, content))[0] == 200
    assert [message["text"] for message in line.messages(user)] == ["a", "b", "b"]
    assert line.calls["POST", "/v2/bot/message/push", 200] == 3


@pytest.mark.parametrize(
    ("fault", "status", "delivered"),
    [(Fault.RATE, 429, 0), (Fault.ERROR, 500, 0), (Fault.ERROR_AFTER, 500, 1)],
)
def test_a_fault_that_answers_strikes_once(line, fault, status, delivered):
    user = line.user()
    line.faults.strike_next(fault)
    with connected(line) as connection:
        assert ask(connection, line, to(user))[0] == status
        assert len(line.deliveries(user)) == delivered
        assert ask(connection, line, to(user))[0] == 200
    assert len(line.deliveries(user)) == delivered + 1


@pytest.mark.parametrize(
    ("fault", "error", "delivered"),
    [
        (Fault.DROP_BEFORE, ConnectionError, 0),
        (Fault.DROP_AFTER, ConnectionError, 1),
        (Fault.SILENT_BEFORE, TimeoutError, 0),
        (Fault.SILENT_AFTER, TimeoutError, 1),
    ],
)
def test_a_fault_without_answer_and_the_retry_key_that_saves_the_day(line, fault, error, delivered):
    user, key = line.user(), str(uuid.uuid4())
    line.faults.strike_next(fault)
    with connected(line, timeout=0.3) as connection, pytest.raises(error):
        ask(connection, line, to(user), **{"X-Line-Retry-Key": key})
    with connected(line) as connection:
        assert ask(connection, line, to(user), **{"X-Line-Retry-Key": key})[0] == (409 if delivered else 200)
    assert len(line.deliveries(user)) == 1


def test_faults_may_be_bound_to_a_path(line):
    user = line.user()
    line.faults.strike_next(Fault.ERROR, path="/multicast")
    with connected(line) as connection:
        assert ask(connection, line, to(user))[0] == 200
        assert ask(connection, line, to(user) | {"to": [user]}, "/v2/bot/message/multicast")[0] == 500


def test_an_outage_holds_until_it_is_ended(line):
    user = line.user()
    line.faults.outage(60)
    with connected(line) as connection:
        assert {ask(connection, line, to(user))[0] for _ in range(3)} == {500}
        line.faults.clear()
        assert ask(connection, line, to(user))[0] == 200


def test_shares_follow_the_seed(bot):
    def struck(seed):
        with FakeLine(seed=seed) as line, connected(line) as connection:
            line.faults.shares = {Fault.ERROR: 0.5}
            user = line.user()
            return [ask(connection, line, to(user))[0] for _ in range(20)]

    first = struck(1)
    assert set(first) == {200, 500}
    assert struck(1) == first
    assert struck(2) != first


def test_webhooks_are_signed_over_the_raw_body(line, bot):
    user = line.user()
    (call,) = line.send(line.events.text(user, "待繳 🚗"), line.events.text(user, "說明"))
    assert call.status == 200
    assert bot.signatures == [sign(bot.bodies[0], line.channel_secret)]
    assert [event["message"]["text"] for event in bot.events()] == ["待繳 🚗", "說明"]
    assert orjson.loads(bot.bodies[0])["destination"] == line.platform.bot_user_id


def test_the_known_answer_of_the_signature_guide():
    body = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'
    assert sign(body, "8c570fa6dd201bb328f1c1eac23a96d8") == "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="


def test_copies_come_with_and_without_the_mark(line, bot):
    event = line.events.text(line.user(), "x")
    line.send(event, copies=2)
    line.send(event, copies=2, marked=True)
    assert len({e["webhookEventId"] for e in bot.events()}) == 1
    assert [e["deliveryContext"]["isRedelivery"] for e in bot.events()] == [False, False, False, True]


def test_redelivery_goes_on_until_the_bot_takes_it(line, bot):
    bot.statuses = [503, 500]
    calls = line.send(line.events.text(line.user(), "x"), redeliver_seconds=10)
    assert [call.status for call in calls] == [503, 500, 200]
    assert [e["deliveryContext"]["isRedelivery"] for e in bot.events()] == [False, True, True]
    bot.statuses = [503]
    assert [call.status for call in line.send(line.events.text(line.user(), "x"))] == [503]


def test_every_type_of_event_is_made_as_described(line):
    user = line.user()
    events = line.events.every_type(user, GROUP)
    described = (
        "message unsend follow unfollow join leave memberJoined memberLeft postback videoPlayComplete beacon "
        "accountLink membership module activated deactivated botSuspended botResumed delivery messageEdited"
    )
    assert {event["type"] for event in events} == set(described.split())
    replyable = (
        "message messageEdited follow join memberJoined postback videoPlayComplete beacon accountLink membership"
    )
    assert {event["type"] for event in events if "replyToken" in event} == set(replyable.split())
    for event in events:
        assert event.keys() >= {"mode", "timestamp", "webhookEventId", "deliveryContext"}
        assert len(event["webhookEventId"]) == 26


def test_raw_bytes_can_be_posted_unsigned(line, bot):
    assert line.post_raw(b"{}", signature=None).status == 200
    assert bot.signatures == [None]
    line.post_raw(b"\xff")
    assert bot.signatures[1] == sign(b"\xff", line.channel_secret)


def test_many_calls_side_by_side(line, bot):
    users = [line.user() for _ in range(20)]
    results = line.send_all([[line.events.text(user, "x")] for user in users], concurrency=5)
    assert [call.status for calls in results for call in calls] == [200] * 20
    assert {event["source"]["userId"] for event in bot.events()} == set(users)


def test_waiting_tells_what_came_instead(line):
    with pytest.raises(TimeoutError, match="0 of 1 deliveries"):
        line.wait_deliveries(line.user(), 1, seconds=0.01)


def test_the_fake_is_steered_over_http(line, bot):
    user = line.user()
    with connected(line) as connection:

        def control(method, path, body=None):
            connection.request(method, "/_fake/" + path, orjson.dumps(body) if body else None)
            response = connection.getresponse()
            return response.status, orjson.loads(response.read())

        assert control("PUT", "faults", {"next": ["error"]})[0] == 200
        assert ask(connection, line, to(user))[0] == 500
        assert ask(connection, line, to(user))[0] == 200
        assert control("GET", f"books?chat={user}")[1]["deliveries"][0]["messages"] == [text("x")]
        assert control("GET", "counts")[1]["deliveries"] == 1
        sent = control("POST", "webhooks", {"texts": [[user, "a"], [user, "b"]], "copies": 2})[1]
        assert sent["statuses"] == {"200": 4}
        assert len(bot.events()) == 4
        assert control("PUT", "faults", {"next": ["nonsense"]})[0] == 400
        assert control("GET", "nothing")[0] == 404


def test_a_chunked_body_is_refused(line):
    with socket.create_connection(("127.0.0.1", line.port), timeout=5) as raw:
        raw.sendall(b"POST /v2/bot/message/push HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        assert raw.recv(1000).startswith(b"HTTP/1.1 411 ")
