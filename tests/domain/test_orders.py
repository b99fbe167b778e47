"""The tables of moves, the masks, and the addresses of pay.taipei."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.orders import (
    ATTEMPT_ENDED,
    ATTEMPT_LIVE,
    ATTEMPT_MOVES,
    ORDER_MOVES,
    AttemptState,
    ForbiddenMoveError,
    OrderState,
    mask_plate,
    move_attempt,
    move_order,
    next_ask_after,
)
from domain.paytaipei import bill_url, check_digits


def test_every_state_has_a_row_and_ends_are_ends() -> None:
    assert set(ORDER_MOVES) == set(OrderState)
    assert set(ATTEMPT_MOVES) == set(AttemptState)
    for state in (OrderState.PAID, OrderState.EXPIRED, OrderState.CANCELLED, OrderState.REPLACED):
        assert not ORDER_MOVES[state]
    for ended in (*ATTEMPT_ENDED, AttemptState.PAID):
        assert not ATTEMPT_MOVES[ended]
    assert {*ATTEMPT_LIVE, *ATTEMPT_ENDED, AttemptState.PAID} == set(AttemptState)


def test_an_order_is_paid_only_by_way_of_paying() -> None:
    assert [state for state, to in ORDER_MOVES.items() if OrderState.PAID in to] == [OrderState.PAYING]
    with pytest.raises(ForbiddenMoveError):
        move_order(OrderState.OPEN, OrderState.PAID)
    with pytest.raises(ForbiddenMoveError):
        move_order(OrderState.PAYING, OrderState.EXPIRED)  # its attempt must have ended first


def test_unknown_may_become_any_outcome_and_late_is_never_moved_into() -> None:
    outcomes = {AttemptState.PAID, AttemptState.FAILED, AttemptState.EXPIRED, AttemptState.CANCELLED}
    assert outcomes <= ATTEMPT_MOVES[AttemptState.UNKNOWN]
    assert all(AttemptState.LATE not in to for to in ATTEMPT_MOVES.values())


class OrderAndAttempts(RuleBasedStateMachine):
    """Random moves: whatever is refused changes nothing, whatever is allowed keeps one live attempt and one payment."""

    def __init__(self) -> None:
        super().__init__()
        self.order = OrderState.OPEN
        self.attempts: list[AttemptState] = []

    @rule()
    def start(self) -> None:
        try:
            self.order = move_order(self.order, OrderState.PAYING)
        except ForbiddenMoveError:
            return
        self.attempts.append(AttemptState.STARTED)

    @rule(to=st.sampled_from(AttemptState))
    def report(self, to: AttemptState) -> None:
        if not self.attempts:
            return
        try:
            self.attempts[-1] = move_attempt(self.attempts[-1], to)
        except ForbiddenMoveError:
            return
        if to is AttemptState.PAID:
            self.order = move_order(self.order, OrderState.PAID)
        elif to in ATTEMPT_ENDED:
            self.order = move_order(self.order, OrderState.OPEN)

    @rule(to=st.sampled_from([OrderState.EXPIRED, OrderState.CANCELLED, OrderState.REPLACED]))
    def end(self, to: OrderState) -> None:
        before = self.order
        try:
            self.order = move_order(self.order, to)
        except ForbiddenMoveError:
            assert self.order is before

    @invariant()
    def a_live_attempt_is_what_paying_means(self) -> None:
        live = sum(state in ATTEMPT_LIVE for state in self.attempts)
        assert live == (1 if self.order is OrderState.PAYING else 0)

    @invariant()
    def one_payment_is_what_paid_means(self) -> None:
        assert self.attempts.count(AttemptState.PAID) == (1 if self.order is OrderState.PAID else 0)


TestOrderAndAttempts = OrderAndAttempts.TestCase


@pytest.mark.parametrize(
    ("plate", "masked"),
    [
        ("ABC-1234", "ABC-**34"),
        ("AB-123", "AB-**3"),
        ("1234-AB", "**34-AB"),
        ("軍C-21110", "軍C-***10"),
        ("ABC1234", "*****34"),
    ],
)
def test_plates_are_masked(plate: str, masked: str) -> None:
    assert mask_plate(plate) == masked


@given(st.from_regex(r"[A-Z0-9]{2,4}-[A-Z0-9]{2,5}", fullmatch=True))
def test_a_mask_always_hides_two_characters_and_keeps_the_length(plate: str) -> None:
    masked = mask_plate(plate)
    assert len(masked) == len(plate)
    assert masked.count("*") >= 2


def test_asking_slows_down_to_ten_minutes() -> None:
    waits = [next_ask_after(n) for n in range(40)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (timedelta(seconds=5), timedelta(minutes=10))


def test_check_digits_of_pay_taipei() -> None:
    # facts/taiwan.md §1.4: both real samples, and the older form without a type
    assert check_digits("2", "Q7078443D090047", "2") == "bafb"
    assert check_digits("2", "Q70885062951261", "2") == "3a08"
    assert check_digits("18", "X") == check_digits("1", "8X")
    assert bill_url("Q7078443D090047") == "https://pay.taipei/qr/2/Q7078443D090047/bafb/2"
    assert bill_url("Q70885062951261") == "https://pay.taipei/qr/2/Q70885062951261/3a08/2"


@pytest.mark.parametrize(
    "number", ["", "VNB4810M8746", "Q7078443D09004", "q7078443d090047", "Q7078443D090047/../x", "Q" * 17]
)
def test_a_number_of_another_shape_has_no_address(number: str) -> None:
    assert bill_url(number) is None
