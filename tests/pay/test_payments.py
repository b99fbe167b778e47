"""Money: taken once, booked once, never guessed."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from domain.bills import PaidState
from domain.errors import CitizenMistakeError, OutsideError, Retry
from domain.orders import AttemptState, OrderState
from domain.ports.payments import AttemptOutcome, ForgedNotificationError, Taking
from services.orderbook import OrderNotFoundError
from services.payments import Go, Underway
from services.receipts import receipt
from tests.pay.world import World, bill, silence

STATES = "SELECT state FROM attempt ORDER BY started_at, (state = 'late')"


def paid_order(world: World, *payables):
    order = world.open(*(payables or (bill(),)))
    world.start(order)
    world.bank.pay(world.trade(order), order.total)
    assert world.settle(order) is AttemptState.PAID
    return order


def test_the_happy_way_books_money_bills_notice_and_receipt(world: World) -> None:
    order = world.open(bill("A1", 80), bill("A2", 200))
    went = world.start(order)
    trade = world.trade(order)
    assert went == Go(f"https://bank.example/{trade}")
    assert world.read(order).state is OrderState.PAYING

    world.bank.pay(trade, 280)
    assert world.settle(order) is AttemptState.PAID

    assert world.read(order).state is OrderState.PAID
    assert world.rows("SELECT amount FROM payment") == [(280,)]
    assert world.noted("ledger") == ["NWT:bill:A1", "NWT:bill:A2"]
    assert world.noted("notice") == [f"payment_done:{order.citizen}:280:trial"]
    with world.unit() as uow:
        proof = receipt(uow, order.id)
        assert world.orders.paid_keys(uow, {bill("A1").key, bill("A3").key}) == {bill("A1").key: PaidState.PAID}
    assert (proof.trade_number, proof.subtotal, proof.fee, proof.total, len(proof.lines)) == (trade, 280, 0, 280, 2)


def test_every_move_has_its_history_and_audit_row(world: World) -> None:
    order = paid_order(world)
    moves = world.rows("SELECT from_state, to_state, attempt_id IS NULL FROM order_move ORDER BY id")
    assert [tuple(move) for move in moves] == [
        (None, "open", True),
        (None, "started", False),
        ("open", "paying", True),
        ("started", "paid", False),
        ("paying", "paid", True),
    ]
    actions = {row[0] for row in world.rows("SELECT action FROM audit_row")}
    assert actions == {"attempt.started", "order.paying", "attempt.paid", "order.paid"}
    assert all(order.lines[0].plate not in str(row) for row in world.rows("SELECT * FROM audit_row"))


def test_twenty_clicks_at_once_start_one_attempt(world: World) -> None:
    order = world.open(bill("A1"), bill("A2"))
    with ThreadPoolExecutor(20) as pool:
        went = list(pool.map(lambda _: world.start(order), range(20)))
    assert len(world.bank.starts) == 1
    assert world.rows("SELECT count(*) FROM attempt") == [(1,)]
    assert sum(isinstance(result, Go) for result in went) >= 1
    assert all(isinstance(result, Go | Underway) for result in went)


def test_twenty_notifications_at_once_book_the_money_once(world: World) -> None:
    order = world.open(bill())
    world.start(order)
    trade = world.trade(order)
    world.bank.pay(trade, order.total)

    def hear(_: int) -> str:
        return world.payments.hear(world.unit, "demobank", {"X-Signature": "good"}, trade.encode()).reply

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(hear, range(20))) == ["1|OK"] * 20
    assert world.rows("SELECT count(*) FROM payment") == [(1,)]
    assert len(world.noted("notice")) == 1
    assert world.rows(STATES) == [("paid",)]


def test_notifications_that_are_forged_or_unknown_are_refused(world: World) -> None:
    order = world.open(bill())
    world.start(order)
    with pytest.raises(ForgedNotificationError):
        world.payments.hear(world.unit, "demobank", {"X-Signature": "bad"}, world.trade(order).encode())
    with pytest.raises(OrderNotFoundError):
        world.payments.hear(world.unit, "demobank", {"X-Signature": "good"}, b"20261121NOTOURS00000")
    with pytest.raises(OrderNotFoundError):
        world.payments.hear(world.unit, "nobank", {"X-Signature": "good"}, world.trade(order).encode())


def test_a_notification_is_a_hint_and_never_believed(world: World) -> None:
    order = world.open(bill())
    world.start(order)
    world.payments.hear(world.unit, "demobank", {"X-Signature": "good"}, world.trade(order).encode())
    assert world.read(order).state is OrderState.PAYING


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (AttemptOutcome.FAILED, AttemptState.FAILED),
        (AttemptOutcome.CANCELLED, AttemptState.CANCELLED),
        (AttemptOutcome.EXPIRED, AttemptState.EXPIRED),
    ],
)
def test_an_attempt_without_money_opens_the_order_again(world: World, outcome, state) -> None:
    order = world.open(bill())
    world.start(order)
    world.bank.report(world.trade(order), outcome)
    assert world.settle(order) is state
    assert world.read(order).state is OrderState.OPEN
    with world.unit() as uow:
        assert world.orders.paid_keys(uow, {bill().key}) == {}
    assert isinstance(world.start(order), Go)


def test_a_wrong_amount_stops_the_order_and_books_nothing(world: World) -> None:
    order = world.open(bill(amount=80))
    world.start(order)
    world.bank.pay(world.trade(order), 8)
    assert world.settle(order) is AttemptState.UNKNOWN
    assert world.settle(order) is AttemptState.UNKNOWN
    assert world.read(order).stopped
    assert world.rows("SELECT count(*) FROM payment") == [(0,)]
    details = world.rows("SELECT detail->>'ours', detail->>'theirs' FROM audit_row WHERE action = 'order.stopped'")
    assert details == [("80", "8")]
    with world.unit() as uow:
        assert world.payments.due(uow) == []


def test_killed_before_the_provider_was_called_is_found_out_by_asking(world: World) -> None:
    order = world.open(bill())

    def killed(_: Taking) -> None:
        raise KeyboardInterrupt

    world.bank.on_start = killed
    with pytest.raises(KeyboardInterrupt):
        world.start(order)
    assert world.read(order).state is OrderState.PAYING  # the row was committed first
    assert world.settle(order) is AttemptState.STARTED  # too early to believe "never heard of it"
    world.age_attempts(70)
    with world.unit() as uow:
        (due,) = world.payments.due(uow)
    assert world.payments.settle(world.unit, due) is AttemptState.FAILED
    assert world.read(order).state is OrderState.OPEN


def test_killed_after_the_provider_took_the_money_is_settled_as_paid(world: World) -> None:
    order = world.open(bill())

    def taken_then_killed(taking: Taking) -> None:
        world.bank.report(taking.trade_number, AttemptOutcome.PAID, taking.amount, "R1")
        raise KeyboardInterrupt

    world.bank.on_start = taken_then_killed
    with pytest.raises(KeyboardInterrupt):
        world.start(order)
    assert world.settle(order) is AttemptState.PAID


def test_no_answer_is_unknown_and_becomes_whatever_the_provider_says(world: World) -> None:
    order = world.open(bill())
    world.bank.on_start = silence
    assert world.start(order) == Underway()
    assert world.rows(STATES) == [("unknown",)]
    assert world.noted("task") == ["payments.settle"]
    world.bank.on_ask = silence
    assert world.settle(order) is AttemptState.UNKNOWN
    assert isinstance(world.start(order), Underway)  # no second attempt while the first is unknown
    world.bank.on_ask = lambda taking: None
    world.bank.report(world.trade(order), AttemptOutcome.PENDING)
    assert world.settle(order) is AttemptState.STARTED
    world.bank.pay(world.trade(order), order.total)
    assert world.settle(order) is AttemptState.PAID


def test_a_provider_that_refuses_leaves_the_order_open(world: World) -> None:
    order = world.open(bill())

    def refuse(_: Taking) -> None:
        raise OutsideError("refused", Retry.NEVER)

    world.bank.on_start = refuse
    with pytest.raises(CitizenMistakeError, match="CitizenMistakeError") as error:
        world.start(order)
    assert "尚未扣款" in error.value.text
    assert world.read(order).state is OrderState.OPEN
    assert world.rows(STATES) == [("failed",)]


def test_money_after_the_end_is_a_late_row_on_the_refund_list_once(world: World) -> None:
    order = world.open(bill())
    world.start(order)
    trade = world.trade(order)
    world.bank.report(trade, AttemptOutcome.CANCELLED)
    world.settle(order)
    world.bank.report(trade, AttemptOutcome.PAID, order.total, "R1")
    for _ in range(3):
        world.payments.settle(world.unit, world.attempt_id(trade))
    assert world.rows(STATES) == [("cancelled",), ("late",)]
    assert world.rows("SELECT amount, reason FROM refund_due") == [(80, "late")]
    assert world.rows("SELECT count(*) FROM payment") == [(1,)]
    assert world.noted("notice") == [f"payment_to_refund:{order.citizen}:80:trial"]
    assert world.read(order).state is OrderState.OPEN


def test_money_that_comes_twice_is_a_double_on_the_refund_list(world: World) -> None:
    order = world.open(bill())
    world.start(order)
    first = world.trade(order)
    world.bank.report(first, AttemptOutcome.CANCELLED)
    world.settle(order)
    world.start(order)
    world.bank.pay(world.trade(order), order.total)
    world.settle(order)
    world.bank.report(first, AttemptOutcome.PAID, order.total, "R1")
    world.payments.settle(world.unit, world.attempt_id(first))
    assert world.rows("SELECT amount, reason FROM refund_due") == [(80, "double")]
    assert world.rows("SELECT sum(amount) FROM payment") == [(160,)]


def test_one_trade_charged_twice_is_a_double_too(world: World) -> None:
    order = paid_order(world)
    trade = world.trade(order)
    world.bank.report(trade, AttemptOutcome.PAID, order.total, "another")
    for _ in range(2):
        assert world.settle(order) is AttemptState.PAID
    assert world.rows("SELECT amount, reason FROM refund_due") == [(80, "double")]


def test_money_that_waits_for_our_word_is_taken_once_and_never_by_a_get(world: World) -> None:
    order = world.open(bill())
    world.start(order)
    world.bank.report(world.trade(order), AttemptOutcome.APPROVED)
    assert world.settle(order, may_take=False) is AttemptState.STARTED
    assert world.bank.charged == []
    assert world.noted("task") == ["payments.settle"]
    with ThreadPoolExecutor(8) as pool:
        states = set(pool.map(lambda _: world.settle(order), range(8)))
    assert states <= {AttemptState.CONFIRMING, AttemptState.PAID}
    assert world.bank.confirms == world.bank.charged == [world.trade(order)]
    assert world.settle(order) is AttemptState.PAID


def test_killed_while_taking_is_asked_first_and_taken_again_only_if_it_still_waits(world: World) -> None:
    order = world.open(bill())
    world.start(order)
    world.bank.report(world.trade(order), AttemptOutcome.APPROVED)
    world.bank.on_confirm = silence
    assert world.settle(order) is AttemptState.UNKNOWN
    world.bank.on_confirm = lambda taking: None
    assert world.settle(order) is AttemptState.PAID
    assert world.bank.charged == [world.trade(order)]


def test_the_fee_is_on_top_and_in_the_receipt(world: World) -> None:
    world.bank.fee = 15
    order = world.open(bill(amount=80))
    world.start(order)
    world.bank.pay(world.trade(order), 95)
    assert world.settle(order) is AttemptState.PAID
    with world.unit() as uow:
        proof = receipt(uow, order.id)
    assert (proof.subtotal, proof.fee, proof.total) == (80, 15, 95)
