"""The console's gateway: messages land in a tray of its own schema, which the local console page shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Engine, text

from domain.ports.sms import Delivery, Sms
from infra.crypto import FieldCipher, UnreadableError

KEPT = "1 hour"  # long enough to read a code; a tray is no archive of what people were sent
MOST_SHOWN = 50


@dataclass(frozen=True, slots=True, repr=False)
class Landed:
    """A message in the tray."""

    id: str
    to: str
    text: str
    at: datetime


class ConsoleTray:
    """A gateway whose phone is the console page. Numbers and texts are encrypted here as everywhere."""

    key = "console"

    def __init__(self, engine: Engine, cipher: FieldCipher) -> None:
        self._engine = engine
        self._cipher = cipher

    def send(self, sms: Sms) -> str:
        """Put it into the tray; what is older than an hour goes."""
        message_id = str(uuid4())
        values = {
            "id": message_id,
            "recipient": self._cipher.encrypt(sms.mobile.grouped, f"tray.recipient:{message_id}"),
            "body": self._cipher.encrypt(sms.text, f"tray.body:{message_id}"),
        }
        with self._engine.begin() as connection:
            connection.execute(
                text("INSERT INTO tray.sent (id, recipient, body) VALUES (:id, :recipient, :body)"), values
            )
            connection.execute(
                text("DELETE FROM tray.sent WHERE sent_at < now() - CAST(:kept AS interval)"), {"kept": KEPT}
            )
        return message_id

    def deliveries(self, gateway_ids: Sequence[str]) -> Mapping[str, Delivery]:
        """What is in the tray has arrived."""
        return dict.fromkeys(gateway_ids, Delivery.DELIVERED)

    def landed(self) -> Sequence[Landed]:
        """What is in the tray, oldest first; what a newer key has left unreadable is not shown."""
        query = "SELECT id, recipient, body, sent_at FROM tray.sent ORDER BY sent_at DESC LIMIT :most"
        with self._engine.connect() as connection:
            rows = connection.execute(text(query), {"most": MOST_SHOWN}).all()
        return [shown for row in reversed(rows) if (shown := self._shown(row.id, row.recipient, row.body, row.sent_at))]

    def _shown(self, message_id: object, recipient: bytes, body: bytes, at: datetime) -> Landed | None:
        try:
            to = self._cipher.decrypt(recipient, f"tray.recipient:{message_id}")
            return Landed(str(message_id), to, self._cipher.decrypt(body, f"tray.body:{message_id}"), at)
        except UnreadableError:
            return None
