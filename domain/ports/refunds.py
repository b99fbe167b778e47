"""Port of a provider that can give money back, in whole or in part. The same adapters as domain/ports/payments.py."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

BY_HAND = "by_hand"  # a reason: this money can only go back by a bank transfer of ours


class RefundOutcome(StrEnum):
    """What a provider says of a refund."""

    DONE = "done"
    REFUSED = "refused"  # for good; RefundReport.reason says why
    NOT_FOUND = "not_found"  # the provider answered, and has not made this refund
    UNKNOWN = "unknown"  # no clear answer: ask again, never guess


@dataclass(frozen=True, slots=True)
class Refunding:
    """One refund as the provider sees it. Amounts in NT$ from our own rows."""

    refund_number: str  # ours, unique for ever, [A-Z0-9]{1,20}
    trade_number: str  # of the attempt that took the money
    provider_reference: str | None  # the provider's own number of that money (19-digit ids stay text)
    paid: int  # the whole money taken
    amount: int  # what is given back now
    known: Collection[str] = ()  # the provider's numbers of this money's other refunds


@dataclass(frozen=True, slots=True)
class RefundReport:
    """What the provider reports of a refund."""

    outcome: RefundOutcome
    reference: str | None = None  # the provider's number of the refund
    reason: str | None = None  # one word, for staff: by_hand, over_amount, too_late, code_…


@runtime_checkable
class GivesBack(Protocol):
    """Gives money back. Every call has a time-out; OutsideError for what is not an answer.

    No transaction of ours is open while one of these runs.
    """

    def refund(self, refunding: Refunding) -> RefundReport:
        """Give the money back. Called after our row is committed; for one money never twice at a time."""
        ...

    def ask_refund(self, refunding: Refunding) -> RefundReport:
        """Has this refund been made? Moves no money; may be called any number of times."""
        ...
