"""The state behind the Messaging API: tokens, keys, quota, rates, people, rich menus."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import orjson
import pytest

from tests.console.asked import TOKEN, Line
from tests.console.samples import GROUP, OTHER, USER, push, text
from web.console.lineapi.platform import LinePlatform


@pytest.fixture
def line():
    return Line()


def said(answer):
    return orjson.loads(answer.body)["message"]


def test_every_answer_has_a_request_id_of_its_own(line):
    ids = {line.ask("GET", path).headers["X-Line-Request-Id"] for path in ("/v2/bot/info", "/v2/bot/none", "/x")}
    assert len(ids) == 3


def test_a_wrong_token_is_401_and_sends_nothing(line):
    answer = line.ask("POST", "/v2/bot/message/push", push(text()), token="other")
    assert answer.status == 401
    assert "invalid token" in said(answer)
    assert line.got() == 0


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"to": "\\ud800"}', b"[1]"])
def test_what_is_not_a_json_object_is_400(line, body):
    assert line.ask("POST", "/v2/bot/message/push", body).status == 400


def test_content_type_and_size_are_held(line):
    assert line.post("message/push", push(text()), Content_Type="text/plain").status == 415
    assert line.post("message/push", b" " * 2_000_001).status == 413


def test_nesting_without_end_is_refused_not_a_crash(line):
    box = '{"type":"box","layout":"vertical","contents":['
    body = '{"to":"x","messages":[{"type":"flex","altText":"x","contents":{"type":"bubble","body":'
    deep = body + box * 450 + "]}" * 450 + "}}]}"
    assert line.ask("POST", "/v2/bot/message/push", deep.encode()).status == 400


def test_the_books_hold_the_very_bytes(line):
    body = b'{"messages" : [{"type":"text","text":"\xe5\x81\x9c"}],  "to":"' + USER.encode() + b'"}'
    assert line.ask("POST", "/v2/bot/message/push", body).status == 200
    (delivery,) = line.memory.deliveries(USER)
    assert delivery.body == body
    assert delivery.messages() == [text("停")]


class TestReply:
    def test_once(self, line):
        token = line.events.text(USER, "待繳")["replyToken"]
        answer = line.reply(token)
        assert answer.status == 200
        assert len(orjson.loads(answer.body)["sentMessages"]) == 1
        again = line.reply(token)
        assert (again.status, said(again)) == (400, "Invalid reply token")
        assert line.got() == 1

    def test_within_a_minute(self, line):
        first, second = (line.events.text(USER, "x")["replyToken"] for _ in range(2))
        line.clock.move(60)
        assert line.reply(first).status == 200
        line.clock.move(1)
        assert line.reply(second).status == 400

    def test_redelivery_opens_another_minute_but_not_after_twenty(self, line):
        event, late = line.events.text(USER, "x"), line.events.text(USER, "x")
        line.clock.move(600)
        line.events.carry([event])
        line.clock.move(59)
        assert line.reply(event["replyToken"]).status == 200
        line.clock.move(20 * 60 - 659 + 1)
        line.events.carry([late])
        assert line.reply(late["replyToken"]).status == 400

    def test_a_refused_message_leaves_the_token(self, line):
        token = line.events.text(USER, "x")["replyToken"]
        assert line.post("message/reply", {"replyToken": token, "messages": [text("")]}).status == 400
        assert line.reply(token).status == 200

    def test_a_retry_key_is_refused(self, line):
        token = line.events.text(USER, "x")["replyToken"]
        assert line.reply(token, X_Line_Retry_Key=str(uuid.uuid4())).status == 400
        assert line.reply(token).status == 200

    def test_costs_no_quota(self, line):
        line.platform.quota.limit = 0
        assert line.reply(line.events.text(USER, "x")["replyToken"]).status == 200


class TestRetryKey:
    def test_the_second_time_is_409_with_the_first_ones_ids(self, line):
        key = str(uuid.uuid4())
        first = line.post("message/push", push(text()), X_Line_Retry_Key=key)
        second = line.post("message/push", push(text()), X_Line_Retry_Key=key.upper())
        assert (first.status, second.status) == (200, 409)
        assert second.headers["X-Line-Accepted-Request-Id"] == first.headers["X-Line-Request-Id"]
        body = orjson.loads(second.body)
        assert body["message"] == "The retry key is already accepted"
        assert body["sentMessages"] == orjson.loads(first.body)["sentMessages"]
        assert line.got() == 1

    def test_another_body_does_not_help(self, line):
        key = str(uuid.uuid4())
        line.post("message/push", push(text("a")), X_Line_Retry_Key=key)
        assert line.post("message/push", push(text("b")), X_Line_Retry_Key=key).status == 409
        assert line.got() == 1

    def test_a_refused_call_does_not_use_it_up(self, line):
        key = str(uuid.uuid4())
        assert line.post("message/push", push(text("")), X_Line_Retry_Key=key).status == 400
        assert line.post("message/push", push(text()), X_Line_Retry_Key=key).status == 200

    def test_after_24_hours_it_is_new(self, line):
        key = str(uuid.uuid4())
        line.post("message/push", push(text()), X_Line_Retry_Key=key)
        line.clock.move(24 * 3600)
        assert line.post("message/push", push(text()), X_Line_Retry_Key=key).status == 409
        line.clock.move(1)
        assert line.post("message/push", push(text()), X_Line_Retry_Key=key).status == 200
        assert line.got() == 2

    def test_multicast_tells_no_ids(self, line):
        key, body = str(uuid.uuid4()), {"to": [USER], "messages": [text()]}
        line.post("message/multicast", body, X_Line_Retry_Key=key)
        again = line.post("message/multicast", body, X_Line_Retry_Key=key)
        assert again.status == 409
        assert "sentMessages" not in orjson.loads(again.body)

    def test_it_must_be_a_uuid(self, line):
        assert line.post("message/push", push(text()), X_Line_Retry_Key="1").status == 400
        assert line.got() == 0


class TestReceivers:
    def test_a_blocked_user_looks_the_same_and_gets_nothing(self, line):
        line.events.unfollow(USER)
        assert line.post("message/push", push(text())).status == 200
        assert line.got() == 0
        line.events.follow(USER)
        assert line.post("message/push", push(text())).status == 200
        assert line.got() == 1

    def test_an_unknown_id_is_400(self, line):
        answer = line.post("message/push", push(text()) | {"to": OTHER})
        assert (answer.status, said(answer)) == (400, "Failed to send messages")

    def test_strangers_may_be_taken_for_known(self):
        assert Line(strangers=True).post("message/push", push(text()) | {"to": OTHER}).status == 200

    def test_multicast_reaches_each_once_and_names_the_bad_one(self, line):
        line.memory.meet(OTHER)
        assert line.post("message/multicast", {"to": [USER, OTHER, USER], "messages": [text()]}).body == b"{}"
        assert (line.got(USER), line.got(OTHER)) == (1, 1)
        line.events.text(GROUP, "x")
        bad = line.post("message/multicast", {"to": [USER, GROUP], "messages": [text()]})
        assert said(bad) == "The property, to[1], in the request body is invalid (line: -, column: -)"
        assert line.got() == 1

    def test_mentions_need_a_group(self, line):
        line.events.text(GROUP, "x", by=USER)
        mention = {"all": {"type": "mention", "mentionee": {"type": "all"}}}
        message = {"type": "textV2", "text": "{all}", "substitution": mention}
        assert line.post("message/push", push(message)).status == 400
        assert line.post("message/push", push(message) | {"to": GROUP}).status == 200


def test_quota_counts_receivers_and_ends_with_its_own_429(line):
    line.memory.meet(OTHER)
    line.platform.quota.limit = 3
    assert line.post("message/multicast", {"to": [USER, OTHER], "messages": [text(), text()]}).status == 200
    assert line.ask("GET", "/v2/bot/message/quota").body == b'{"type":"limited","value":3}'
    assert line.ask("GET", "/v2/bot/message/quota/consumption").body == b'{"totalUsage":2}'
    refused = line.post("message/multicast", {"to": [USER, OTHER], "messages": [text()]})
    assert (refused.status, said(refused)) == (429, "You have reached your monthly limit.")
    assert line.post("message/push", push(text())).status == 200
    assert line.post("message/push", push(text())).status == 429
    line.clock.move(31 * 86400)
    assert line.post("message/push", push(text())).status == 200


def test_rates_are_per_endpoint_and_refill(line):
    line.platform.rates.enabled = True
    body = {"to": [USER], "messages": [text()]}
    assert {line.post("message/multicast", body).status for _ in range(200)} == {200}
    refused = line.post("message/multicast", body)
    assert (refused.status, said(refused)) == (429, "The API rate limit has been exceeded. Try again later.")
    assert line.post("message/push", push(text())).status == 200
    line.clock.move(0.005)
    assert line.post("message/multicast", body).status == 200
    assert line.post("message/multicast", body).status == 429


def test_validation_sends_nothing(line):
    for kind in ("reply", "push", "multicast", "narrowcast", "broadcast"):
        assert line.post(f"message/validate/{kind}", {"messages": [text()]}).status == 200
        assert line.post(f"message/validate/{kind}", {"messages": [text("")]}).status == 400
    assert line.got() == 0


def test_light_checks_trust_messages_but_not_the_envelope():
    line = Line(checks="light")
    assert line.post("message/push", push({"type": "nope"})).status == 200
    assert line.post("message/push", push()).status == 400
    assert line.reply("none").status == 400


def test_profile_has_a_language_only_with_consent(line):
    told = orjson.loads(line.ask("GET", f"/v2/bot/profile/{USER}").body)
    assert told == {"userId": USER, "displayName": "王小明", "language": "zh-Hant"}
    line.memory.users[USER].language = None
    assert "language" not in orjson.loads(line.ask("GET", f"/v2/bot/profile/{USER}").body)
    line.events.unfollow(USER)
    assert line.ask("GET", f"/v2/bot/profile/{USER}").status == 404
    assert line.ask("GET", f"/v2/bot/profile/{OTHER}").status == 404


def test_content_until_it_is_unsent(line):
    message_id = line.events.image(USER, b"\xff\xd8photo")["message"]["id"]
    path = f"/v2/bot/message/{message_id}/content"
    answer = line.ask("GET", path)
    assert (answer.status, answer.body, answer.content_type) == (200, b"\xff\xd8photo", "image/jpeg")
    assert line.ask("GET", path + "/transcoding").body == b'{"status":"succeeded"}'
    line.events.unsend(USER, message_id)
    assert line.ask("GET", path).status == 410
    assert line.ask("GET", "/v2/bot/message/1/content").status == 404


def test_loading_shows_until_the_next_message(line):
    answer = line.post("chat/loading/start", {"chatId": USER})
    assert (answer.status, answer.body) == (202, b"{}")
    assert (line.memory.loading_until[USER] - line.clock.now()).total_seconds() == 20
    line.post("message/push", push(text()))
    assert USER not in line.memory.loading_until
    assert line.post("chat/loading/start", {"chatId": GROUP}).status == 400
    assert line.post("chat/loading/start", {"chatId": OTHER}).status == 202


def test_followers_come_in_pages(line):
    line.memory.meet(OTHER)
    first = orjson.loads(line.ask("GET", "/v2/bot/followers/ids?limit=1").body)
    assert first["userIds"] == [USER]
    second = orjson.loads(line.ask("GET", f"/v2/bot/followers/ids?limit=1&start={first['next']}").body)
    assert second == {"userIds": [OTHER]}
    assert line.ask("GET", "/v2/bot/followers/ids?limit=1001").status == 400


def test_a_link_token_is_for_known_users(line):
    assert orjson.loads(line.post(f"user/{USER}/linkToken", None).body)["linkToken"]
    assert line.post(f"user/{OTHER}/linkToken", None).status == 404


def test_two_at_once_are_one_after_the_other(line):
    """Both calls are held where they have looked and not yet written, until they meet or one waits in vain."""
    token, key = line.events.text(USER, "x")["replyToken"], str(uuid.uuid4())
    meeting = threading.Barrier(2)
    moment = line.clock.moment

    def now():
        with suppress(threading.BrokenBarrierError):
            meeting.wait(0.05)
        return moment

    line.clock.now = now
    line.platform = LinePlatform(access_token=TOKEN, clock=line.clock, memory=line.memory)
    with ThreadPoolExecutor(2) as pool:
        replies = list(pool.map(lambda _: line.reply(token).status, range(2)))
        meeting.reset()
        sent = pool.map(lambda _: line.post("message/push", push(text()), X_Line_Retry_Key=key), range(2))
        pushes = [answer.status for answer in sent]
    assert sorted(replies) == [200, 400]
    assert sorted(pushes) == [200, 409]
    assert line.got() == 2
