"""Accounts, roles, lots, deputies: kept by the head office, and nothing reachable beyond one's role."""

import re
import uuid
from datetime import date, timedelta

import pytest

from domain.clock import city_date
from domain.staff import POWERS, WRONG_TRIES, Hat, Member, Power, Role
from tests.staff.office import PASSWORD, Office, Person

MADE_UP = {"uuid": str(uuid.uuid4()), "int": "1"}  # values of a route's parts, by their kind
OPEN = {"staff.login", "staff.logout", "staff.setup", "staff.static"}  # to those who are not logged in


def today(office: Office) -> date:
    return city_date(office.house.clock.now())


@pytest.fixture
def head(office: Office) -> Person:
    office.lot("001")
    office.lot("002")
    person = office.person("head", Role.HEAD)
    person.log_in()
    return person


def test_an_account_is_made_set_up_and_used(head: Person, office: Office) -> None:
    page = head.post("/people/add", login="lin", name="林小姐", role="lot", lots=["001"]).text
    address = page.split('<code class="long">')[1].split("<")[0]
    lin = Person(office, "lin", office.app.test_client())
    assert "已設定完成" in lin.set_up(address).text
    assert lin.log_in().status_code == 303
    assert ("staff:head", "staff.added") in office.audit()
    assert ("staff:lin", "staff.login") in office.audit()


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"login": "Head!", "name": "x", "role": "head"}, "帳號由小寫"),
        ({"login": "head", "name": "x", "role": "head"}, "已經有人使用"),
        ({"login": "lin", "name": " ", "role": "head"}, "姓名"),
        ({"login": "lin", "name": "x", "role": "lot"}, "至少要指定一個停車場"),
        ({"login": "lin", "name": "x", "role": "lot", "lots": ["999"]}, "沒有停車場 999"),
        ({"login": "lin", "name": "x", "role": "head", "lots": ["001"]}, "只有場站人員"),
    ],
)
def test_a_form_that_does_not_fit_is_explained(head: Person, form: dict[str, object], why: str) -> None:
    assert why in head.post("/people/add", **form).text


def test_a_closed_account_is_out_at_once(head: Person, office: Office) -> None:
    lin = office.person("lin", Role.SERVICE)
    lin.log_in()
    assert "已停用" in head.post("/people/lin/disable").text
    assert lin.get("/").status_code == 302
    assert lin.log_in().status_code == 403
    page = head.post("/people/lin/enable").text
    lin.set_up(page.split('<code class="long">')[1].split("<")[0])
    assert lin.log_in().status_code == 303


def test_a_reset_makes_the_old_password_void(head: Person, office: Office) -> None:
    lin = office.person("lin", Role.SERVICE)
    lin.log_in()
    head.post("/people/lin/reset")
    assert lin.get("/").status_code == 302
    assert lin.log_in().status_code == 403


def test_who_is_locked_out_is_let_in_again(head: Person, office: Office) -> None:
    lin = office.person("lin", Role.SERVICE)
    assert "解除鎖定" not in head.get("/people/lin").text
    for _ in range(WRONG_TRIES):
        lin.log_in(password="wrong")
    assert lin.log_in().status_code == 403
    assert "解除鎖定" in head.get("/people/lin").text
    assert "帳號 lin 已解除鎖定" in head.post("/people/lin/unlock").text
    assert lin.log_in().status_code == 303
    assert ("staff:head", "staff.unlocked") in office.audit()


def test_the_last_of_the_head_office_stays(head: Person) -> None:
    assert "至少要留一位管理人員" in head.post("/people/head/disable").text
    assert "至少要留一位管理人員" in head.post("/people/head/change", name="x", role="audit").text


def test_a_changed_role_holds_at_the_next_page(head: Person, office: Office) -> None:
    lin = office.person("lin", Role.HEAD)
    lin.log_in()
    assert lin.get("/people").status_code == 200
    head.post("/people/lin/change", name="林小姐", role="service")
    assert lin.get("/people").status_code == 403


def test_a_deputy_acts_in_the_role_on_the_days_alone(head: Person, office: Office) -> None:
    lin = office.person("lin", Role.SERVICE)
    lin.log_in()
    assert lin.get("/people").status_code == 403
    days = {"first": today(office).isoformat(), "last": today(office).isoformat()}
    assert "已設定職務代理人" in head.post("/own/deputy", deputy="lin", **days).text
    assert lin.get("/people").status_code == 200
    assert "代理 <strong>head</strong>" in lin.get("/").text
    office.run("UPDATE staff_deputy SET first_day = first_day - 2, last_day = last_day - 1")
    assert lin.get("/people").status_code == 403


@pytest.mark.parametrize(
    ("deputy", "shift", "why"), [("head", 0, "本人"), ("lin", -3, "日期不正確"), ("nobody", 0, "沒有帳號")]
)
def test_a_deputy_that_makes_no_sense_is_refused(
    head: Person, office: Office, deputy: str, shift: int, why: str
) -> None:
    office.person("lin", Role.SERVICE)
    day = (today(office) + timedelta(days=shift)).isoformat()
    assert why in head.post("/own/deputy", deputy=deputy, first=day, last=day).text


def test_one_takes_back_ones_own_deputies_only(head: Person, office: Office) -> None:
    lin = office.person("lin", Role.SERVICE)
    lin.log_in()
    days = {"first": today(office).isoformat(), "last": today(office).isoformat()}
    head.post("/own/deputy", deputy="lin", **days)
    assert "沒有這筆代理" in lin.post("/own/deputy/end", id=1).text
    assert "已取消代理" in head.post("/own/deputy/end", id=1).text
    assert lin.get("/people").status_code == 403


def test_the_head_office_names_a_deputy_for_whoever_is_away(head: Person, office: Office) -> None:
    lin, sun = office.person("lin", Role.SERVICE), office.person("sun", Role.LOT, "001")
    for person in (lin, sun):
        person.log_in()
    days = {"first": today(office).isoformat(), "last": today(office).isoformat()}
    page = head.post("/people/lin/deputy", deputy="sun", **days).text
    assert "已設定職務代理人" in page
    assert sun.get("/threads").status_code == 200
    assert "沒有這筆代理" in head.post("/people/sun/deputy/end", id=1).text, "not this one's"
    assert "沒有這筆代理" in head.post("/people/lin/deputy/end", id="x").text
    assert "已取消代理" in head.post("/people/lin/deputy/end", id=1).text
    assert sun.get("/threads").status_code == 403
    assert "沒有帳號" in head.post("/people/nobody/deputy", deputy="sun", **days).text
    assert [who for who, what in office.audit() if what.startswith("staff.deputy")] == ["staff:head"] * 2


def test_every_route_asks_for_a_power_and_nobody_gets_beyond_the_role(office: Office) -> None:
    office.lot("001")
    people = {role: office.person(f"a-{role.value}", role, *(["001"] if role is Role.LOT else [])) for role in Role}
    for person in people.values():
        assert person.log_in(PASSWORD).status_code == 303
    stranger = office.app.test_client()
    tried = 0
    for rule in office.app.url_map.iter_rules():
        if rule.endpoint in OPEN:
            continue
        power: Power = office.app.view_functions[rule.endpoint].power  # type: ignore[attr-defined]
        address = re.sub(r"<(?:(\w+):)?\w+>", lambda part: MADE_UP.get(part[1], "x"), rule.rule)
        for method in (rule.methods or set()) & {"GET", "POST"}:
            assert stranger.open(address, method=method).status_code == 302, f"{method} {rule.rule} is open"
            for role, person in people.items():
                if power not in POWERS[role]:
                    answer = person.client.open(address, method=method)
                    assert answer.status_code == 403, f"{role} {method} {rule.rule}"
                    tried += 1
    assert tried > 10


def test_auditors_change_nothing() -> None:
    seeing = {power for power in POWERS[Role.AUDIT] if power.value.startswith("see_")}
    assert POWERS[Role.AUDIT] - seeing == {Power.OWN, Power.REPORTS, Power.AUDIT, Power.OPENINGS}


def test_a_lots_staff_sees_that_lot_alone() -> None:
    member = Member(uuid.uuid4(), "lin", "林", [Hat(Role.LOT, frozenset({"001"}))])
    assert member.may(Power.SEE_ENTRIES, "001")
    assert not member.may(Power.SEE_ENTRIES, "002")
    assert member.lots(Power.SEE_ENTRIES) == {"001"}
    assert member.lots(Power.STAFF) == frozenset()
