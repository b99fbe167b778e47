"""The page's server: who may act, what it refuses, how it waits and posts."""

import http.server
import threading
import time

import orjson
import pytest
from flask import Flask

from tests.console.samples import PICTURE, StillClock, push, text
from web.console.chats import CITIZENS, Console
from web.console.lineapi.check import check_body
from web.console.lineapi.events import sign
from web.console.menu import default_menu
from web.console.page import page
from web.console.poster import callback_poster

HEADERS = {"X-Console": "1"}


@pytest.fixture
def posted():
    return []


@pytest.fixture
def console(posted):
    def post(body, signature):
        posted.append((body, signature))
        return 200

    return Console(
        channel_secret="s", access_token="t", own_address="http://localhost:8000", clock=StillClock(), post=post
    )


@pytest.fixture
def client(console):
    app = Flask("test")
    app.register_blueprint(page(console))
    return app.test_client()


@pytest.fixture
def amy(console):
    return console.add("Amy", "en")


def events(posted):
    return [event for body, _ in posted for event in orjson.loads(body)["events"]]


def do(client, path, given=None, **more):
    return client.post(f"/console/api/{path}", json=given or {}, headers=HEADERS, **more)


def test_the_dialog_of_account_linking_takes_a_token_once(client, console, amy, posted):
    def issued():
        headers = {"Authorization": "Bearer t"}
        return client.post(f"/v2/bot/user/{amy}/linkToken", headers=headers).json["linkToken"]

    def opened(token, nonce="n" * 43):
        return client.get("/console/dialog/bot/accountLink", query_string={"linkToken": token, "nonce": nonce})

    posted.clear()
    token = issued()
    assert opened(token, "short").status_code == 400, "and the token is still good"
    assert opened(token).status_code == 200
    (event,) = events(posted)
    assert (event["type"], event["source"]["userId"]) == ("accountLink", amy)
    assert event["link"] == {"result": "ok", "nonce": "n" * 43}
    assert opened(token).status_code == opened("made up").status_code == 400
    late = issued()
    console.clock.move(600)
    assert opened(late).status_code == 400
    assert len(events(posted)) == 1


def test_what_citizens_do_goes_out_signed(client, amy, posted):
    assert do(client, f"citizens/{amy}/text", {"text": "待繳"}).status_code == 200
    body, signature = posted[-1]
    assert signature == sign(body, "s")
    assert events(posted)[-1]["message"]["text"] == "待繳"


@pytest.mark.parametrize("path", ["text", "postback", "block", "location", "sticker", "photo", "language", "switch"])
def test_another_sites_page_cannot_act(client, amy, posted, path):
    before = len(posted)
    forged = client.post(f"/console/api/citizens/{amy}/{path}", data=b"x", content_type="image/png")
    assert forged.status_code == 403
    assert client.delete(f"/console/api/citizens/{amy}").status_code == 403
    assert len(posted) == before


def test_the_policy_allows_no_inline_script_or_style(client):
    policy = client.get("/console/").headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
    assert "unsafe" not in policy
    html = client.get("/console/").text
    assert "<style" not in html
    assert " style=" not in html
    assert "</script>" in html
    assert all("src=" in part for part in html.split("<script")[1:])


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("citizens", {"name": "", "language": "en"}),
        ("citizens", {"name": "x" * 21, "language": "en"}),
        ("citizens", {"name": "x", "language": "fr"}),
        ("citizens/{amy}/text", {"text": " "}),
        ("citizens/{amy}/language", {"language": "fr"}),
        ("citizens/{amy}/location", {"latitude": 91, "longitude": 0}),
        ("citizens/{amy}/location", {"latitude": "north", "longitude": 0}),
        ("citizens/{amy}/location", {}),
    ],
)
def test_what_line_would_not_do_is_refused(client, amy, posted, path, given):
    before = len(posted)
    assert do(client, path.format(amy=amy), given).status_code == 400
    assert len(posted) == before


def test_an_unknown_citizen_is_404(client):
    assert do(client, "citizens/U0/text", {"text": "x"}).status_code == 404


def test_there_is_an_end_to_citizens(console):
    for number in range(CITIZENS):
        console.add(f"c{number}", "en")
    with pytest.raises(ValueError, match="at most"):
        console.add("one more", "en")


def test_the_first_look_makes_one_citizen_only(client, console):
    for _ in range(2):
        do(client, "welcome", {"name": "王小明", "language": "zh-Hant"})
    assert [user.display_name for user in console.memory.users.values()] == ["王小明"]
    console.remove(next(iter(console.memory.users)))
    do(client, "welcome", {"name": "王小明", "language": "zh-Hant"})
    assert not console.memory.users


def test_a_photo_must_be_one(client, amy, posted):
    def send(data, media_type):
        path = f"/console/api/citizens/{amy}/photo"
        return client.post(path, data=data, content_type=media_type, headers=HEADERS).status_code

    assert send(b"x", "image/gif") == 415
    assert send(b"x" * 10_000_001, "image/png") == 413
    assert send(b"x" * 10_000_000, "image/png") == 200
    message_id = events(posted)[-1]["message"]["id"]
    assert len(client.get(f"/console/api/contents/{message_id}").data) == 10_000_000
    assert client.get("/console/api/contents/1").status_code == 404


def test_the_menu_switch_uses_the_alias(console, amy, posted):
    console.switch_menu(amy, "d", "none")
    menus = console.platform.rich_menus
    menus.aliases["more"] = "richmenu-1"
    console.switch_menu(amy, "d", "more")
    told = [event["postback"]["params"]["status"] for event in events(posted)[-2:]]
    assert told == ["RICHMENU_ALIAS_ID_NOTFOUND", "SUCCESS"]
    assert menus.menu_of(amy) == "richmenu-1"


@pytest.mark.parametrize("language", ["zh-Hant", "en", None])
def test_the_drawn_menu_is_one_that_line_would_take(language):
    assert check_body("RichMenuRequest", default_menu(language)) == []


@pytest.mark.parametrize(
    ("picture", "status"),
    [
        ("http://localhost:8000/qr.png", 200),
        ("http://127.0.0.1:8000/qr.png", 200),
        ("http://localhost:8001/qr.png", 400),
        ("http://example.tw/qr.png", 400),
        (PICTURE, 200),
    ],
)
def test_only_our_own_address_is_excused_from_https(client, amy, picture, status):
    message = {"type": "image", "originalContentUrl": picture, "previewImageUrl": picture}
    headers = {"Authorization": "Bearer t"}
    answer = client.post("/v2/bot/message/push", json=push(message) | {"to": amy}, headers=headers)
    assert answer.status_code == status
    assert answer.headers["X-Line-Request-Id"]


def test_the_page_gets_the_very_bytes(client, amy):
    body = b'{ "to":"' + amy.encode() + b'",\n "messages":[ {"type":"text", "text":"\xe5\x81\x9c"} ] }'
    headers = {"Authorization": "Bearer t"}
    assert (
        client.post("/v2/bot/message/push", data=body, content_type="application/json", headers=headers).status_code
        == 200
    )
    assert client.get("/console/api/state?after=0").json["entries"][-1]["body"] == body.decode()


def test_a_look_waits_for_news_and_then_answers_at_once(client, console, amy):
    after = client.get("/console/api/state?after=0").json["seq"]
    answers = []
    look = threading.Thread(target=lambda: answers.append(client.get(f"/console/api/state?after={after}").json))
    started = time.monotonic()
    look.start()
    console.say(amy, "有新的")
    look.join()
    assert time.monotonic() - started < 1.5
    assert [entry["said"] for entry in answers[0]["entries"]] == [{"type": "text", "text": "有新的"}]


def test_a_refused_call_is_told_in_the_log_without_values(client, console, amy):
    headers = {"Authorization": "Bearer t"}
    client.post("/v2/bot/message/push", json=push(text("祕" * 5001)) | {"to": amy}, headers=headers)
    line = client.get("/console/api/state?after=0").json["log"][-1]
    assert line["status"] == 400
    assert line["reason"].endswith("messages[0].text: Length must be between 1 and 5000")
    assert "祕" not in line["reason"]


class TestPoster:
    @pytest.fixture
    def server(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(int(self.path.strip("/")))
                self.send_header("Location", "/200")
                self.end_headers()

            def log_message(self, *args):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
        server.server_close()

    @pytest.mark.parametrize("status", [200, 302, 400, 503])
    def test_it_tells_the_status_and_follows_nothing(self, server, status):
        assert callback_poster(f"{server}/{status}")(b"{}", "x") == status

    def test_nobody_there_is_none(self, server):
        assert callback_poster("http://127.0.0.1:1/callback")(b"{}", "x") is None
