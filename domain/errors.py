"""Errors that cross rooms. Each says who must act: the citizen, nobody (try again), or staff."""

from enum import StrEnum


class CitizenMistakeError(Exception):
    """The citizen's input cannot be taken; answered kindly in one place (the engine, a web error handler).

    `text` is a msgid of the catalogue, `values` fill its {placeholders}. Never holds personal data in its str().
    """

    def __init__(self, text: str, **values: object) -> None:
        super().__init__(type(self).__name__)
        self.text = text
        self.values = values


class UsedUpError(CitizenMistakeError):
    """A limit is used up. No other answer to the same question would help, so the conversation ends with this."""


class Retry(StrEnum):
    """What a failed outside call allows next."""

    LATER = "later"  # time-out, 5xx, dropped: the same call may be made again
    THROTTLE = "throttle"  # 429: later, and slower
    NEVER = "never"  # the other side has refused for good
    DUPLICATE = "duplicate"  # it already happened: success


class OutsideError(Exception):
    """An outside system failed. `cause` is one word for logs and metrics, never a payload or an address."""

    def __init__(self, cause: str, retry: Retry = Retry.LATER) -> None:
        super().__init__(cause)
        self.cause = cause
        self.retry = retry
