"""What only ECPay does: forms a browser carries, numbers issued before they are paid, simulated payments."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

import pytest

from adapters.payments.ecpay import EcPay, check_mac_value
from domain.errors import OutsideError, Retry
from domain.ports.payments import AttemptOutcome, ForgedNotificationError
from domain.ports.refunds import Refunding, RefundOutcome, RefundReport
from tests.clock import MovableClock
from tests.fakes.providers.ecpay import HASH_IV, HASH_KEY, MERCHANT, FakeEcPay
from tests.fakes.providers.server import GARBAGE
from tests.providers.takings import NUMBER, taking

TAKING = taking("ecpay")


@pytest.fixture
def fake(clock: MovableClock) -> Iterator[FakeEcPay]:
    with FakeEcPay() as made:
        made.now = clock.now
        yield made


@pytest.fixture
def ec(fake: FakeEcPay, clock: MovableClock) -> EcPay:
    return EcPay(MERCHANT, HASH_KEY, HASH_IV, clock, fake.url)


def carry(ec: EcPay, fake: FakeEcPay) -> str:
    return fake.carry(ec.start(TAKING).form or {})


def test_the_form_is_taken_once_and_changed_ones_never(ec: EcPay, fake: FakeEcPay) -> None:
    form = dict(ec.start(TAKING).form or {})
    assert form["MerchantTradeDate"] == "2026/12/31 23:58:00"
    assert fake.carry(form | {"TotalAmount": "8"}) == "10200073"
    assert fake.carry(form) == "付款"
    assert fake.carry(form) == "10300028"


def test_until_its_end_a_browser_may_still_carry_it(ec: EcPay, clock: MovableClock) -> None:
    assert ec.ask(TAKING).outcome is AttemptOutcome.PENDING
    clock.move(minutes=29)
    assert ec.ask(TAKING).outcome is AttemptOutcome.PENDING
    clock.move(minutes=2)
    assert ec.ask(TAKING).outcome is AttemptOutcome.EXPIRED


@pytest.mark.parametrize(("means", "days_of_grace"), [("ATM_LAND", 1), ("CVS_IBON", 1), ("BARCODE_BARCODE", 4)])
def test_an_issued_number_is_not_paid_and_runs_out_unsaid(
    ec: EcPay, fake: FakeEcPay, clock: MovableClock, means: str, days_of_grace: int
) -> None:
    carry(ec, fake)
    until = datetime(2027, 1, 3, 16, 0, tzinfo=UTC)  # midnight in Taiwan
    fake.issue(NUMBER, means, until)
    report = ec.ask(TAKING)
    assert (report.outcome, report.payable_until) == (AttemptOutcome.PENDING, until)
    clock.set(until + timedelta(days=days_of_grace, seconds=-1))
    assert ec.ask(TAKING).outcome is AttemptOutcome.PENDING
    clock.set(until + timedelta(days=days_of_grace))
    assert ec.ask(TAKING).outcome is AttemptOutcome.EXPIRED
    fake.pay(NUMBER)
    assert (ec.ask(TAKING).outcome, ec.ask(TAKING).amount) == (AttemptOutcome.PAID, 80)


def test_money_of_an_atm_goes_back_by_hand_and_of_a_card_by_ecpay(ec: EcPay, fake: FakeEcPay) -> None:
    carry(ec, fake)
    fake.pay(NUMBER, "ATM_LAND")
    refunding = Refunding("20261231RRRRRRRRRRRR", NUMBER, fake.trades[NUMBER].reference, paid=80, amount=30)
    assert ec.refund(refunding) == RefundReport(RefundOutcome.REFUSED, reason="by_hand")
    assert "/CreditDetail/DoAction" not in fake.hears
    fake.trades[NUMBER].fields["means"] = "Credit_CreditCard"
    assert ec.refund(refunding).outcome is RefundOutcome.DONE
    assert fake.trades[NUMBER].refunds == {"0": 30}


def test_the_moment_of_payment_is_taiwans(ec: EcPay, fake: FakeEcPay) -> None:
    carry(ec, fake)
    fake.pay(NUMBER)
    fake.trades[NUMBER].at = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
    assert ec.ask(TAKING).paid_at == datetime(2026, 12, 31, 16, 30, tzinfo=UTC)


def test_a_notification_is_read_and_answered(ec: EcPay, fake: FakeEcPay) -> None:
    carry(ec, fake)
    for state in ("waiting", "issued", "paid"):
        fake.trades[NUMBER].state = state
        heard = ec.notified({}, fake.notification(NUMBER))
        assert (heard.trade_number, heard.reply) == (NUMBER, "1|OK")


@pytest.mark.parametrize(
    "changes", [{"SimulatePaid": "1"}, {"MerchantID": "2000132"}], ids=["simulated", "another merchant"]
)
def test_a_simulated_payment_or_another_merchants_is_refused(
    ec: EcPay, fake: FakeEcPay, changes: dict[str, str]
) -> None:
    carry(ec, fake)
    with pytest.raises(ForgedNotificationError):
        ec.notified({}, fake.notification(NUMBER, **changes))


@pytest.mark.parametrize("field", ["TradeAmt", "RtnCode", "MerchantTradeNo", "RtnMsg", "CustomField1"])
def test_one_changed_field_breaks_the_signature(ec: EcPay, fake: FakeEcPay, field: str) -> None:
    carry(ec, fake)
    fields = dict(parse_qsl(fake.notification(NUMBER).decode(), keep_blank_values=True))
    with pytest.raises(ForgedNotificationError):
        ec.notified({}, urlencode(fields | {field: fields[field] + "1"}).encode())
    with pytest.raises(ForgedNotificationError):
        ec.notified({}, fake.notification(NUMBER).decode().encode("utf-16"))


def test_an_answer_that_is_not_signed_or_of_another_trade_is_none(ec: EcPay, fake: FakeEcPay, clock) -> None:
    carry(ec, fake)
    fake.lose("/Cashier/QueryTradeInfo", GARBAGE)
    with pytest.raises(OutsideError, match="http_502"):
        ec.ask(TAKING)
    with pytest.raises(OutsideError, match="wrong_signature"):
        EcPay(MERCHANT, HASH_KEY, "another iv", clock, fake.url).ask(TAKING)
    fake.answer = lambda request: (
        200,
        "text/html",
        urlencode(_signed({"MerchantID": MERCHANT, "MerchantTradeNo": "X"})),
    )
    with pytest.raises(OutsideError, match="another_trade"):
        ec.ask(TAKING)


def test_asked_too_often_is_said_so(ec: EcPay, fake: FakeEcPay) -> None:
    fake.answer = lambda request: (403, "text/html", "")
    with pytest.raises(OutsideError) as error:
        ec.ask(TAKING)
    assert error.value.retry is Retry.THROTTLE


def test_a_stale_time_stamp_would_be_refused(ec: EcPay, fake: FakeEcPay, clock: MovableClock) -> None:
    fake.now = lambda: clock.now() + timedelta(minutes=4)
    with pytest.raises(OutsideError, match="wrong_signature"):
        ec.ask(TAKING)


def _signed(fields: dict[str, str]) -> dict[str, str]:
    return fields | {"CheckMacValue": check_mac_value(fields, HASH_KEY, HASH_IV)}
