"""Port of the SMS gateways. A gateway has no idempotency key, so what is unclear is never sent again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from domain.errors import OutsideError
from domain.phones import Mobile


@dataclass(frozen=True, slots=True, repr=False)
class Sms:
    """One text message. Its repr tells nothing, for logs and tracebacks."""

    mobile: Mobile
    text: str


class SmsRefusedError(OutsideError):
    """The gateway has surely not taken the message; `retry` says whether it may be tried again."""


class SmsUnclearError(OutsideError):
    """The gateway may have taken the message: the connection broke, or its answer cannot be read."""


class Delivery(StrEnum):
    """What became of a message that a gateway took."""

    DELIVERED = "delivered"  # it is on the phone
    FAILED = "failed"
    UNKNOWN = "unknown"  # nobody has said for too long


class SmsGateway(Protocol):
    """Sends one message, and tells what became of those it took.

    Every call has a time-out; number, text and account are never in an address or a log.
    """

    key: str

    def send(self, sms: Sms) -> str:
        """The gateway's id of the message it took. Raises SmsRefusedError or SmsUnclearError."""
        ...

    def deliveries(self, gateway_ids: Sequence[str]) -> Mapping[str, Delivery]:
        """What became of these messages; those on their way are left out. Raises OutsideError."""
        ...
