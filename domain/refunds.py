"""Refunds: money that goes back to whoever paid it. Which moves are allowed, in one table. Pure.

Staff request a refund with a reason; above a limit a second person approves it. Only then there is a refund, committed
before its provider is called. One that got no clear answer is asked about, never guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.orders import ForbiddenMoveError
from domain.ports.refunds import BY_HAND

CALL_IS_OVER = timedelta(minutes=3)  # longer than all time-outs of one refund together: what was sent has arrived
ASK_EVERY_AT_MOST = timedelta(hours=1)


class RefundState(StrEnum):
    """States of one refund."""

    ASKED = "asked"  # committed before the provider is called
    UNKNOWN = "unknown"  # no clear answer; resolved by asking
    DONE = "done"
    REFUSED = "refused"  # the provider will not: staff must find another way


_S = RefundState
REFUND_MOVES: Mapping[RefundState, frozenset[RefundState]] = {
    _S.ASKED: frozenset({_S.UNKNOWN, _S.DONE, _S.REFUSED}),
    _S.UNKNOWN: frozenset({_S.ASKED, _S.DONE, _S.REFUSED}),  # asked again once the provider surely never heard of it
    _S.DONE: frozenset(),
    _S.REFUSED: frozenset(),
}
REFUND_LIVE = frozenset({_S.ASKED, _S.UNKNOWN})
REFUND_COUNTS = REFUND_LIVE | {_S.DONE}  # these together never come to more than was paid


@dataclass(frozen=True, slots=True)
class RefundRules:
    """config/refunds.toml."""

    second_person_over: int  # NT$: a refund of more needs another person's approval


@dataclass(frozen=True, slots=True)
class RefundView:
    """One refund as its citizen and staff see it. Amount in NT$."""

    id: UUID
    order_id: UUID
    provider: str
    amount: int
    state: RefundState
    reason: str | None  # the provider's, when it refused: one word
    asked_at: datetime
    ended_at: datetime | None

    @property
    def by_transfer(self) -> bool:
        """Whether it waits for a bank transfer, since its provider cannot give the money back."""
        return self.reason == BY_HAND and self.state is RefundState.UNKNOWN


def move_refund(now: RefundState, to: RefundState) -> RefundState:
    """The refund's next state. Raises ForbiddenMoveError."""
    if to not in REFUND_MOVES[now]:
        raise ForbiddenMoveError(f"refund: {now.value} -> {to.value}")
    return to


def next_look_after(asks: int) -> timedelta:
    """How long to wait before an unknown refund is asked about again: 1 minute, doubling, an hour at most."""
    return min(timedelta(minutes=2 ** min(asks, 10)), ASK_EVERY_AT_MOST)
