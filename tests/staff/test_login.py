"""Logging in: password and code, lock-out, sessions, passwords, setup."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime

import pytest

from domain.staff import WRONG_TRIES, Role, StaffRuleError, check_password
from infra import totp
from tests.staff.office import OTHER_PASSWORD, PASSWORD, SHORT_SECRET, Office, Person, other_code

HOME = "/staff/"


@pytest.fixture
def chen(office: Office) -> Person:
    return office.person("chen", Role.HEAD)


def test_codes_are_those_of_the_standard() -> None:
    moments = {59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"}
    for seconds, code in moments.items():
        moment = datetime.fromtimestamp(seconds, UTC)
        assert totp.code_at(SHORT_SECRET, moment) == code
        assert totp.step_of(SHORT_SECRET, code, moment) == seconds // 30
    assert totp.step_of(SHORT_SECRET, "287082", datetime.fromtimestamp(59 + 120, UTC)) is None


def test_password_and_code_open_the_door(chen: Person) -> None:
    assert chen.get("/").headers["Location"] == "/staff/login?next=/staff/"
    assert chen.log_in().headers["Location"] == HOME
    page = chen.get("/").text
    assert "chen 先生" in page
    assert "承辦人員帳號" in page


def test_every_reason_for_a_refusal_is_told_in_one_sentence(chen: Person, office: Office) -> None:
    stranger = Person(office, "nobody", office.app.test_client(), chen.secret)
    answers = [
        chen.log_in(password="wrong"),
        chen.log_in(code=other_code(chen.secret)),
        stranger.log_in(),
        Person(office, "CHEN ", office.app.test_client(), chen.secret).log_in(password="x" * 900),
    ]
    assert {answer.status_code for answer in answers} == {403}
    said = {answer.text.split('role="alert">')[1].split("<")[0] for answer in answers}
    assert len(said) == 1


def test_a_code_opens_once(chen: Person) -> None:
    code = chen.code()
    assert chen.log_in(code=code).status_code == 303
    again = chen.client.application.test_client()
    assert again.post("/staff/login", data={"login": "chen", "password": PASSWORD, "code": code}).status_code == 403


def test_wrong_tries_lock_the_account_for_a_while(chen: Person, office: Office) -> None:
    for _ in range(WRONG_TRIES):
        assert chen.log_in(password="wrong").status_code == 403
    assert chen.log_in().status_code == 403
    assert ("system", "staff.locked") in office.audit()
    office.run("UPDATE staff SET locked_until = now() - interval '1 second'")
    assert chen.log_in().status_code == 303


def test_an_attacker_with_the_password_alone_locks_it_too(chen: Person, office: Office) -> None:
    for _ in range(WRONG_TRIES):
        chen.log_in(code=other_code(chen.secret))
    assert ("system", "staff.locked") in office.audit()


@pytest.mark.parametrize("column", ["seen_at", "began_at"])
def test_a_session_ends_by_rest_and_by_age(chen: Person, office: Office, column: str) -> None:
    chen.log_in()
    assert chen.get("/").status_code == 200
    office.run(f"UPDATE staff_session SET {column} = now() - interval '11 hours'")  # noqa: S608 - parametrize
    assert chen.get("/").status_code == 302


def test_the_cookie_from_before_logging_in_is_worth_nothing(chen: Person) -> None:
    chen.client.set_cookie("session", "planted")
    chen.get("/login")
    chen.log_in()
    inside = chen.client.get_cookie("session")
    assert inside is not None
    assert inside.http_only
    chen.post("/logout")
    chen.client.set_cookie("session", inside.value)  # somebody kept a copy
    assert chen.get("/").status_code == 302


def test_one_browser_logs_another_out(chen: Person, office: Office) -> None:
    chen.log_in()
    other = Person(office, "chen", office.app.test_client(), chen.secret)
    other.log_in()
    page = chen.get("/own").text
    key = page.split('name="key" value="')[1].split('"')[0]
    assert "已登出那個裝置" in chen.post("/own/sessions", key=key).text
    assert other.get("/").status_code == 302
    assert chen.get("/").status_code == 200


def test_a_stranger_cannot_end_anothers_session(chen: Person, office: Office) -> None:
    chen.log_in()
    lin = office.person("lin", Role.HEAD)
    lin.log_in()
    Person(office, "chen", office.app.test_client(), chen.secret).log_in()
    key = chen.get("/own").text.split('name="key" value="')[1].split('"')[0]
    lin.post("/own/sessions", key=key)
    assert key in chen.get("/own").text


def test_all_others_are_logged_out_at_once(chen: Person, office: Office) -> None:
    others = [Person(office, "chen", office.app.test_client(), chen.secret) for _ in range(2)]
    for person in (chen, *others):
        person.log_in()
    assert "已登出其他 2 個裝置" in chen.post("/own/sessions/others").text
    assert [person.get("/").status_code for person in (chen, *others)] == [200, 302, 302]
    assert ("staff:chen", "staff.sessions_ended") in office.audit()
    assert "登出其他所有裝置" not in chen.get("/own").text, "there is none"


def test_who_comes_and_goes_is_in_the_audit(chen: Person, office: Office) -> None:
    chen.log_in(password="wrong")
    chen.log_in()
    chen.post("/logout")
    said = [row for row in office.audit() if row[1].startswith("staff.log")]
    assert said == [("system", "staff.login_refused"), ("staff:chen", "staff.login"), ("staff:chen", "staff.logout")]


def begun(chen: Person) -> tuple[str, str]:
    """Secret and seal of the page that shows a new authenticator."""
    page = chen.post("/own/authenticator", old=PASSWORD, code=chen.code()).text
    return page.split("<code>")[1].split("</code>")[0], page.split('name="sealed" value="')[1].split('"')[0]


def test_one_changes_ones_own_authenticator(chen: Person, office: Office) -> None:
    other = Person(office, "chen", office.app.test_client(), chen.secret)
    for person in (chen, other):
        person.log_in()
    secret, sealed = begun(chen)
    assert other.log_in().status_code == 303, "until its first code the old one counts"
    assert "驗證碼不正確" in chen.post("/own/authenticator/change", sealed=sealed, code=other_code(secret)).text
    now = totp.code_at(secret, datetime.now(UTC))
    assert "已更換驗證程式" in chen.post("/own/authenticator/change", sealed=sealed, code=now).text
    assert other.get("/").status_code == 302, "logged out"
    assert other.log_in().status_code == 403, "the old one is void"
    other.secret = secret
    assert other.log_in().status_code == 303
    assert ("staff:chen", "staff.authenticator") in office.audit()


def test_an_open_browser_alone_changes_no_authenticator(chen: Person, office: Office) -> None:
    chen.log_in()
    lin = office.person("lin", Role.HEAD)
    lin.log_in()
    used = chen.code()
    assert "目前的密碼不正確" in chen.post("/own/authenticator", old="wrong", code=used).text
    assert "驗證碼不正確" in chen.post("/own/authenticator", old=PASSWORD, code=other_code(chen.secret)).text
    chen.post("/own/authenticator", old=PASSWORD, code=used)
    assert "已經用過" in chen.post("/own/authenticator", old=PASSWORD, code=used).text
    secret, sealed = begun(lin)
    form = {"sealed": sealed, "code": totp.code_at(secret, datetime.now(UTC))}
    assert "請重新開始" in chen.post("/own/authenticator/change", **form).text, "the seal of another"
    assert "請重新開始" in chen.post("/own/authenticator/change", sealed="x", code="123456").text
    with office.house.unit() as uow:
        staff_id = office.house.staff_accounts.locked(uow, "chen").id
    late = office.house.cipher.encrypt(f"2026-01-01T00:00:00+00:00 {secret}", f"staff.totp_next:{staff_id}")
    form["sealed"] = urlsafe_b64encode(late).decode()
    assert "超過 10 分鐘" in chen.post("/own/authenticator/change", **form).text


def test_another_password_logs_every_other_browser_out(chen: Person, office: Office) -> None:
    other = Person(office, "chen", office.app.test_client(), chen.secret)
    chen.log_in()
    other.log_in()
    office.run("UPDATE staff SET password_at = now() - interval '2 days'")
    form = {"old": PASSWORD, "password": OTHER_PASSWORD, "again": OTHER_PASSWORD}
    assert "密碼已更改" in chen.post("/own/password", **form).text
    assert chen.get("/").status_code == 200
    assert other.get("/").status_code == 302
    assert other.log_in().status_code == 403
    assert other.log_in(OTHER_PASSWORD).status_code == 303


def test_passwords_are_not_changed_twice_a_day_nor_back(chen: Person, office: Office) -> None:
    chen.log_in()
    form = {"old": PASSWORD, "password": OTHER_PASSWORD, "again": OTHER_PASSWORD}
    assert "一天只能更改一次" in chen.post("/own/password", **form).text
    office.run("UPDATE staff SET password_at = now() - interval '2 days'")
    assert "目前的密碼不正確" in chen.post("/own/password", **(form | {"old": "wrong"})).text
    assert "兩次輸入的密碼不一樣" in chen.post("/own/password", **(form | {"again": "x"})).text
    back = {"old": PASSWORD, "password": PASSWORD, "again": PASSWORD}
    assert "前 3 次" in chen.post("/own/password", **back).text


def test_an_open_browser_is_no_place_to_guess_the_password(office: Office) -> None:
    office.limits_on = True
    chen = office.person("chen", Role.HEAD)
    chen.log_in()
    form = {"password": OTHER_PASSWORD, "again": OTHER_PASSWORD}
    answers = [chen.post("/own/password", old=f"wrong {n}", **form).status_code for n in range(21)]
    assert answers == [400] * 20 + [429]


def test_an_old_password_must_be_changed_first(chen: Person, office: Office) -> None:
    chen.log_in()
    office.run("UPDATE staff SET password_at = now() - interval '181 days'")
    assert chen.get("/people").headers["Location"] == "/staff/own"
    assert "請先更改密碼" in chen.get("/own").text


def test_an_account_nobody_used_for_long_is_closed_until_it_is_reset(chen: Person, office: Office) -> None:
    code = chen.code()
    office.run("UPDATE staff SET totp_step = extract(epoch FROM now() - interval '179 days') / 30")
    assert chen.log_in(code=code).status_code == 303
    office.run("UPDATE staff SET totp_step = extract(epoch FROM now() - interval '181 days') / 30")
    assert "久未使用" in chen.get("/people").text
    chen.client.post("/staff/logout")
    assert chen.log_in(code=code).status_code == 403
    with office.house.unit() as uow:
        address = office.house.staff_accounts.reset(uow, "chen", actor="test")
    chen.set_up(address, OTHER_PASSWORD)
    assert chen.log_in(OTHER_PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("Short-1", "12"),
        ("x" * 201, "200"),
        ("chen-Is-Here-9", "帳號"),
        ("Aa1Aa1Aa1Aa1", "重複"),
        ("onlysmallletters", "3 種"),
    ],
)
def test_simple_passwords_are_refused(password: str, why: str) -> None:
    with pytest.raises(StaffRuleError, match=why):
        check_password(password, "chen")


def test_a_phrase_is_a_good_password() -> None:
    check_password("a quiet harbour at night", "chen")


def test_a_setup_works_once_and_not_after_its_day(office: Office) -> None:
    with office.house.unit() as uow:
        address = office.house.staff_accounts.add(uow, "wuly", "吳小姐", Role.AUDIT, actor="test")
    wu = Person(office, "wuly", office.app.test_client())
    path = "/staff/setup/" + address.rpartition("/")[2]
    secret = wu.client.get(path).text.split("<code>")[1].split("</code>")[0]
    assert secret in wu.client.get(path).text, "a reload shows the same"
    wu.secret = secret
    data = {"password": PASSWORD, "again": PASSWORD, "code": other_code(secret)}
    assert "驗證碼不正確" in wu.client.post(path, data=data).text
    office.run("UPDATE staff SET setup_until = now() - interval '1 second'")
    assert wu.client.get(path).status_code == 404
    office.run("UPDATE staff SET setup_until = now() + interval '1 day'")
    assert "已設定完成" in wu.set_up(address).text
    assert wu.client.get(path).status_code == 404
    assert wu.log_in().status_code == 303


@pytest.mark.parametrize("onward", ["https://evil.example/staff/", "//evil.example", "/p/x", "/staff/\\evil", "staff"])
def test_logging_in_leads_nowhere_else(chen: Person, onward: str) -> None:
    assert chen.log_in(onward=onward).headers["Location"] == HOME


def test_the_form_needs_its_token(office: Office) -> None:
    office.csrf_on = True
    refused = office.app.test_client().post("/staff/login", data={"login": "a", "password": "b", "code": "1"})
    assert refused.status_code == 400


def test_tries_from_one_address_are_limited(office: Office) -> None:
    office.limits_on = True
    client = office.app.test_client()
    form = {"login": "a", "password": "b", "code": "123456"}
    assert [client.post("/staff/login", data=form).status_code for _ in range(11)] == [403] * 10 + [429]


def test_secrets_are_not_readable_in_the_database(chen: Person, office: Office) -> None:
    with office.house.unit() as uow:
        row = uow.driver.execute("SELECT staff::text || staff_session::text FROM staff, staff_session").fetchall()
        whole = str(uow.driver.execute("SELECT staff::text FROM staff").fetchall()) + str(row)
    assert PASSWORD not in whole
    assert chen.secret not in whole
    assert "先生" not in whole
    assert "$argon2id$" in whole
