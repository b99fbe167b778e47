"""優惠方案管理 and 優惠里民方案管理: every lot's plans, for which 里, and which may be given up."""

import pytest

from domain.staff import Role
from tests.staff.crawl import Tables
from tests.staff.office import Office, Person
from tests.staff.test_lots import LOT, PLAN

KEY = {"lot": "009", "kind": "car", "type": "all-day", "code": "village"}


@pytest.fixture
def plans(chen: Person, office: Office, draw_id: str) -> None:
    """A lot of its own with a plan for everybody and one for residents; lot 001 has a rehearsal of the past."""
    office.run("UPDATE pass_round SET ends_on = current_date + 40 WHERE draw_id = :id", id=draw_id)
    chen.post("/lots/put", **LOT)
    chen.post("/lot/009/plan", **PLAN)
    chen.post(
        "/lot/009/plan",
        **(PLAN | {"code": "general", "name": "一般月票", "price": "5760", "evidence": "", "villages": ""}),
    )


def rows(person: Person, path: str) -> list[list[str]]:
    """What is listed."""
    tables = Tables(person.get(path).text).rows
    return tables[0] if tables else []


@pytest.mark.usefixtures("plans")
def test_all_plans_by_lot_kind_and_type(chen: Person) -> None:
    assert [row[:7] for row in rows(chen, "/plans")] == [
        ["001 大安地下停車場", "汽車", "全日月票", "一般", "general", "5,760", ""],
        ["009 信義地下停車場", "汽車", "全日月票", "一般月票", "general", "5,760", ""],
        ["009 信義地下停車場", "汽車", "全日月票", "優惠里月票", "village", "4,600", "1,160"],
    ]
    assert len(rows(chen, "/plans?lot=009")) == 2
    assert rows(chen, "/plans?lot=009&kind=motorcycle") == rows(chen, "/plans?type=night") == []


@pytest.mark.usefixtures("plans")
def test_residents_plans_by_village_and_other_villages(chen: Person, office: Office) -> None:
    (row,) = rows(chen, "/villages")
    assert row[:5] == ["009 信義地下停車場", "西村里", "汽車", "全日月票", "優惠里月票"]
    assert rows(chen, "/villages?village=龍門里") == []
    assert "已儲存適用里" in chen.post("/villages/put", **KEY, villages="龍門里，西村里").text
    assert len(rows(chen, "/villages?village=龍門里")) == 1
    assert rows(chen, "/plans?lot=009")[1][5:9] == ["4,600", "1,160", "L", "龍門里、西村里"], "nothing else is changed"
    assert "至少填寫一個里" in chen.post("/villages/put", **KEY, villages=" 、").text
    assert "沒有這個方案" in chen.post("/villages/put", **(KEY | {"code": "other"}), villages="龍門里").text
    assert ("staff:chen", "lot.plan") in office.audit()


@pytest.mark.usefixtures("plans")
def test_a_plan_is_given_up_unless_it_is_needed(chen: Person, office: Office) -> None:
    used = {"lot": "001", "kind": "car", "type": "all-day", "code": "general"}
    assert "申請選了這個方案" in chen.post("/plans/drop", **used).text
    office.run("UPDATE pass_entry SET plan = 'other'")
    assert "至少要留一個不用審查的方案" in chen.post("/plans/drop", **used).text
    office.run("UPDATE pass_round SET ends_on = current_date - 2")
    assert "已刪除方案" in chen.post("/plans/drop", **used).text
    assert "已刪除方案" in chen.post("/plans/drop", **KEY).text
    assert "沒有這個方案" in chen.post("/plans/drop", **KEY).text
    assert [row[4] for row in rows(chen, "/plans")] == ["general"]
    assert office.audit().count(("staff:chen", "lot.plan_dropped")) == 2


@pytest.mark.usefixtures("plans")
def test_a_lots_staff_see_their_own_and_change_none(office: Office) -> None:
    hou = office.person("hou", Role.LOT, "001")
    hou.log_in()
    assert [row[0] for row in rows(hou, "/plans")] == ["001 大安地下停車場"]
    assert rows(hou, "/villages") == []
    assert hou.post("/plans/drop", **KEY).status_code == 403
    assert hou.post("/villages/put", **KEY, villages="龍門里").status_code == 403
