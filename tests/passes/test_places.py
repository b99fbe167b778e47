"""Places after the draw: sold at the lot, passed on, taken back; never more than there are, whatever runs at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from domain.orders import AttemptState, OrderState
from domain.passsales import PaidBy, PayStatus
from domain.ports.payments import AttemptOutcome, Report
from domain.rounds import RoundRuleError
from services.draws.places import Taken
from services.draws.promoting import Vacated
from services.passes.sales import sales_of
from tests.passes.paying import PayWorld
from tests.passes.world import STAFF, TIMES

UNCLEAR = Report(AttemptOutcome.UNKNOWN)


def test_a_counter_sale_ends_what_was_open_online(payers: PayWorld) -> None:
    draw_id = payers.drawn(3)
    winner = payers.holder(draw_id, 1)
    order = payers.order(winner)
    payers.sell(draw_id, winner)
    assert payers.state(winner) == "paid"
    assert payers.read(order).state is OrderState.CANCELLED
    assert payers.link(winner) is None
    (told,) = payers.posted.told("pass_issued")
    assert (told["number"], told["amount"], told["receipt_url"]) == ("A1", 5760, None)


def test_a_counter_sale_closes_a_payment_at_its_provider_first(payers: PayWorld) -> None:
    draw_id = payers.drawn(3)
    winner = payers.holder(draw_id, 1)
    order = payers.begun(winner)
    assert order.attempt is not None
    payers.sell(draw_id, winner)
    assert payers.bank.books[order.attempt.trade_number].outcome is AttemptOutcome.CANCELLED
    assert payers.read(order).state is OrderState.CANCELLED


def test_no_counter_sale_for_who_has_just_paid_online(payers: PayWorld) -> None:
    draw_id = payers.drawn(3)
    winner = payers.holder(draw_id, 1)
    order = payers.begun(winner)
    assert order.attempt is not None
    payers.bank.pay(order.attempt.trade_number, 5760)
    with pytest.raises(RoundRuleError, match="沒有待繳費的車位"):
        payers.sell(draw_id, winner)
    assert payers.read(order).state is OrderState.PAID
    assert payers.sql("SELECT FROM counter_sale") == []


def test_no_counter_sale_while_the_provider_gives_no_clear_answer(payers: PayWorld) -> None:
    draw_id = payers.drawn(3)
    winner = payers.holder(draw_id, 1)
    order = payers.begun(winner)
    assert order.attempt is not None
    payers.bank.books[order.attempt.trade_number] = UNCLEAR
    with pytest.raises(RoundRuleError, match="尚未回覆"):
        payers.sell(draw_id, winner)
    assert payers.state(winner) == "offered"
    assert payers.sql("SELECT FROM counter_sale") == []


def test_no_counter_sale_too_late_or_where_the_lot_sells_online_only(payers: PayWorld) -> None:
    draw_id = payers.drawn(3)
    winner = payers.holder(draw_id, 1)
    payers.sql("UPDATE lot SET sells = 'online'")
    with pytest.raises(RoundRuleError, match="只在線上販售"):
        payers.sell(draw_id, winner)
    payers.sql("UPDATE lot SET sells = 'both'")
    payers.set_clock(draw_id, TIMES.pay_by)
    with pytest.raises(RoundRuleError, match="繳費期限已過"):
        payers.sell(draw_id, winner)
    assert len(payers.refusals()) == 2


def test_what_was_paid_in_time_keeps_the_place_though_it_is_heard_of_late(payers: PayWorld) -> None:
    """The job asks the provider before a place passes on."""
    draw_id = payers.drawn(3, steps="*:1")
    winner = payers.holder(draw_id, 1)
    order = payers.begun(winner)
    assert order.attempt is not None
    payers.bank.pay(order.attempt.trade_number, 5760)
    paid_at = payers.bank.books[order.attempt.trade_number].paid_at
    assert paid_at is not None
    payers.set_clock(draw_id, TIMES.pay_by + timedelta(hours=1))
    payers.bank.books[order.attempt.trade_number] = Report(
        AttemptOutcome.PAID, 5760, "R1", paid_at - timedelta(hours=2)
    )
    assert payers.desk.promote(draw_id, actor=STAFF) == (0, [])
    assert payers.state(winner) == "paid"


def test_a_place_waits_for_a_payment_without_a_clear_answer(payers: PayWorld) -> None:
    draw_id = payers.drawn(3, steps="*:1")
    winner = payers.holder(draw_id, 1)
    order = payers.begun(winner)
    assert order.attempt is not None
    payers.bank.books[order.attempt.trade_number] = UNCLEAR
    payers.set_clock(draw_id, TIMES.pay_by)
    assert payers.desk.promote(draw_id, actor=STAFF) == (0, [])
    with pytest.raises(RoundRuleError, match="尚未回覆"), payers.units() as uow:
        payers.promoting.vacate(uow, draw_id, winner, Vacated.VOID, actor=STAFF)
    payers.bank.books[order.attempt.trade_number] = Report(AttemptOutcome.FAILED)
    vacated, offers = payers.desk.promote(draw_id, actor=STAFF)
    assert (vacated, [offer.label for offer in offers]) == (1, ["B1"])


def test_a_payment_that_was_left_is_closed_when_the_place_passes_on(payers: PayWorld) -> None:
    draw_id = payers.drawn(3, steps="*:1")
    order = payers.begun(payers.holder(draw_id, 1))
    assert order.attempt is not None
    payers.set_clock(draw_id, TIMES.pay_by)
    payers.desk.promote(draw_id, actor=STAFF)
    assert payers.bank.books[order.attempt.trade_number].outcome is AttemptOutcome.CANCELLED
    assert payers.sql("SELECT vacated, promoted FROM promotion") == [{"vacated": "W1", "promoted": 1}]


def test_a_paid_place_taken_back_is_refunded_and_passes_on(payers: PayWorld) -> None:
    draw_id = payers.drawn(3, steps="*:1")
    winner = payers.holder(draw_id, 1)
    order = payers.paid(winner)
    number = payers.number(winner)
    taken = payers.places.take_back(draw_id, number, Vacated.VOID, reason="車籍不符", staff=STAFF)
    assert taken == Taken(5760, approved=False), "a second person approves so much"
    assert payers.sql("SELECT reason, amount FROM refund_due") == [{"reason": "lost", "amount": 5760}]
    assert payers.sql("SELECT amount, asked_by, needs_second FROM refund_request") == [
        {"amount": 5760, "asked_by": STAFF, "needs_second": True}
    ]
    (lost,) = payers.posted.told("pass_result")
    assert lost["standing"].lost == "REFUNDED"
    _, offers = payers.desk.promote(draw_id, actor=STAFF)
    assert [offer.label for offer in offers] == ["B1"]
    assert payers.sql("SELECT vacated, reason, promoted FROM promotion") == [
        {"vacated": "W1", "reason": "REFUNDED", "promoted": 1}
    ]
    assert payers.read(order).state is OrderState.PAID, "what was paid stays in the books"
    with pytest.raises(RoundRuleError, match="沒有車位"):
        payers.places.take_back(draw_id, number, Vacated.VOID, reason="again", staff=STAFF)


def test_a_place_given_up_before_it_is_paid_costs_nobody_anything(payers: PayWorld) -> None:
    draw_id = payers.drawn(3, steps="*:1")
    winner = payers.holder(draw_id, 1)
    order = payers.begun(winner)
    taken = payers.places.take_back(draw_id, payers.number(winner), Vacated.GIVEN_UP, reason="換車", staff=STAFF)
    assert taken == Taken()
    assert payers.read(order).state is OrderState.CANCELLED
    assert payers.sql("SELECT FROM refund_due") == []
    assert payers.posted.told("pass_result")[0]["standing"].lost == "GIVEN-UP"


def test_what_was_paid_at_the_lot_is_given_back_there(payers: PayWorld) -> None:
    draw_id = payers.drawn(3)
    winner = payers.holder(draw_id, 1)
    payers.sell(draw_id, winner, "A7")
    taken = payers.places.take_back(draw_id, payers.number(winner), Vacated.GIVEN_UP, reason="搬家", staff=STAFF)
    assert taken == Taken(at_the_lot="A7")


@pytest.mark.parametrize("seed", range(3))
def test_counter_and_provider_at_once_sell_a_place_once(payers: PayWorld, seed: int) -> None:
    """The same place is sold at the lot by four clerks while its winner pays on the phone and the job passes it on."""
    draw_id = payers.drawn(6, steps="*:2")
    winner, other = payers.holder(draw_id, 1), payers.holder(draw_id, 2)
    order = payers.begun(winner)
    attempt = order.attempt
    assert attempt is not None

    def sell(number: int) -> None:
        payers.sell(draw_id, (winner, other)[number % 2], f"R{number}")

    def pay() -> None:
        payers.bank.pay(attempt.trade_number, 5760)
        payers.settle(order)

    def pass_on() -> None:
        payers.desk.promote(draw_id, actor=STAFF)

    work = [pay, pass_on, *(lambda n=n: sell(n) for n in range(4))]  # type: ignore[misc]
    with ThreadPoolExecutor(6) as pool:
        done = [pool.submit(one) for one in work[seed:] + work[:seed]]
        errors = [error for one in done if (error := one.exception()) is not None]
    assert all(isinstance(error, RoundRuleError) for error in errors), errors
    counter = {row["entry_id"] for row in payers.sql("SELECT entry_id FROM counter_sale")}
    online = payers.sql("SELECT state FROM attempt WHERE state = 'paid'")
    late = payers.sql("SELECT FROM refund_due")
    assert [payers.state(winner), payers.state(other)] == ["paid", "paid"]
    assert (winner in counter) is not bool(online), "sold once: at the lot or online"
    charged = attempt.trade_number in payers.bank.charged
    assert bool(late) is (charged and winner in counter), "money for a place sold at the lot goes back"


def test_no_place_beyond_the_announced_even_by_hand(payers: PayWorld) -> None:
    draw_id = payers.drawn(3, steps="*:2")
    loser = payers.sql("SELECT entry_id, round_id FROM draw_rank WHERE status = 'B'")[0]
    add = "INSERT INTO pass_seat (round_id, no, place, state, entry_id, pay_by) VALUES (:r, :n, '*', :s, :e, :t)"
    values = {"r": loser["round_id"], "t": None, "e": None, "s": "vacant"}
    for no in (3, 0, -1):
        with pytest.raises(Exception, match="no more places than were announced"):
            payers.sql(add, n=no, **values)
    with pytest.raises(Exception, match="a place stays what it is"):
        payers.sql("UPDATE pass_seat SET no = 9 WHERE no = 1")
    assert [no for no, _, _ in payers.standing(draw_id)] == [1, 2]


def test_every_payment_is_listed_with_its_way_number_and_state(payers: PayWorld) -> None:
    draw_id = payers.drawn(5, steps="*:4")
    paid, failed, at_the_lot, waiting = (payers.holder(draw_id, no) for no in (1, 2, 3, 4))
    payers.paid(paid)
    order = payers.begun(failed)
    assert order.attempt is not None
    payers.bank.books[order.attempt.trade_number] = Report(AttemptOutcome.FAILED)
    assert payers.settle(order) is AttemptState.FAILED
    payers.sell(draw_id, at_the_lot, "A9")
    with payers.units() as uow:
        listed = {one.entry_id: one for one in sales_of(uow, payers.row(uow, draw_id))}
    told = {entry: (one.paid_by, one.status, one.amount) for entry, one in listed.items()}
    assert told == {
        paid: (PaidBy.ONLINE, PayStatus.PAID, 5760),
        failed: (PaidBy.NOBODY, PayStatus.FAILED, 5760),
        at_the_lot: (PaidBy.COUNTER, PayStatus.PAID, 5760),
        waiting: (PaidBy.NOBODY, PayStatus.TO_PAY, 5760),
    }
    assert [listed[one].number[:1] for one in (paid, failed, at_the_lot, waiting)] == ["K", "K", "A", ""]
    payers.places.take_back(draw_id, payers.number(paid), Vacated.VOID, reason="不符", staff=STAFF)
    with payers.units() as uow:
        lost = {one.entry_id: one.status for one in sales_of(uow, payers.row(uow, draw_id))}
    assert lost[paid] is PayStatus.LOST
