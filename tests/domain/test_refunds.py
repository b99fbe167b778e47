"""Refunds: the table of moves, and how long is waited."""

from datetime import timedelta

import pytest

from domain.orders import ForbiddenMoveError
from domain.refunds import ASK_EVERY_AT_MOST, REFUND_COUNTS, REFUND_MOVES, RefundState, move_refund, next_look_after


@pytest.mark.parametrize("now", RefundState)
@pytest.mark.parametrize("to", RefundState)
def test_every_move_is_in_the_table_or_forbidden(now: RefundState, to: RefundState) -> None:
    if to in REFUND_MOVES[now]:
        assert move_refund(now, to) is to
    else:
        with pytest.raises(ForbiddenMoveError):
            move_refund(now, to)


def test_ends_are_ends_and_only_a_refused_one_counts_for_nothing() -> None:
    assert REFUND_MOVES[RefundState.DONE] == REFUND_MOVES[RefundState.REFUSED] == frozenset()
    assert set(RefundState) - REFUND_COUNTS == {RefundState.REFUSED}


def test_looks_come_more_and_more_slowly() -> None:
    waits = [next_look_after(asks) for asks in range(40)]
    assert waits[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert waits == sorted(waits)
    assert waits[-1] == ASK_EVERY_AT_MOST
