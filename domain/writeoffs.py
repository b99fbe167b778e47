"""Write-offs (銷帳): telling an agency that a bill was paid, or that its money went back. One table of moves. Pure.

One row is one message to the agency, with an id of its own that it can tell repetitions by. A reversal (沖銷) is a
message of its own kind, and never overtakes the write-off it takes back.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from domain.bills import PayableKey
from domain.clock import TAIPEI
from domain.orders import ForbiddenMoveError
from domain.reader import msgid

LONGEST_WAIT = timedelta(hours=1)  # between two tries of one message


class WriteOffKind(StrEnum):
    WRITE_OFF = "write_off"
    REVERSAL = "reversal"


class WriteOffState(StrEnum):
    WAITING = "waiting"  # its agency has no address: it fetches, and says so
    DUE = "due"  # to be sent
    SENT = "sent"  # committed before the call
    UNKNOWN = "unknown"  # no clear answer: sent again under the same id
    ACCEPTED = "accepted"
    REFUSED = "refused"  # the agency said no, or was silent for too long: staff decide
    DROPPED = "dropped"  # staff: the agency will never book it


class WriteOffStanding(StrEnum):
    """What a citizen is told of a bill, or of all bills of an order."""

    NONE = "none"  # nothing was paid here
    UNDER_WAY = "under_way"
    DONE = "done"
    REVERSED = "reversed"  # paid back, and taken back at the agency or about to be


STANDINGS: Mapping[WriteOffStanding, str] = {  # as a receipt says it; nothing of what was not paid here
    WriteOffStanding.UNDER_WAY: msgid("作業中"),
    WriteOffStanding.DONE: msgid("已完成"),
    WriteOffStanding.REVERSED: msgid("已退款，並通知機關取消"),
}

_S = WriteOffState
_ANSWERS = frozenset({_S.ACCEPTED, _S.REFUSED})  # also by an agency that fetches what is sent as well
WRITE_OFF_MOVES: Mapping[WriteOffState, frozenset[WriteOffState]] = {
    _S.WAITING: _ANSWERS | {_S.DUE, _S.DROPPED},
    _S.DUE: _ANSWERS | {_S.SENT, _S.WAITING, _S.DROPPED},
    _S.SENT: _ANSWERS | {_S.UNKNOWN, _S.DUE, _S.WAITING},  # due again: surely not taken
    _S.UNKNOWN: _ANSWERS | {_S.SENT, _S.WAITING},
    _S.REFUSED: frozenset({_S.DUE, _S.WAITING, _S.ACCEPTED, _S.DROPPED}),
    _S.ACCEPTED: frozenset(),
    _S.DROPPED: frozenset(),
}
WRITE_OFF_ENDED = frozenset({_S.ACCEPTED, _S.DROPPED})


@dataclass(frozen=True, slots=True)
class WriteOffRules:
    """config/writeoffs.toml."""

    staff_after_tries: int  # then staff are told, and it goes on
    refusals: int  # an agency that says no is asked so many times in all
    gives_up_after_days: int  # an agency that is silent for so long


@dataclass(frozen=True, slots=True)
class WriteOffMessage:
    """What an agency is told, by webhook or when it fetches: the same words, however often. Nothing personal."""

    id: uuid.UUID
    kind: WriteOffKind
    key: PayableKey
    covers: Sequence[str]  # numbers of the bills that a dunning notice (催繳單) pays
    amount: int  # NT$ that goes to the agency, or back; the provider's fee is not in it
    discount: int  # NT$ less than the bill said, by the rules of its fee item (優惠)
    paid_at: datetime  # of a reversal: when the money had gone back
    provider: str
    trade_number: str  # 交易編號 of the payment
    reverses: uuid.UUID | None  # the write-off that a reversal takes back, in whole or in part
    trial: bool  # paid at the test bank: no money comes

    def as_json(self) -> dict[str, Any]:
        """The body of the webhook, and a row of the fetch (WriteOffRow of the API's document)."""
        return {
            "id": str(self.id),
            "kind": self.kind.value,
            "agency": self.key.agency,
            "bill_type": self.key.type.value,
            "number": self.key.number,
            "covers": list(self.covers),
            "amount": self.amount,
            "discount": self.discount,
            "paid_at": self.paid_at.astimezone(TAIPEI).isoformat(timespec="seconds"),
            "provider": self.provider,
            "trade_number": self.trade_number,
            "reverses": str(self.reverses) if self.reverses else None,
            "trial": self.trial,
        }


@dataclass(frozen=True, slots=True)
class Standing:
    """One write-off of an order and what of it has not been taken back. Amounts in NT$."""

    id: uuid.UUID
    amount: int
    left: int


def move_write_off(now: WriteOffState, to: WriteOffState) -> WriteOffState:
    """The next state. Raises ForbiddenMoveError."""
    if to not in WRITE_OFF_MOVES[now]:
        raise ForbiddenMoveError(f"write-off: {now.value} -> {to.value}")
    return to


def next_try_after(tries: int) -> timedelta:
    """How long to wait after so many tries: 15 seconds, doubling, an hour at most."""
    return min(timedelta(seconds=15 * 2 ** min(tries, 10)), LONGEST_WAIT)


def pause_after(silent_rounds: int) -> timedelta:
    """How long an agency that does not answer is left alone: 10 seconds, doubling, 15 minutes at most."""
    return min(timedelta(seconds=10 * 2 ** min(silent_rounds, 10)), timedelta(minutes=15))


def taken_back_by(refunded: int, write_offs: Sequence[Standing]) -> Mapping[uuid.UUID, int] | None:
    """Which write-offs a refund of `refunded` NT$ takes back, and how much of each; None: only staff can say.

    A refund names no bill. It is clear where it covers all that is left, where one bill is left, or where it is exactly
    what is left of one bill alone. Nothing is guessed: an agency's books would be wrong, and another's too.
    """
    left = [one for one in write_offs if one.left > 0]
    if sum(one.left for one in left) <= refunded:
        return {one.id: one.left for one in left}
    if len(left) == 1:
        return {left[0].id: refunded}
    exact = [one for one in left if one.left == refunded]
    return {exact[0].id: refunded} if len(exact) == 1 else None
