"""Port of a payment provider: one file behind it per provider, one contract suite over all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

TRIAL_PROVIDERS = frozenset({"demobank"})  # take no real money: pages and notices of them are marked 測試


class AttemptOutcome(StrEnum):
    """What a provider says of an attempt when asked."""

    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    PENDING = "pending"  # the citizen has not finished, or it is being worked on
    APPROVED = "approved"  # the citizen has agreed; the money moves when confirm() is called
    NEVER_HEARD = "never_heard"  # the provider answered, and has no such trade number
    UNKNOWN = "unknown"  # no clear answer: ask again, never guess


@dataclass(frozen=True, slots=True)
class Taking:
    """One attempt as the provider sees it. Amount in NT$ from our own row."""

    attempt_id: str  # ours, UUID
    trade_number: str  # ours, unique for ever at the provider, [A-Z0-9]{1,20}
    amount: int
    title: str  # what is paid, no personal data
    return_url: str  # the citizen's browser comes back here
    notify_url: str  # the provider's server calls here
    expires_at: datetime
    provider_reference: str | None = None  # theirs, once known (19-digit ids stay text)


@dataclass(frozen=True, slots=True)
class Started:
    """The provider knows the attempt, or will from the citizen's browser; the citizen is sent to its page."""

    redirect_url: str
    provider_reference: str | None = None
    form: Mapping[str, str] | None = None  # fields the browser carries there by POST, where the provider wants that


@dataclass(frozen=True, slots=True)
class Report:
    """What the provider reports of an attempt."""

    outcome: AttemptOutcome
    amount: int | None = None  # NT$ as the provider says; compared with ours
    provider_reference: str | None = None
    paid_at: datetime | None = None
    payable_until: datetime | None = None  # with PENDING: a number was issued, and nobody can take it back until then


@dataclass(frozen=True, slots=True)
class Notified:
    """A server notification whose signature held. It is a hint to ask(), never believed for state or amount."""

    trade_number: str
    reply: str = "OK"  # the body the provider wants to read (ECPay: 1|OK)


class ForgedNotificationError(Exception):
    """A notification without a valid signature."""


class PaymentProvider(Protocol):
    """Takes money. Every call has a time-out; OutsideError(retry=…) for what is not an answer.

    No transaction of ours is open while one of these runs.
    """

    key: str  # e.g. "demobank"
    name: str  # msgid, e.g. 熊讚銀行
    fee: int  # 手續費 in NT$ borne by the citizen
    closes: bool  # whether after withdraw() the attempt can surely not be paid any more
    page_origins: Sequence[str]  # scheme://host of the pages it sends citizens to

    def start(self, taking: Taking) -> Started:
        """Register the attempt. Moves no money. Called after our row is committed."""
        ...

    def confirm(self, taking: Taking) -> Report:
        """Take the money, where the provider has such a step (LINE Pay); otherwise the same as ask()."""
        ...

    def ask(self, taking: Taking) -> Report:
        """How does the attempt stand? Moves no money; may be called at any time, any number of times."""
        ...

    def withdraw(self, taking: Taking) -> Report:
        """Close the attempt so that it can no longer be paid, where the provider can; otherwise the same as ask().

        The report is how the attempt stands afterwards: PAID when the citizen was faster.
        """
        ...

    def notified(self, headers: Mapping[str, str], body: bytes) -> Notified:
        """Read a server notification. Raises ForgedNotificationError."""
        ...
