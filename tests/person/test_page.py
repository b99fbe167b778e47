"""The page of 身分證字號: a one-time link, an agency that is asked, the bills it names, and nothing that stays."""

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from domain.clock import city_date
from services.agencyapi import bills
from services.person_links import LIFE, MOST_TRIES
from tests.clock import MovableClock
from tests.fakes.agency import FakeAgency
from tests.handlers.test_nothing_is_left import everything
from wiring import House

CHANNEL, CITIZEN = "U" + "0" * 32, "U" + "7" * 32
ID, BIRTHDAY = "A123456789", "79/1/31"
PERSON = ("A123456789", "1990-01-31")


@pytest.fixture
def agency(house: House) -> Iterator[FakeAgency]:
    """An agency that knows one person, with two bills; the other is another's."""
    with FakeAgency() as fake:
        with house.unit() as uow:
            house.agencies.add(uow, "FINES", "裁罰機關", staff="anna")
            fake.secret = house.agencies.set_webhook(uow, "FINES", fake.address, staff="anna") or ""
            house.agencies.set_person_url(uow, "FINES", f"{fake.url}/persons", staff="anna")
            deadline = str(city_date(house.clock.now()) + timedelta(days=9))
            row = {"fee_item": "administrative_fine", "amount": 600, "deadline": deadline}
            other = {**row, "number": "FINE20260002", "amount": 900}
            taken = bills.take(uow, "FINES", [{**row, "number": "FINE20260001"}, other])
            bills.take(uow, "OTHERS", [{**row, "number": "FINE20260003"}])
        assert [result.value for result, _reason in taken] == ["taken", "taken"]
        fake.persons = {PERSON: ["FINE20260001", "FINE20260003"]}
        yield fake


@pytest.fixture
def path(house: House) -> str:
    with house.unit() as uow:
        return urlsplit(house.person_links.make(uow, CHANNEL, CITIZEN, "zh-TW")).path


def send(client: FlaskClient, path: str, number: str = ID, birthday: str = BIRTHDAY) -> TestResponse:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert token, "a page without a form"
    return client.post(path, data={"csrf_token": token[1], "number": number, "birthday": birthday})


def test_the_persons_bills_are_shown_once_with_a_way_to_pay(client: FlaskClient, agency: FakeAgency, path: str) -> None:
    assert "身分證字號與生日只用來向機關查這一次" in client.get(path).text
    answer = send(client, path)
    assert answer.status_code == 200, answer.text
    assert "行政罰鍰" in answer.text
    assert "600 元" in answer.text
    assert "FINE20260002" not in answer.text, "not this person's"
    assert "FINE20260003" not in answer.text, "an agency names its own bills only"
    assert answer.headers["Cache-Control"] == "no-store"
    pay = re.search(r'href="(http[^"]+/p/[^"]+)"', answer.text)
    assert pay
    assert "行政罰鍰" in client.get(urlsplit(pay[1]).path).text
    assert agency.wrong == []
    again = client.get(path)
    assert again.status_code == 410
    assert "已經用過" in again.text


def test_nothing_of_the_person_stays_or_is_said_again(
    client: FlaskClient, house: House, agency: FakeAgency, path: str, caplog: pytest.LogCaptureFixture, capfd: object
) -> None:
    said = send(client, path).text + send_wrong(client, house)
    assert agency.asked == [PERSON]
    for personal in (ID, "1990", "79/1/31", "A123456788"):
        assert personal not in said.replace("1990/1/31 或 79/1/31", "")
        assert personal not in caplog.text
    kept = everything(house.unit)
    assert not [table for table, rows in kept.items() if ID in rows or "1990-01-31" in rows]


def send_wrong(client: FlaskClient, house: House) -> str:
    with house.unit() as uow:
        path = urlsplit(house.person_links.make(uow, CHANNEL, CITIZEN, "zh-TW")).path
    answer = send(client, path, number="A123456788")
    assert answer.status_code == 422
    return answer.text


def test_what_is_mistyped_is_said_beside_its_field_and_costs_no_try(
    client: FlaskClient, agency: FakeAgency, path: str
) -> None:
    assert 'id="number-wrong"' in send(client, path, number="A123456788").text
    assert 'id="birthday-wrong"' in send(client, path, birthday="x").text
    assert agency.asked == []
    assert "600 元" in send(client, path).text


def test_an_agency_that_cannot_be_asked_is_named_and_nothing_is_said_of_what_is_owed(
    client: FlaskClient, agency: FakeAgency, path: str
) -> None:
    agency.down = 500
    answer = send(client, path)
    assert "暫時查不到，不代表沒有欠費" in answer.text
    assert "查不到：裁罰機關。" in answer.text
    assert "沒有查到" not in answer.text
    agency.down = None
    assert "600 元" in send(client, path).text, "the link was not used up"


@pytest.mark.parametrize(
    "answer", ['{"bills": "FINE20260001"}', '{"bills": [1]}', '{"bills": ["f 1"]}', "[]", "x", '{"bills": null}']
)
def test_an_answer_in_another_shape_is_none(client: FlaskClient, agency: FakeAgency, path: str, answer: str) -> None:
    agency.person_answer = answer
    assert "暫時查不到" in send(client, path).text


def test_guessing_ends_after_a_few_tries(client: FlaskClient, house: House, agency: FakeAgency, path: str) -> None:
    with house.unit() as uow:
        uow.connection.execute(text("UPDATE person_link SET tries = :most - 1"), {"most": MOST_TRIES})
    assert "沒有查到待繳帳單" in send(client, path, birthday="79/2/1").text
    assert client.get(path).status_code == 410


def test_a_link_ends(house: House, app: Flask, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    later = MovableClock()
    later.set(house.clock.now() + LIFE)
    monkeypatch.setattr(house.person_links, "_clock", later)
    answer = app.test_client().get(path)
    assert answer.status_code == 410
    assert "已經過期" in answer.text


def test_a_forged_link_is_none(client: FlaskClient) -> None:
    assert client.get("/person/" + "A" * 48).status_code == 404


def test_in_english(client: FlaskClient, agency: FakeAgency, path: str) -> None:
    page = client.get(path + "?lang=en").text
    main = page[page.index("<main") : page.index("</main>")]
    assert not re.search("[\u4e00-\u9fff]", main)
    assert "ID or ARC number" in main


def test_it_is_asked_only_where_its_secret_signs(house: House) -> None:
    with house.unit() as uow:
        house.agencies.add(uow, "NOHOOK", "沒有網址的機關", staff="anna")
    for url in ("https://a.example/persons", "http://a.example/persons", "https://a.example/x?y=1"):
        with pytest.raises(Exception, match="網址"), house.unit() as uow:
            house.agencies.set_person_url(uow, "NOHOOK", url, staff="anna")
