"""今日狀態: what waits and what failed is on the page, with an alarm where a person is wanted."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from domain.campaigns import Quota
from domain.staff import Role
from infra import metrics
from infra.breaker import OPEN_SECONDS, left_alone
from services import alarms
from services.line_quota import SeenQuota
from services.operation import State
from services.today import CityState, Outside, Present, ProviderDay, SmsDay, Today
from tests.staff.office import Office

CALM = State(0.0, 0, 0.0, 0, 5.0, 0, 0.0, 0, 0.0)
CITY = CityState("NWT", "新北市", 10, {"timeout": 1}, None, 3, 60.0)


def today(**changes: object) -> Today:
    calm = Today(
        at=datetime(2026, 11, 21, tzinfo=UTC),
        state=CALM,
        providers=[ProviderDay("linepay", 3, 900, 9, 1)],
        messages_failed={},
        sms=SmsDay(0, 1, 0),
        set_aside=0,
        halts={},
        cities=[CITY],
        breakers_known=True,
        quota=Quota(1000, 10),
        quota_at=datetime(2026, 11, 21, tzinfo=UTC),
        quota_free=690,
        gone=(),
        restarts={},
    )
    return replace(calm, **changes)  # type: ignore[arg-type]


def test_a_calm_day_has_no_alarm() -> None:
    assert alarms.standing(today()) == []


@pytest.mark.parametrize("rule", alarms.RULES, ids=lambda rule: rule.figure)
def test_each_figure_is_an_alarm_above_its_limit_and_not_at_it(rule: alarms.Rule) -> None:
    assert alarms.standing(today(state=replace(CALM, **{rule.figure: rule.over}))) == []
    assert alarms.standing(today(state=replace(CALM, **{rule.figure: rule.over + 1}))) == [rule.words]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": replace(CALM, worker_silent_seconds=None)}, "還沒有啟動過"),
        ({"set_aside": 2}, "2 則民眾的訊息"),
        ({"cases_late": 3}, "3 件客服案件"),
        ({"accounts_locked": 2}, "2 個承辦人員帳號"),
        ({"restarts": {"outbox": 3}}, "outbox"),
        ({"breakers_known": False}, "Redis"),
        ({"providers": [ProviderDay("ecpay", 0, 0, alarms.ALL_FAILED, 0)]}, "ecpay"),
        ({"gone": ["jkopay"]}, "jkopay"),
        ({"cities": [replace(CITY, left_alone=12.0)]}, "新北市的系統連續沒有回應"),
        ({"cities": [replace(CITY, answered=0, failed={"down": alarms.ALL_FAILED})]}, "次都沒有回應"),
        ({"cities": [replace(CITY, late=alarms.WATCH_LATE_SECONDS + 1)]}, "超過兩天"),
        ({"messages_failed": {"quota": 1}}, "則數"),
        ({"quota_free": 0}, "則數"),
    ],
)
def test_what_wants_a_person_is_an_alarm(changes: dict[str, object], words: str) -> None:
    (alarm,) = alarms.standing(today(**changes))
    assert words in alarm


@pytest.mark.parametrize(
    "changes",
    [
        {"providers": [ProviderDay("ecpay", 0, 0, alarms.ALL_FAILED - 1, 5)]},
        {"cities": [replace(CITY, answered=1, failed={"down": 100})]},
        {"quota": Quota(None, 10), "quota_free": None},
        {"quota": None, "quota_free": None},
    ],
)
def test_what_is_no_reason_to_call_anybody_is_none(changes: dict[str, object]) -> None:
    assert alarms.standing(today(**changes)) == []


@pytest.fixture
def fixed(office: Office) -> Callable[[Outside], None]:
    """Let LINE and Redis say this."""

    def say(outside: Outside) -> None:
        house = office.house
        waits = outside.waits
        quota = SimpleNamespace(now=lambda: outside.quota)
        house.__dict__["present"] = Present(house.cities, lambda hosts: waits, quota, house.sending_rules)  # type: ignore[arg-type]

    return say


def test_the_page_shows_what_waits_and_what_is_stopped(office: Office, fixed: Callable[[Outside], None]) -> None:
    fixed(Outside(SeenQuota(Quota(500, 120), datetime.now(UTC)), {}))
    lin = office.person("lin", Role.SERVICE)
    lin.log_in()
    office.run(
        "INSERT INTO inbound_event (event_id, channel, lane, happened_at, received_at)"
        " VALUES ('e1', 'C', 'U1', 0, now() - interval '5 minutes')"
    )
    office.run(
        "INSERT INTO outbound_message (id, channel, lane, body, ended_at, outcome)"
        " VALUES (:id, 'C', 'U1', '[]', now(), 'denied')",
        id=uuid.uuid4(),
    )
    office.run("INSERT INTO halt (what, text_zh, text_en, stopped_by) VALUES ('money', '暫停收款', 'Paused', 'x')")
    office.person("hou", Role.HEAD)
    office.run("UPDATE staff SET locked_until = now() + interval '10 minutes' WHERE login = 'hou'")
    page = lin.get("/today").text
    assert "今日有 1 個承辦人員帳號因連續輸入錯誤而鎖定" in page
    assert "民眾的訊息等了太久還沒處理" in page
    assert '<td>民眾的訊息</td><td class="number">1</td><td class="number">5 分</td>' in page
    assert "LINE 拒絕 1" in page
    assert "所有收款：暫停收款" in page
    assert "120 / 500 則" in page
    assert "今日還沒有付款" in page


def test_without_line_and_redis_the_page_says_so(office: Office, fixed: Callable[[Outside], None]) -> None:
    fixed(Outside(None, None))
    chen = office.person("chen", Role.HEAD)
    chen.log_in()
    page = chen.get("/today").text
    assert "LINE 沒有回應" in page
    assert "Redis 沒有回應" in page


def test_it_renews_itself_only_where_asked_and_not_for_ever(office: Office, fixed: Callable[[Outside], None]) -> None:
    fixed(Outside(None, {}))
    chen = office.person("chen", Role.HEAD)
    chen.log_in()
    assert 'http-equiv="refresh"' not in chen.get("/today").text
    assert 'content="30;url=/staff/today?again=59"' in chen.get("/today?again=60").text
    assert 'content="30;url=/staff/today?again=59"' in chen.get("/today?again=9999999").text
    assert 'http-equiv="refresh"' not in chen.get("/today?again=0").text
    assert 'http-equiv="refresh"' not in chen.get("/today?again=x").text


def test_figures_are_those_of_the_metrics_page() -> None:
    metrics.CITY_ANSWERS.labels("ZZZ", "timeout").inc(7)
    found = [one for one in metrics.samples("parkline_city_answers_total") if one.labels["city"] == "ZZZ"]
    assert [(one.labels["outcome"], one.value) for one in found] == [("timeout", 7.0)]
    assert b'parkline_city_answers_total{city="ZZZ",outcome="timeout"} 7.0' in metrics.render({})


def test_hosts_that_are_left_alone_are_known(office: Office) -> None:
    redis = office.house.redis
    seconds = redis.time()[0]
    redis.hset("breaker:a.example", mapping={"failures": 5, "until": (seconds + 25) * 1000})
    redis.hset("breaker:b.example", mapping={"failures": 2})
    redis.hset("breaker:c.example", mapping={"failures": 5, "until": (seconds - 5) * 1000})
    waits = left_alone(redis, ["a.example", "b.example", "c.example", "d.example"])
    assert waits is not None
    assert list(waits) == ["a.example"]
    assert 20 < waits["a.example"] <= OPEN_SECONDS
