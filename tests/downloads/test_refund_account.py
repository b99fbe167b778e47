"""The bank account of a refund that no provider can give back: asked, kept encrypted, shown to staff, deleted."""

import re
import uuid
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from werkzeug.test import TestResponse

from domain.bankaccounts import AccountNumberError, BankAccount, BankCodeError
from domain.errors import CitizenMistakeError
from infra.links import ExpiredLinkError
from jobs.commands.refunds import refunds as commands
from services.refundaccounts import LINK_LIFE, OverError, RefundAccounts
from services.rotation import PLACES
from tests.clock import MovableClock
from tests.handlers.payers import line, pay
from wiring import House

CHANNEL, CITIZEN = "U" + "0" * 32, "U" + "7" * 32
BANK, NUMBER = "822", "0123-4567-8901"


@pytest.fixture
def refund(house: House) -> uuid.UUID:
    """NT$80 that a store took twice, on its way back by hand."""
    money = pay(house.unit, (CHANNEL, CITIZEN), line("Q10000000001", 80), provider="store")["attempt"]
    with house.unit() as uow:
        house.citizens.meet(uow, CHANNEL, CITIZEN, "zh-Hant")
        assert house.refunds.request(uow, money, 80, reason="重複繳費", staff="anna")
        (found,) = house.refunds.due(uow)
    house.refunds.carry_out(house.unit, found)
    return found


@pytest.fixture
def path(house: House, refund: uuid.UUID) -> str:
    return urlsplit(house.refund_accounts.link(refund)).path


def send(client: FlaskClient, path: str, bank: str = BANK, number: str = NUMBER) -> TestResponse:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert token, "a page without a form"
    return client.post(path, data={"csrf_token": token[1], "bank": bank, "number": number})


def say(app: Flask, *words: str) -> Result:
    app.cli.add_command(commands)
    return app.test_cli_runner().invoke(args=["refunds", *words])


def kept(house: House) -> list[bytes]:
    with house.unit() as uow:
        return [bytes(row) for row in uow.connection.execute(text("SELECT account FROM refund_account")).scalars()]


def test_the_page_says_what_for_and_shows_nothing_personal(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    for said in ("退款帳戶", "80 元", "銀行代碼", "本站官方網址", "退款結束即刪除", "不會要您操作 ATM", "蒐集"):
        assert said in page.text
    for personal in (CITIZEN, "ABC-1234", "Q10000000001"):
        assert personal not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    english = client.get(path + "?lang=en").text
    main = english[english.index("<main") : english.index("</main>")]
    assert not re.search("[\u4e00-\u9fff]", main.replace("停車管理", ""))
    assert "Bank code" in main


def test_an_account_is_kept_once_and_not_readable(client: FlaskClient, house: House, path: str) -> None:
    answer = send(client, path)
    assert answer.status_code == 200
    assert "已收到退款帳戶" in answer.text
    assert "8901" not in answer.text
    (token,) = kept(house)
    assert b"012345678901" not in token
    again = client.get(path)
    assert again.status_code == 410
    assert "已經填寫" in again.text


@pytest.mark.parametrize(
    ("bank", "number", "wrong"),
    [
        ("82", NUMBER, "bank"),
        ("000", NUMBER, "bank"),
        ("八二二", NUMBER, "bank"),
        (BANK, "12345", "number"),
        (BANK, "1" * 17, "number"),
        (BANK, "00000000", "number"),
        (BANK, "12345678A", "number"),
        (BANK, "", "number"),
    ],
)
def test_what_is_no_account_is_said_beside_its_field(
    client: FlaskClient, house: House, path: str, bank: str, number: str, wrong: str
) -> None:
    answer = send(client, path, bank, number)
    assert answer.status_code == 422
    assert f'id="{wrong}-wrong"' in answer.text
    assert answer.text.count('aria-invalid="true"') == 1
    assert kept(house) == []
    if number:
        assert number not in answer.text, "nothing typed is sent back"


def test_without_the_pages_own_form_nothing_is_kept(client: FlaskClient, house: House, path: str) -> None:
    assert client.post(path, data={"bank": BANK, "number": NUMBER}).status_code == 400
    assert kept(house) == []


def test_staff_see_it_masked_and_whole_only_with_a_reason(
    app: Flask, client: FlaskClient, house: House, path: str, refund: uuid.UUID
) -> None:
    assert "no account has been given" in say(app, "account", str(refund), "--staff", "anna").output
    assert "no account yet" in say(app, "list").output
    send(client, path)
    assert "account given" in say(app, "list").output
    assert say(app, "account", str(refund), "--staff", "anna").output == "822 ********8901\n"
    assert "a reason" in say(app, "account", str(refund), "--unmask", "--staff", "anna").output
    whole = say(app, "account", str(refund), "--unmask", "--reason", "匯款", "--staff", "ben")
    assert whole.output == "822 012345678901\n"
    with house.unit() as uow:
        query = (
            "SELECT action, actor, detail ->> 'reason' FROM audit_row WHERE action LIKE 'refund.account%' ORDER BY id"
        )
        assert [tuple(row) for row in uow.connection.execute(text(query))] == [
            ("refund.account_given", "citizen", None),
            ("refund.account_seen_masked", "anna", None),
            ("refund.account_seen", "ben", "匯款"),
        ]
        detail = uow.connection.execute(text("SELECT string_agg(detail::text, '') FROM audit_row")).scalar()
    assert "8901" not in str(detail)


@pytest.mark.parametrize("outcome", [("--done", "T7"), ("--not-made",)])
def test_it_is_deleted_when_the_refund_ends(
    app: Flask, client: FlaskClient, house: House, path: str, refund: uuid.UUID, outcome: tuple[str, ...]
) -> None:
    send(client, path)
    assert say(app, "settle", str(refund), *outcome, "--staff", "anna").exit_code == 0
    assert kept(house) == []
    over = client.get(path)
    assert over.status_code == 410
    assert "處理完成" in over.text


def test_the_citizen_is_told_where_and_when_it_has_gone(
    app: Flask, client: FlaskClient, house: House, path: str, refund: uuid.UUID
) -> None:
    def told() -> str:
        with house.unit() as uow:
            bodies = uow.connection.execute(text("SELECT convert_from(body, 'UTF8') FROM outbound_message")).scalars()
            return "".join(body for body in bodies if body)

    assert "填寫退款帳戶" in told()
    assert "/refund/" in told()
    send(client, path)
    say(app, "settle", str(refund), "--done", "T7", "--staff", "anna")
    assert "承辦人員已匯款退還" in told()
    assert "8901" not in told()


def test_links_end_and_forged_ones_ask_nothing(client: FlaskClient, house: House, path: str, refund: uuid.UUID) -> None:
    turned = path[:-1] + ("A" if path[-1] != "A" else "B")
    assert client.get(turned).status_code == 404
    receipt = house.links.receipt_token(refund)
    assert client.get(f"/refund/{receipt}").status_code == 404
    nobodys = urlsplit(house.refund_accounts.link(uuid.uuid4())).path
    assert client.get(nobodys).status_code == 410
    keys = [key.get_secret_value() for key in house.settings.session_key]
    old = RefundAccounts(
        house.cipher, "http://x", keys, MovableClock(house.clock.now() - LINK_LIFE - timedelta(seconds=1))
    )
    assert client.get(urlsplit(old.link(refund)).path).status_code == 410
    with house.unit() as uow, pytest.raises(ExpiredLinkError):
        house.refund_accounts.look(uow, old.link(refund).rsplit("/", 1)[1])


def test_only_its_citizen_may_ask_again(client: FlaskClient, house: House, path: str, refund: uuid.UUID) -> None:
    send(client, path)
    with house.unit() as uow, pytest.raises(OverError):
        house.refund_accounts.ask_again(uow, CHANNEL, "U" + "8" * 32, refund)
    assert len(kept(house)) == 1
    with house.unit() as uow:
        again = urlsplit(house.refund_accounts.ask_again(uow, CHANNEL, CITIZEN, refund)).path
    assert kept(house) == []
    assert send(client, again, number="999888777666").status_code == 200


def test_who_has_left_leaves_no_account_behind(client: FlaskClient, house: House, path: str) -> None:
    send(client, path)
    with house.unit() as uow:
        house.leaving.leave(uow, CHANNEL, CITIZEN)
        (leaving_id,) = house.leaving.due(uow)
    assert not house.leaving.erase(house.unit, leaving_id), "the refund is under way"
    with house.unit() as uow:
        uow.connection.execute(text("UPDATE leaving SET keep_until = now(), asked_at = now() - interval '2 days'"))
    assert house.leaving.erase(house.unit, leaving_id)
    assert kept(house) == []


def test_new_data_keys_reach_it() -> None:
    (place,) = [place for place in PLACES if place.table == "refund_account"]
    assert place.columns == ("account",)


@given(st.from_regex(r"[0-9]{3}", fullmatch=True), st.from_regex(r"[0-9]{6,16}", fullmatch=True))
def test_an_account_reads_back_and_hides_its_number(bank: str, number: str) -> None:
    if bank == "000" or not number.strip("0"):
        with pytest.raises(CitizenMistakeError):
            BankAccount.parse(bank, number)
        return
    account = BankAccount.parse(bank, number)
    assert BankAccount.read(str(account)) == account
    assert number not in repr(account)
    assert len(account.masked.replace("*", "")) == len("822 1234")
    assert BankAccount.parse(f" {bank} ", "-".join(number)) == account


def test_full_width_digits_are_understood() -> None:
    assert BankAccount.parse("８２２", "０１２３４５６７") == BankAccount("822", "01234567")
    with pytest.raises(BankCodeError):
        BankAccount.parse("8222", "01234567")
    with pytest.raises(AccountNumberError):
        BankAccount.parse("822", "²³⁴⁵⁶⁷⁸x")
