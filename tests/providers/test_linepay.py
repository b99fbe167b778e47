"""What only LINE Pay does: codes, lost answers, ids beyond a double's digits, money that is only held."""

from collections.abc import Iterator

import pytest

from adapters.payments.linepay import LinePay
from domain.errors import OutsideError, Retry
from domain.ports.payments import AttemptOutcome, Taking
from tests.clock import MovableClock
from tests.fakes.providers.linepay import CHANNEL, FIRST_ID, SECRET, FakeLinePay
from tests.fakes.providers.server import GARBAGE, LOST_AFTER, LOST_BEFORE
from tests.providers.takings import NUMBER, taking


@pytest.fixture
def fake() -> Iterator[FakeLinePay]:
    with FakeLinePay() as made:
        yield made


@pytest.fixture
def line(fake: FakeLinePay, clock: MovableClock) -> LinePay:
    return LinePay(CHANNEL, SECRET, clock, fake.url)


def approved(line: LinePay, fake: FakeLinePay) -> Taking:
    started = line.start(taking("linepay"))
    fake.approve(NUMBER)
    return taking("linepay", started.provider_reference)


def test_a_19_digit_id_is_kept_to_its_last_digit(line: LinePay) -> None:
    assert line.start(taking("linepay")).provider_reference == "2021121300698360310" == str(FIRST_ID)
    assert float(FIRST_ID) != FIRST_ID - 10


@pytest.mark.parametrize("code", ["1152", "1172", "1198", "1199", "1280", "1902", "9000", "7777"])
def test_an_unclear_code_at_confirm_is_settled_by_the_details(line: LinePay, fake: FakeLinePay, code: str) -> None:
    asked = approved(line, fake)
    fake.code_at_confirm = code
    assert line.confirm(asked).outcome is AttemptOutcome.UNKNOWN
    assert line.ask(asked).outcome is AttemptOutcome.APPROVED
    assert line.confirm(asked).outcome is AttemptOutcome.PAID
    assert line.confirm(asked).amount == 80  # 1152 now: the details tell
    assert fake.trades[asked.trade_number].taken == 80


@pytest.mark.parametrize("code", ["1110", "1142", "1153", "1169", "1281", "1298", "1106"])
def test_a_final_code_at_confirm_is_a_failure(line: LinePay, fake: FakeLinePay, code: str) -> None:
    asked = approved(line, fake)
    fake.code_at_confirm = code
    assert line.confirm(asked).outcome is AttemptOutcome.FAILED
    assert fake.trades[asked.trade_number].taken == 0


def test_an_expired_code_at_confirm(line: LinePay, fake: FakeLinePay) -> None:
    asked = approved(line, fake)
    fake.code_at_confirm = "1180"
    assert line.confirm(asked).outcome is AttemptOutcome.EXPIRED


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (LOST_BEFORE, AttemptOutcome.UNKNOWN),
        (LOST_AFTER, AttemptOutcome.PAID),
        (GARBAGE, AttemptOutcome.PAID),
    ],
)
def test_a_lost_or_garbled_confirm_asks_the_details(line: LinePay, fake: FakeLinePay, fault: str, outcome) -> None:
    asked = approved(line, fake)
    fake.lose(f"/v3/payments/{asked.provider_reference}/confirm", fault)
    assert line.confirm(asked).outcome is outcome


def test_a_confirm_and_its_details_both_lost_are_no_answer(line: LinePay, fake: FakeLinePay) -> None:
    asked = approved(line, fake)
    fake.lose(f"/v3/payments/{asked.provider_reference}", LOST_AFTER)
    fake.lose("/v3/payments", LOST_AFTER)
    with pytest.raises(OutsideError):
        line.confirm(asked)
    assert line.ask(asked).outcome is AttemptOutcome.PAID


def test_a_request_whose_answer_was_lost_is_asked_by_our_number(line: LinePay, fake: FakeLinePay) -> None:
    fake.lose("/v3/payments/request", LOST_AFTER)
    with pytest.raises(OutsideError) as error:
        line.start(taking("linepay"))
    assert error.value.retry is Retry.LATER
    assert (
        line.ask(taking("linepay")).outcome is AttemptOutcome.NEVER_HEARD
    )  # nobody has its page: nothing can be taken
    with pytest.raises(OutsideError, match="code_1172"):  # the same number again is no new payment
        line.start(taking("linepay"))


def test_what_is_refused_at_the_request_is_surely_refused(fake: FakeLinePay, clock: MovableClock) -> None:
    with pytest.raises(OutsideError, match="code_1106") as error:
        LinePay(CHANNEL, "another secret", clock, fake.url).start(taking("linepay"))
    assert error.value.retry is Retry.NEVER


@pytest.mark.parametrize(("late", "outcome"), [(False, AttemptOutcome.CANCELLED), (True, AttemptOutcome.EXPIRED)])
def test_an_ended_request_was_cancelled_or_ran_out(
    line: LinePay, fake: FakeLinePay, clock, late: bool, outcome
) -> None:
    reference = line.start(taking("linepay")).provider_reference
    fake.cancel(NUMBER)
    clock.move(minutes=20 if late else 1)
    assert line.ask(taking("linepay", reference)).outcome is outcome


def test_a_payment_that_nobody_knows_long_after_its_end_was_never_made(line: LinePay, clock: MovableClock) -> None:
    unknown = taking("linepay", "2021121300698360999")
    assert line.ask(unknown).outcome is AttemptOutcome.UNKNOWN
    clock.move(minutes=31)
    assert line.ask(unknown).outcome is AttemptOutcome.EXPIRED


def test_money_only_held_is_not_paid_and_let_go_on_withdrawal(line: LinePay, fake: FakeLinePay) -> None:
    asked = approved(line, fake)
    fake.trades[asked.trade_number].state = "held"
    assert line.ask(asked).outcome is AttemptOutcome.PENDING
    assert line.withdraw(asked).outcome is AttemptOutcome.CANCELLED
    assert fake.trades[asked.trade_number].state == "voided"
    assert line.ask(asked).outcome in (AttemptOutcome.PENDING, AttemptOutcome.CANCELLED)


def test_every_call_has_a_nonce_of_its_own(line: LinePay, fake: FakeLinePay) -> None:
    reference = line.start(taking("linepay")).provider_reference
    for _ in range(3):
        line.ask(taking("linepay", reference))
    assert len(fake.nonces) == len(fake.hears) == 4
