"""Orders and attempts: which moves are allowed, one table each. Pure; taken under a row lock by services.

An order gathers bills and is what a pay link shows. An attempt is one provider's taking of money for it.
An open order is an offer and holds nothing back: any number may show the same bill. It claims its bills when an
attempt starts, keeps them while it is paying or paid, and the database lets a bill be claimed once.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

ORDER_LIFE = timedelta(hours=24)  # how long a pay link may start a payment
ATTEMPT_LIFE = timedelta(minutes=20)  # as LINE Pay's own time-out (facts §5.1)
FRESH_FOR = timedelta(seconds=60)  # bills asked longer ago are asked again before a provider is
LATE_CHECKS = (timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=10))  # after an end: money may come late
LATE_CHECKS_END = timedelta(hours=24)  # a provider that was silent at the last of them is asked no longer than so
ISSUED_ASK_EVERY = timedelta(hours=1)  # an ATM or store number takes days; its payment is also told
NEVER_REACHED_AFTER = timedelta(seconds=60)  # a call of ours is surely over: "never heard of it" may be believed


class OrderState(StrEnum):
    OPEN = "open"
    PAYING = "paying"  # exactly one attempt is under way
    PAID = "paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REPLACED = "replaced"  # its citizen started again with another order


class AttemptState(StrEnum):
    STARTED = "started"  # committed before the provider is called
    CONFIRMING = "confirming"  # committed before the call that takes the money
    UNKNOWN = "unknown"  # no clear answer; may become anything, by asking only
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    LATE = "late"  # a row of its own: money reported after its attempt had ended


class ForbiddenMoveError(Exception):
    """A state was to be left in a way its table does not have: a defect of ours, never the citizen's."""


_O = OrderState
ORDER_MOVES: Mapping[OrderState, frozenset[OrderState]] = {
    _O.OPEN: frozenset({_O.PAYING, _O.EXPIRED, _O.CANCELLED, _O.REPLACED}),
    _O.PAYING: frozenset({_O.OPEN, _O.PAID}),  # back to open when its attempt ended without money
    _O.PAID: frozenset(),
    _O.EXPIRED: frozenset(),
    _O.CANCELLED: frozenset(),
    _O.REPLACED: frozenset(),
}

_A = AttemptState
_ENDED_WITHOUT_MONEY = frozenset({_A.FAILED, _A.EXPIRED, _A.CANCELLED})
_OUTCOMES = _ENDED_WITHOUT_MONEY | {_A.PAID}
ATTEMPT_MOVES: Mapping[AttemptState, frozenset[AttemptState]] = {
    _A.STARTED: _OUTCOMES | {_A.CONFIRMING, _A.UNKNOWN},
    _A.CONFIRMING: _OUTCOMES | {_A.UNKNOWN},
    _A.UNKNOWN: _OUTCOMES | {_A.STARTED, _A.CONFIRMING},  # asked: the provider is still waiting for the citizen
    _A.PAID: frozenset(),
    _A.FAILED: frozenset(),
    _A.EXPIRED: frozenset(),
    _A.CANCELLED: frozenset(),
    _A.LATE: frozenset(),
}

ATTEMPT_LIVE = frozenset({_A.STARTED, _A.CONFIRMING, _A.UNKNOWN})
ATTEMPT_ENDED = _ENDED_WITHOUT_MONEY | {_A.LATE}  # whatever comes after these is a late row


def move_order(now: OrderState, to: OrderState) -> OrderState:
    """The order's next state. Raises ForbiddenMoveError."""
    if to not in ORDER_MOVES[now]:
        raise ForbiddenMoveError(f"order: {now.value} -> {to.value}")
    return to


def move_attempt(now: AttemptState, to: AttemptState) -> AttemptState:
    """The attempt's next state. Raises ForbiddenMoveError."""
    if to not in ATTEMPT_MOVES[now]:
        raise ForbiddenMoveError(f"attempt: {now.value} -> {to.value}")
    return to


def next_ask_after(asks: int) -> timedelta:
    """How long to wait before a live attempt is asked about again: 5 s, doubling, 10 minutes at most."""
    return min(timedelta(seconds=5 * 2 ** min(asks, 10)), timedelta(minutes=10))


def late_check_after(since_end: timedelta, *, answered: bool) -> timedelta | None:
    """How long to wait before an attempt that ended without money is asked about once more; None: no more.

    `answered`: whether its provider has just given an answer; silence is no check.
    """
    for check in LATE_CHECKS:
        if check > since_end:
            return check - since_end
    return LATE_CHECKS[-1] if not answered and since_end < LATE_CHECKS_END else None


def mask_plate(plate: str) -> str:
    """A plate as a forwarded link may show it, at least two characters hidden: ABC-1234 -> ABC-**34."""
    head, dash, tail = plate.rpartition("-")
    if len(head) > len(tail):
        return _mask(head) + dash + tail
    return head + dash + _mask(tail)


def _mask(group: str) -> str:
    shown = min(2, max(len(group) - 2, 0))
    return "*" * (len(group) - shown) + group[len(group) - shown :]
