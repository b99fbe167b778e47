"""Port of e-mail. Each message has an id of its own: a mailbox that gets it twice can tell."""

from dataclasses import dataclass
from typing import Protocol

from domain.reader import Language


@dataclass(frozen=True, slots=True, repr=False)
class Mail:
    """One e-mail in plain text. Its repr tells nothing, for logs and tracebacks."""

    id: str  # letters, digits and dashes; the same whenever the same message is sent again
    to: str  # as domain.emails took it
    subject: str
    text: str
    language: Language


class MailSender(Protocol):
    """Hands one e-mail on. Every call has a time-out; address, text and account are never in a log."""

    key: str

    def send(self, mail: Mail) -> None:
        """Returns once the other side has taken the mail.

        Raises OutsideError. Retry.LATER also where it may have been taken: sent again it has the same id. Retry.NEVER:
        this mail will not be taken.
        """
        ...
