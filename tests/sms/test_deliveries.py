"""What became of an SMS, what it costs, which addresses it may tell; and LINE's PNP before it where it is on."""

import http.client
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from adapters.sms.every8d import Every8d
from adapters.sms.mitake import Mitake
from adapters.sms.pnp import LinePnp, hashed
from domain.errors import OutsideError, Retry
from domain.notices import Topic
from domain.phones import Mobile
from domain.ports.sms import Delivery, Sms, SmsRefusedError, SmsUnclearError
from domain.smstext import addresses, check_addresses, parts
from infra.crypto import FieldCipher
from infra.database import UnitOfWorkFactory
from infra.queue import defer
from services import halts
from services.sms import SmsPost
from services.sms_deliveries import SmsDeliveries
from tests.accounts import DATA_KEY, PhoneInHand
from tests.campaigns.town import RULES
from tests.clock import MovableClock
from tests.fakes.loopback import Call, Loopback, body_of, hang_up, respond
from tests.fakes.sms import PASSWORD, USERNAME, FakeEvery8d, FakeGateway, FakeMitake

MOBILE = Mobile("0912345678")
HOST = "parkline.example"
KINDS: dict[str, tuple[type[FakeGateway], Callable[..., Any], str, str, str]] = {
    "mitake": (FakeMitake, Mitake, "4", "1", "8"),  # delivered, on its way, failed
    "every8d": (FakeEvery8d, Every8d, "100", "0", "103"),
}


@pytest.mark.parametrize("name", list(KINDS))
def test_a_gateway_tells_what_became_of_messages(name: str) -> None:
    kind, make, delivered, on_the_way, failed = KINDS[name]
    with kind() as fake:
        gateway = make(USERNAME, PASSWORD, fake.url)
        ids = [gateway.send(Sms(MOBILE, f"第 {n} 則")) for n in range(4)]
        fake.states = dict(zip(ids, (delivered, on_the_way, failed), strict=False))
        assert gateway.deliveries(ids) == {ids[0]: Delivery.DELIVERED, ids[2]: Delivery.FAILED}
        assert make(USERNAME, "wrong", fake.url).deliveries(ids) == {}
        fake.fault = (500, "")
        with pytest.raises(OutsideError):
            gateway.deliveries(ids[:1])
        assert set(fake.addresses) == {fake.path, fake.query_path}, "nothing of the account in an address"


def test_more_messages_than_one_question_may_name() -> None:
    with FakeMitake() as fake:
        ids = [f"{n:010}" for n in range(230)]
        fake.states = dict.fromkeys(ids, "4")
        assert len(Mitake(USERNAME, PASSWORD, fake.url).deliveries(ids)) == 230
        assert len(fake.addresses) == 3


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        *[("", 1), ("停" * 70, 1), ("停" * 71, 2), ("停" * 134, 2), ("停" * 135, 3), ("a" * 160, 1), ("a" * 161, 2)],
        *[("a" * 306, 2), ("a" * 307, 3), ("a" * 69 + "停", 1), ("a" * 70 + "停", 2), ("😀" * 35, 1), ("😀" * 36, 2)],
    ],
)
def test_parts(words: str, expected: int) -> None:
    assert parts(words) == expected


@pytest.mark.parametrize("words", ["請看 https://parkline.example/p/abc。", "沒有網址", "共 1,140 元，12/23 前", "a.b"])
def test_an_address_of_our_own_is_told(words: str) -> None:
    check_addresses(words, HOST)


@pytest.mark.parametrize(
    "words",
    [
        "https://bit.ly/x",
        "https://parkline.example.evil.tw/x",
        "https://parkline.example@evil.tw/",
        "www.parkline.example",
        "reurl.cc/abc",
        "https://parkline.example/a https://parkline.example/b",
        "http://PARKLINE.example.tw/x",
    ],
)
def test_no_other_address_is_told(words: str) -> None:
    with pytest.raises(ValueError, match="one address"):
        check_addresses(words, HOST)


def test_without_a_host_there_is_no_address_at_all() -> None:
    with pytest.raises(ValueError, match="one address"):
        check_addresses("www.x.tw", "")
    assert addresses("（https://parkline.example/p/a）") == ["https://parkline.example/p/a"]


@pytest.fixture
def phone(uow: UnitOfWorkFactory) -> PhoneInHand:
    """The gateway, and the citizen who is told: nobody is told who is unknown."""
    with uow() as unit:
        unit.connection.execute(text("INSERT INTO citizen (channel, line_id, language) VALUES ('C', 'U1', 'zh-TW')"))
    return PhoneInHand()


def post(phone: Any, **more: Any) -> SmsPost:
    return SmsPost(FieldCipher([DATA_KEY]), phone, defer, host=HOST, **more)


def sent(units: UnitOfWorkFactory, by: SmsPost, words: str, topic: Topic | None = Topic.OVERDUE) -> None:
    with units() as uow:
        message = by.post(uow, MOBILE, words, channel="C", citizen="U1", valid=timedelta(hours=1), topic=topic)
    by.deliver(units, message)


def rows(units: UnitOfWorkFactory, columns: str) -> list[Any]:
    with units() as uow:
        query = text(f"SELECT {columns} FROM sms_message ORDER BY created_at")  # noqa: S608
        return [tuple(row) for row in uow.connection.execute(query)]


def test_while_pushes_are_stopped_notices_wait_and_codes_go(uow: UnitOfWorkFactory, phone: PhoneInHand) -> None:
    by = post(phone)
    with uow() as unit:
        halts.stop(unit, halts.PUSHES, zh="暫停", en="Stopped", staff="anna")
    for topic in (Topic.OVERDUE, None):
        sent(uow, by, "停", topic)
    assert rows(uow, "state") == [("waiting",), ("accepted",)]
    jobs = "SELECT count(*), count(scheduled_at) FROM procrastinate_jobs WHERE task_name = 'sms.send'"
    with uow() as unit:
        assert tuple(unit.connection.execute(text(jobs)).one()) == (3, 1), "it is looked at again later"
        (waits,) = unit.connection.execute(text("SELECT id FROM sms_message WHERE state = 'waiting'")).scalars()
        halts.resume(unit, halts.PUSHES, staff="anna")
    by.deliver(uow, waits)
    assert len(phone.sent) == 2


def test_deliveries_are_learnt_and_counted(uow: UnitOfWorkFactory, phone: PhoneInHand, clock: MovableClock) -> None:
    by, deliveries = post(phone), SmsDeliveries(phone, RULES)
    for words, topic in (("停" * 71, Topic.OVERDUE), ("停", Topic.OVERDUE), ("停", None), ("停", None)):
        sent(uow, by, words, topic)
    phone.fault = SmsRefusedError("number", Retry.NEVER)
    sent(uow, by, "停")
    first, second, third = (row[0] for row in rows(uow, "gateway_id")[:3])
    phone.ended = {first: Delivery.DELIVERED, second: Delivery.FAILED, third: Delivery.DELIVERED}
    assert deliveries.learn(uow) == 3
    assert deliveries.learn(uow) == 0
    assert [row[0] for row in rows(uow, "delivery")] == ["delivered", "failed", "delivered", None, None]
    with uow() as unit:
        unit.connection.execute(text("UPDATE sms_message SET ended_at = now() - interval '73 hours'"))
    assert deliveries.learn(uow) == 1, "nobody has said for too long"
    with uow() as unit:
        found = deliveries.figures(unit, clock.now() - timedelta(days=1000))
    overdue, code = found["overdue"], found["code"]
    assert (overdue.sent, overdue.delivered, overdue.parts, overdue.cost) == (2, 1, 3, 3)
    assert overdue.failed == {"number": 1, "not_delivered": 1}
    assert (code.sent, code.delivered, code.failed, code.cost) == (2, 1, {}, 2)


def test_a_text_with_a_strange_address_is_never_posted(uow: UnitOfWorkFactory, phone: PhoneInHand) -> None:
    with pytest.raises(ValueError, match="one address"):
        sent(uow, post(phone), "請看 https://bit.ly/x")
    assert rows(uow, "id") == []


class FakePnp(Loopback):
    """LINE's notification messages: numbers it knows, by hash."""

    def __init__(self) -> None:
        super().__init__()
        self.known: set[str] = set()
        self.fault: int | None = None
        self.taken: list[tuple[str, str]] = []

    def handle(self, call: Call) -> None:
        body = orjson.loads(body_of(call))
        assert call.path == "/bot/pnp/push"
        assert call.headers["Authorization"] == "Bearer token"
        assert 16 <= len(call.headers["X-Line-Delivery-Tag"]) <= 100
        if self.fault == 0:
            hang_up(call)
        elif self.fault:
            respond(call, self.fault, "{}")
        elif body["to"] not in self.known:
            respond(call, http.client.UNPROCESSABLE_ENTITY, "{}")
        else:
            self.taken.append((body["to"], body["messages"][0]["text"]))
            respond(call, 200, "{}")


@pytest.fixture
def pnp() -> Iterator[FakePnp]:
    with FakePnp() as fake:
        yield fake


def test_a_number_is_hashed_as_line_writes_it() -> None:
    assert hashed("+818000001234") == "d41e0ad70dddfeb68f149ad6fc61574b9c5780ab7bcb2fba5517771ffbb2409c"


def test_pnp_reaches_whom_line_knows_and_sms_the_others(
    uow: UnitOfWorkFactory, phone: PhoneInHand, pnp: FakePnp
) -> None:
    by = post(phone, instead=LinePnp(pnp.url, "token"))
    sent(uow, by, "SMS")
    pnp.known.add(hashed("+886912345678"))
    sent(uow, by, "PNP")
    sent(uow, by, "code 1", topic=None)
    assert [text for _, text in pnp.taken] == ["PNP"]
    assert [one.text for one in phone.sent] == ["SMS", "code 1"]
    assert [row[0] for row in rows(uow, "gateway")] == ["in hand", "pnp", "in hand"]


@pytest.mark.parametrize("fault", [0, 500])
def test_what_pnp_may_have_taken_goes_by_no_other_way(
    uow: UnitOfWorkFactory, phone: PhoneInHand, pnp: FakePnp, fault: int
) -> None:
    pnp.fault = fault
    with pytest.raises(SmsUnclearError):
        LinePnp(pnp.url, "token").send(Sms(MOBILE, "x"))
    sent(uow, post(phone, instead=LinePnp(pnp.url, "token")), "x")
    assert phone.sent == []
    assert rows(uow, "state") == [("unknown",)]


def test_a_pnp_that_is_away_leaves_it_to_sms(uow: UnitOfWorkFactory, phone: PhoneInHand) -> None:
    sent(uow, post(phone, instead=LinePnp("http://127.0.0.1:9", "token")), "x")
    assert [one.text for one in phone.sent] == ["x"]
