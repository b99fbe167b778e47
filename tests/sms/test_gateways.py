"""One contract for every SMS gateway: what arrives, what is surely not sent, what is unclear; nothing in addresses."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text

from adapters.sms import form_post
from adapters.sms.console import ConsoleTray
from adapters.sms.every8d import Every8d
from adapters.sms.mitake import Mitake
from domain.errors import Retry
from domain.phones import Mobile
from domain.ports.sms import Sms, SmsGateway, SmsRefusedError, SmsUnclearError
from infra.crypto import FieldCipher
from infra.database import make_engine
from tests.fakes.sms import PASSWORD, USERNAME, FakeEvery8d, FakeGateway, FakeMitake, Taken

SMS = Sms(Mobile("0912345678"), "末三碼678｜臺北市停管處停車通：驗證碼01234，請勿提供他人。\n第二行 & = + % 😀 堃犇")
MAKES: dict[str, tuple[type[FakeGateway], Callable[..., Any]]] = {
    "mitake": (FakeMitake, Mitake),
    "every8d": (FakeEvery8d, Every8d),
}


@dataclass
class Pair:
    """A gateway of ours before a fake, and the gateway with the wrong password."""

    fake: FakeGateway
    gateway: SmsGateway
    stranger: SmsGateway


@pytest.fixture(params=list(MAKES))
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    kind, make = MAKES[request.param]
    with kind() as fake:
        yield Pair(fake, make(USERNAME, PASSWORD, fake.url), make(USERNAME, "wrong", fake.url))


def test_a_message_arrives_as_it_was_written(pair: Pair) -> None:
    assert pair.gateway.send(SMS)
    assert pair.fake.taken == [Taken("0912345678", SMS.text)]


def test_each_message_has_its_own_id(pair: Pair) -> None:
    assert len({pair.gateway.send(SMS) for _ in range(3)}) == 3


def test_number_text_and_account_are_never_in_the_address(pair: Pair) -> None:
    pair.gateway.send(SMS)
    assert pair.fake.addresses == [pair.fake.path]


def test_a_wrong_account_is_refused_for_good(pair: Pair) -> None:
    with pytest.raises(SmsRefusedError) as refused:
        pair.stranger.send(SMS)
    assert refused.value.retry is Retry.NEVER
    assert pair.fake.taken == []


def test_an_empty_message_is_refused_for_good(pair: Pair) -> None:
    with pytest.raises(SmsRefusedError) as refused:
        pair.gateway.send(Sms(SMS.mobile, ""))
    assert refused.value.retry is Retry.NEVER


@pytest.mark.parametrize(
    ("fault", "retry"),
    [
        ((429, "slow down"), Retry.THROTTLE),
        ((302, ""), Retry.NEVER),
        ((401, ""), Retry.NEVER),
        ((404, ""), Retry.NEVER),
    ],
)
def test_what_was_surely_not_taken_says_whether_to_try_again(pair: Pair, fault: Any, retry: Retry) -> None:
    pair.fake.fault = fault
    with pytest.raises(SmsRefusedError) as refused:
        pair.gateway.send(SMS)
    assert refused.value.retry is retry
    assert len(pair.fake.addresses) == 1, "a redirect was followed, with the password in its form"


@pytest.mark.parametrize(
    "fault",
    ["hang up", (500, ""), (503, "busy"), (200, ""), (200, "<html>ok</html>"), (200, "statuscode="), (200, "1,2")],
)
def test_what_may_have_been_taken_is_unclear(pair: Pair, fault: Any) -> None:
    pair.fake.fault = fault
    with pytest.raises(SmsUnclearError):
        pair.gateway.send(SMS)


def test_a_silent_gateway_is_given_up(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form_post, "SECONDS", 0.2)
    pair.fake.fault = "silent"
    with pytest.raises(SmsUnclearError) as unclear:
        pair.gateway.send(SMS)
    assert unclear.value.cause == "timeout"


def test_a_gateway_that_cannot_be_reached_may_be_tried_again() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
        for make in (Mitake, Every8d):
            with pytest.raises(SmsRefusedError) as refused:
                make(USERNAME, PASSWORD, url).send(SMS)
            assert refused.value.retry is Retry.LATER


def test_no_error_and_no_repr_tells_the_number_or_the_text(pair: Pair) -> None:
    pair.fake.fault = (500, "")
    with pytest.raises(SmsUnclearError) as unclear:
        pair.gateway.send(SMS)
    told = f"{unclear.value!r} {unclear.value} {SMS!r} {SMS.mobile!r}"
    assert "345678" not in told
    assert "01234" not in told


@pytest.mark.parametrize("status", "0124")
def test_mitakes_good_statuses(status: str) -> None:
    with FakeMitake() as fake:
        fake.fault = (200, f"[1]\r\nmsgid=0892448417\r\nstatuscode={status}\r\nAccountPoint=97\r\n")
        assert Mitake(USERNAME, PASSWORD, fake.url).send(SMS) == "0892448417"


@pytest.mark.parametrize("status", "5678abcehkm")
def test_mitakes_refusals(status: str) -> None:
    with FakeMitake() as fake:
        fake.fault = (200, f"[1]\r\nmsgid=0892448417\r\nstatuscode={status}\r\n")
        with pytest.raises(SmsRefusedError):
            Mitake(USERNAME, PASSWORD, fake.url).send(SMS)


def test_mitake_reads_big5_unless_told_otherwise() -> None:
    with FakeMitake() as fake:
        body = b"username=agency&password=p%40ss+w%C3%B6rd%26%3D%2B&dstaddr=0912345678&smbody=%E6%9C%AB"
        assert "statuscode=1" not in fake.answer(body)
        assert "statuscode=1" in fake.answer(body + b"&encoding=UTF8")


def test_the_tray_shows_what_landed_and_keeps_it_encrypted(database_url: str) -> None:
    engine = make_engine(database_url)
    tray = ConsoleTray(engine, FieldCipher([bytes(32)]))
    message_id = tray.send(SMS)
    landed = {message.id: message for message in tray.landed()}
    assert (landed[message_id].to, landed[message_id].text) == ("0912-345-678", SMS.text)
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT string_agg(sent::text, ' ') FROM tray.sent")).scalar_one()
    assert "345678" not in kept
    assert SMS.text.encode().hex() not in kept
    assert message_id not in [message.id for message in ConsoleTray(engine, FieldCipher([b"k" * 32])).landed()]
    engine.dispose()
