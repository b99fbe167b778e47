"""What all pages have in common: their names, where an address leads that is none, what an error looks like."""

import re

from flask import url_for

from domain.staff import Role
from tests.staff.office import Office, Person
from web.backoffice.menu import MENU


def heading(page: str) -> str:
    return re.sub(r"\s+", " ", page.partition("<h1>")[2].partition("</h1>")[0])


def test_a_page_is_called_what_its_menu_says(office: Office, chen: Person) -> None:
    wuly = office.person("wuly", Role.AUDIT)
    wuly.log_in()
    items = [item for group in MENU for item in group.items]
    with office.app.test_request_context():
        addresses = [url_for(f"staff.{item.endpoint}") for item in items]
    for item, address in zip(items, addresses, strict=True):
        answer = chen.client.get(address)
        if answer.status_code == 403:
            answer = wuly.client.get(address)
        assert heading(answer.text) == item.name, address
        assert f'aria-current="page">{item.name}<' in answer.text


def test_an_address_that_is_none_says_so_in_the_back_office(chen: Person, office: Office) -> None:
    answer = chen.get("/no/such/page")
    assert (answer.status_code, heading(answer.text)) == (404, "找不到這一頁")
    assert "功能選單" in answer.text
    stranger = office.app.test_client().get("/staff/no/such/page")
    assert stranger.headers["Location"] == "/staff/login?next=/staff/no/such/page", "not even that it is none"


def test_what_a_role_may_not_open_is_said_kindly(office: Office) -> None:
    sun = office.person("sun", Role.SERVICE)
    sun.log_in()
    answer = sun.get("/people")
    assert (answer.status_code, heading(answer.text)) == (403, "沒有權限")


def test_an_error_is_in_the_title_and_has_the_focus(chen: Person) -> None:
    page = chen.post("/halts/stop", what="nothing", zh="x", en="x").text
    assert "<title>錯誤：" in page
    assert re.search(r'<p class="said wrong" tabindex="-1" autofocus role="alert"><strong>無法進行：</strong>', page)
    assert "<title>錯誤：" not in chen.get("/halts").text


def test_a_form_that_is_too_old_says_what_to_do(chen: Person, office: Office) -> None:
    office.app.config["WTF_CSRF_ENABLED"] = True
    answer = chen.client.post("/staff/halts/stop", data={"what": "money", "zh": "x", "en": "x"})
    assert (answer.status_code, heading(answer.text)) == (400, "表單已過期")
