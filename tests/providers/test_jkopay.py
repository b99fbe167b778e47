"""What only JKOPay does: one order per number, prices as text, no word of a refusal."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from adapters.payments.jkopay import JkoPay
from domain.errors import OutsideError, Retry
from domain.ports.payments import AttemptOutcome, ForgedNotificationError
from tests.clock import MovableClock
from tests.fakes.providers.jkopay import API_KEY, SECRET, STORE, FakeJkoPay
from tests.fakes.providers.server import GARBAGE
from tests.providers.takings import NUMBER, taking

TAKING = taking("jkopay")


@pytest.fixture
def fake() -> Iterator[FakeJkoPay]:
    with FakeJkoPay() as made:
        yield made


@pytest.fixture
def jko(fake: FakeJkoPay, clock: MovableClock) -> JkoPay:
    return JkoPay(STORE, API_KEY, SECRET, clock, fake.url)


def test_the_same_number_leads_to_the_same_page_for_the_same_amount(jko: JkoPay, fake: FakeJkoPay) -> None:
    assert jko.start(TAKING) == jko.start(TAKING)
    assert fake.trades[NUMBER].fields["valid_time"] == "2027-01-01 00:18:00"  # in Taiwan
    with pytest.raises(OutsideError, match="code_200") as error:
        jko.start(replace(TAKING, amount=81))
    assert error.value.retry is Retry.NEVER
    fake.pay(NUMBER)
    with pytest.raises(OutsideError, match="code_101") as error:
        jko.start(TAKING)
    assert error.value.retry is Retry.LATER  # to be asked about


def test_unpaid_runs_out_by_its_valid_time(jko: JkoPay, clock: MovableClock) -> None:
    assert jko.ask(TAKING).outcome is AttemptOutcome.NEVER_HEARD
    jko.start(TAKING)
    clock.move(minutes=21)
    assert jko.ask(TAKING).outcome is AttemptOutcome.PENDING
    clock.move(minutes=1)
    assert jko.ask(TAKING).outcome is AttemptOutcome.EXPIRED


def test_being_paid_this_moment_is_not_unpaid(jko: JkoPay, fake: FakeJkoPay) -> None:
    jko.start(TAKING)
    fake.trades[NUMBER].state = "working"
    assert jko.ask(TAKING).outcome is AttemptOutcome.UNKNOWN


@pytest.mark.parametrize(("price", "amount"), [("80", 80), ("80.00", 80), ("80.5", None), ("", None), ("NaN", None)])
def test_a_price_is_whole_dollars_or_no_answer(jko: JkoPay, fake: FakeJkoPay, price: str, amount: int | None) -> None:
    jko.start(TAKING)
    fake.pay(NUMBER)
    told = fake._told(fake.trades[NUMBER]) | {"final_price": price}
    fake._told = lambda trade: told  # type: ignore[method-assign]
    assert jko.ask(TAKING).amount == amount


def test_a_wrong_key_is_refused_and_garbage_is_no_answer(jko: JkoPay, fake: FakeJkoPay, clock: MovableClock) -> None:
    with pytest.raises(OutsideError, match="code_201") as error:
        JkoPay(STORE, API_KEY, "another", clock, fake.url).start(TAKING)
    assert error.value.retry is Retry.NEVER
    fake.lose("/platform/inquiry", GARBAGE)
    with pytest.raises(OutsideError, match="not_json"):
        jko.ask(TAKING)


def test_a_notification_is_its_bytes_under_their_digest(jko: JkoPay, fake: FakeJkoPay) -> None:
    jko.start(TAKING)
    headers, body = fake.notification(NUMBER)
    assert jko.notified(headers, body).trade_number == NUMBER
    for forged in (({}, body), (headers, body.replace(b"101", b"000")), ({"Digest": "é"}, body)):
        with pytest.raises(ForgedNotificationError):
            jko.notified(*forged)
