"""Port of the SMS gateways. A gateway has no idempotency key, so what is unclear is never sent again."""

from dataclasses import dataclass
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


class SmsGateway(Protocol):
    """Sends one message. Every call has a time-out; number, text and account are never in an address or a log."""

    key: str

    def send(self, sms: Sms) -> str:
        """The gateway's id of the message it took. Raises SmsRefusedError or SmsUnclearError."""
        ...
