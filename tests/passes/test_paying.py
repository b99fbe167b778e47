"""Winners pay online: in time, once, for a place that is still theirs; all other money goes back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import CitizenMistakeError
from domain.orders import AttemptState, OrderState
from domain.paynumbers import is_pay_number
from domain.ports.payments import AttemptOutcome, Report
from services import starting
from services.passes import paynumbers
from services.payments import Changed, Go
from services.receipts import receipt
from tests.passes.paying import PayWorld
from tests.passes.world import DRAW_AT, STAFF, TIMES
from tests.pay.world import ScriptedProvider


def test_a_winner_pays_the_price_of_the_plan_and_has_the_pass(payers: PayWorld) -> None:
    draw_id = payers.drawn(3)
    winner = payers.holder(draw_id, 1)
    order = payers.order(winner)
    (line,) = order.lines
    assert (order.total, line.about and line.about.lot_name) == (5760, "P0123 地下停車場")
    assert isinstance(payers.start(order), Go)
    attempt = payers.read(order).attempt
    assert attempt is not None
    assert is_pay_number(attempt.trade_number), "the number of the payment is its 繳費編號"
    payers.bank.pay(attempt.trade_number, 5760)
    assert payers.settle(payers.read(order)) is AttemptState.PAID
    assert payers.state(winner) == "paid"
    (told,) = payers.posted.told("pass_issued")
    assert (told["amount"], told["number"], told["passes"][0].entry_id) == (5760, attempt.trade_number, winner)
    with payers.units() as uow:
        proof = receipt(uow, order.id)
    assert (proof.total, proof.trade_number, proof.lines[0].about) == (5760, attempt.trade_number, line.about)
    assert payers.link(winner) is None, "nothing is left to pay"
    assert payers.audited("place.paid") == [{"order": str(order.id), "amount": 5760}]


def test_who_only_waits_or_lost_has_nothing_to_pay(payers: PayWorld) -> None:
    payers.drawn(4, waitlist=1)
    others = payers.sql("SELECT entry_id FROM draw_rank WHERE status <> 'W'")
    assert [payers.link(row["entry_id"]) for row in others] == [None, None]


def test_a_lot_that_sells_at_its_counter_only_has_no_link(payers: PayWorld) -> None:
    draw_id = payers.drawn(2)
    payers.sql("UPDATE lot SET sells = 'counter'")
    assert payers.link(payers.holder(draw_id, 1)) is None


def test_the_same_order_is_used_again_and_ends_with_the_place(payers: PayWorld) -> None:
    draw_id = payers.drawn(2)
    winner = payers.holder(draw_id, 1)
    first, again, stranger = payers.order(winner), payers.order(winner), payers.order(winner, "U" + "9" * 32)
    assert first.id == again.id != stranger.id
    left = TIMES.pay_by - DRAW_AT - timedelta(minutes=1)
    assert abs((first.expires_at - first.created_at) - left) < timedelta(minutes=1)


def test_no_provider_is_asked_after_the_deadline(payers: PayWorld) -> None:
    draw_id = payers.drawn(2)
    order = payers.order(payers.holder(draw_id, 1))
    payers.set_clock(draw_id, TIMES.pay_by)
    assert payers.start(order) == Changed()
    assert payers.bank.starts == []
    assert payers.read(order).due == ()
    assert payers.link(payers.holder(draw_id, 1)) is None


def test_a_price_that_changed_is_shown_before_anybody_is_asked(payers: PayWorld) -> None:
    draw_id = payers.drawn(2)
    order = payers.order(payers.holder(draw_id, 1))
    payers.sql("UPDATE lot_plan SET price = 6000 WHERE code = 'general'")
    assert payers.start(order) == Changed()
    assert payers.bank.starts == []
    assert isinstance(payers.start(payers.read(order)), Go)
    assert payers.read(order).total == 6000


def test_money_after_the_deadline_is_late_and_goes_back(payers: PayWorld) -> None:
    draw_id = payers.drawn(2)
    winner = payers.holder(draw_id, 1)
    order = payers.begun(winner)
    assert order.attempt is not None
    payers.set_clock(draw_id, TIMES.pay_by + timedelta(seconds=5))
    payers.bank.pay(order.attempt.trade_number, 5760)
    assert payers.settle(order) is AttemptState.EXPIRED
    assert payers.state(winner) == "offered", "the job takes the place, not the money"
    assert payers.sql("SELECT reason, amount FROM refund_due") == [{"reason": "late", "amount": 5760}]
    (told,) = payers.posted.told("payment_to_refund")
    assert (told["amount"], len(told["passes"])) == (5760, 1)
    assert payers.posted.told("pass_issued") == []
    assert (payers.read(order).state, payers.read(order).total) == (OrderState.OPEN, 0)
    assert payers.settle(order) is AttemptState.EXPIRED
    assert len(payers.sql("SELECT FROM refund_due")) == 1, "the same money is listed once"


def test_money_in_time_counts_whenever_it_is_heard_of(payers: PayWorld) -> None:
    draw_id = payers.drawn(2)
    winner = payers.holder(draw_id, 1)
    order = payers.begun(winner)
    assert order.attempt is not None
    payers.bank.pay(order.attempt.trade_number, 5760)  # by the provider's clock, before the deadline
    moment = payers.bank.books[order.attempt.trade_number].paid_at
    assert moment is not None
    payers.sql("UPDATE pass_seat SET pay_by = :t + (SELECT clock_shift FROM pass_round WHERE draw_id = :d)",
               t=moment + timedelta(milliseconds=1), d=draw_id)  # fmt: skip
    assert payers.settle(order) is AttemptState.PAID
    assert payers.state(winner) == "paid"


def test_approved_money_is_not_taken_once_the_deadline_is_over(payers: PayWorld) -> None:
    draw_id = payers.drawn(2)
    order = payers.begun(payers.holder(draw_id, 1))
    assert order.attempt is not None
    payers.bank.books[order.attempt.trade_number] = Report(AttemptOutcome.APPROVED)
    payers.set_clock(draw_id, TIMES.pay_by)
    payers.settle(order)
    assert (payers.bank.confirms, payers.bank.charged) == ([], [])


def test_a_place_is_sold_once_whoever_holds_a_link(payers: PayWorld) -> None:
    """A family of four with the same link, and four links of their own: one payment is begun."""
    winner = payers.holder(payers.drawn(2), 1)
    orders = [payers.order(winner, f"U{i % 4:032}") for i in range(8)]

    def press(order: object) -> bool:
        try:
            return isinstance(payers.start(order), Go)  # type: ignore[arg-type]
        except CitizenMistakeError:
            return False

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(press, orders))
    assert len(set(payers.bank.starts)) == 1
    live = payers.sql("SELECT count(*) AS n FROM claim WHERE live AND type = 'pass'")
    assert live == [{"n": 1}]


def test_a_vehicle_that_paid_for_one_lot_cannot_pay_for_another(payers: PayWorld) -> None:
    first = payers.drawn(1, lot=payers.lot("P0001"))
    second = payers.drawn(1, lot=payers.lot("P0002"))
    late = payers.begun(payers.holder(second, 1))
    payers.paid(payers.holder(first, 1))
    assert payers.link(payers.holder(second, 1)) is None
    assert late.attempt is not None
    payers.bank.pay(late.attempt.trade_number, 5760)
    assert payers.settle(late) is AttemptState.EXPIRED
    assert [payers.state(payers.holder(one, 1)) for one in (first, second)] == ["paid", "offered"]
    assert payers.sql("SELECT reason FROM refund_due") == [{"reason": "late"}]


def test_a_rehearsal_takes_no_real_money(payers: PayWorld) -> None:
    real = PayWorld(payers.units, bank=ScriptedProvider(key="linepay"))
    order = real.order(real.holder(real.drawn(2), 1))
    with pytest.raises(CitizenMistakeError) as refused:
        real.start(order)
    assert "演練" in refused.value.text
    assert real.bank.starts == []


def test_a_promoted_entry_pays_within_its_own_deadline(payers: PayWorld) -> None:
    draw_id = payers.drawn(3, steps="*:1")
    payers.set_clock(draw_id, TIMES.pay_by)
    payers.desk.promote(draw_id, actor=STAFF)
    order = payers.paid(payers.holder(draw_id, 1))
    assert order.state is OrderState.PAID
    assert payers.desk.promote(draw_id, actor=STAFF) == (0, [])


def test_payments_of_one_second_have_numbers_of_their_own(payers: PayWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four at once, all given the same second and the same first serial."""
    draw_id = payers.drawn(6, steps="*:4")
    orders = [payers.order(payers.holder(draw_id, no)) for no in (1, 2, 3, 4)]
    moment = datetime.now(UTC)
    monkeypatch.setattr(starting, "database_now", lambda _uow: moment)
    monkeypatch.setattr(paynumbers.secrets, "randbelow", lambda _most: 7)
    with ThreadPoolExecutor(4) as pool:
        assert all(isinstance(gone, Go) for gone in pool.map(payers.start, orders))
    numbers = [row["trade_number"] for row in payers.sql("SELECT trade_number FROM attempt")]
    assert sorted(number[4:8] for number in numbers) == ["0007", "0008", "0009", "0010"]
    assert all(map(is_pay_number, numbers))
