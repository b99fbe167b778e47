"""The console's mail: messages land in a tray of its own, which the local console page shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Engine, text

from domain.ports.mail import Mail
from infra.crypto import FieldCipher, UnreadableError

KEPT = "1 hour"  # long enough to read a receipt; a tray is no archive of what people were sent
MOST_SHOWN = 50


@dataclass(frozen=True, slots=True, repr=False)
class LandedMail:
    """An e-mail in the tray."""

    id: str
    to: str
    subject: str
    text: str
    at: datetime


class MailTray:
    """A mail server whose mailbox is the console page. Addresses and texts are encrypted here as everywhere."""

    key = "console"

    def __init__(self, engine: Engine, cipher: FieldCipher) -> None:
        self._engine = engine
        self._cipher = cipher

    def send(self, mail: Mail) -> None:
        """Put it into the tray; what is older than an hour goes."""
        row_id = str(uuid4())
        values = {
            "id": row_id,
            "recipient": self._cipher.encrypt(mail.to, f"tray.mail.recipient:{row_id}"),
            "body": self._cipher.encrypt(f"{mail.subject}\n{mail.text}", f"tray.mail.body:{row_id}"),
        }
        with self._engine.begin() as connection:
            connection.execute(
                text("INSERT INTO tray.mail (id, recipient, body) VALUES (:id, :recipient, :body)"), values
            )
            connection.execute(
                text("DELETE FROM tray.mail WHERE sent_at < now() - CAST(:kept AS interval)"), {"kept": KEPT}
            )

    def landed(self) -> Sequence[LandedMail]:
        """What is in the tray, oldest first; what a newer key has left unreadable is not shown."""
        query = "SELECT id, recipient, body, sent_at FROM tray.mail ORDER BY sent_at DESC LIMIT :most"
        with self._engine.connect() as connection:
            rows = connection.execute(text(query), {"most": MOST_SHOWN}).all()
        return [shown for row in reversed(rows) if (shown := self._shown(row.id, row.recipient, row.body, row.sent_at))]

    def _shown(self, row_id: object, recipient: bytes, body: bytes, at: datetime) -> LandedMail | None:
        try:
            to = self._cipher.decrypt(recipient, f"tray.mail.recipient:{row_id}")
            subject, _, words = self._cipher.decrypt(body, f"tray.mail.body:{row_id}").partition("\n")
            return LandedMail(str(row_id), to, subject, words, at)
        except UnreadableError:
            return None
