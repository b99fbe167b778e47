"""防汛通知 from the browser: looked at, sent, closed; 群發紀錄."""

import re

import pytest

from domain.staff import Role
from tests.campaigns.town import Town
from tests.clock import MovableClock
from tests.staff.office import Office, Person

RIVER = "riverside_lots"
NOTICE = {"template": "closed", "areas": [RIVER], "at": "2031-07-15T14:30", "place": "華中河濱公園"}


@pytest.fixture
def town(office: Office) -> Town:
    return Town(office.house.unit, MovableClock())


@pytest.fixture
def chen(office: Office) -> Person:
    person = office.person("chen", Role.HEAD)
    person.log_in()
    return person


def test_looked_at_then_sent_then_closed(town: Town, office: Office, chen: Person) -> None:
    town.person(RIVER)
    town.person("gates")
    page = chen.post("/floods/preview", **NOTICE).text
    assert re.search("防汛：華中河濱公園 .*14:30 起停車場關閉", page)
    assert "<strong>1 人</strong>" in page
    assert office.audit()[-1] == ("staff:chen", "staff.login"), "nothing is sent yet"
    assert "已開始發送" in chen.post("/floods/send", **NOTICE).text
    assert ("staff:chen", "campaign.started") in office.audit()
    page = chen.get("/floods").text
    ends = re.search(r'name="ends" value="([^"]+)"', page)[1]  # type: ignore[index]
    assert "停車場恢復開放" in chen.post("/floods/preview", ends=ends, at=NOTICE["at"]).text


def test_what_reaches_nobody_is_not_sent(office: Office, chen: Person) -> None:
    assert "沒有人會收到" in chen.post("/floods/preview", **NOTICE).text
    assert "沒有人會收到" in chen.post("/floods/send", **NOTICE).text
    assert "還沒有群發過訊息" in chen.get("/campaigns").text
    assert ("staff:chen", "campaign.started") not in office.audit()


@pytest.mark.parametrize(
    ("change", "why"),
    [({"areas": ["nowhere"]}, "至少選一個區域"), ({"at": "now"}, "正確的時間"), ({"place": "x" * 99}, "60")],
)
def test_a_notice_that_does_not_fit_is_explained(town: Town, chen: Person, change: dict[str, object], why: str) -> None:
    town.person(RIVER)
    assert why in chen.post("/floods/preview", **(NOTICE | change)).text


def test_what_is_on_its_way_is_counted_and_stopped(town: Town, office: Office, chen: Person) -> None:
    town.person(RIVER)
    chen.post("/floods/send", **NOTICE)
    with office.house.unit() as uow:
        ((flood, _),) = office.house.campaigns.open_floods(uow)
        started = flood.id
    office.house.campaigns.tell(office.house.unit, started)
    page = chen.get("/campaigns").text
    assert "等候 1" in page
    assert f'name="id" value="{started}"' in page
    assert "已停止發送" in chen.post("/campaigns/stop", id=started).text
    assert "等候 1" not in chen.get("/campaigns").text
    lin = office.person("lin", Role.SERVICE)
    lin.log_in()
    assert lin.get("/campaigns").status_code == 200
    assert lin.get("/floods").status_code == 403
