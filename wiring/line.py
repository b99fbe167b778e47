"""LINE: the channel's secrets, who is spoken to, what is told them, and the door at /callback."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from adapters.photos.line import LinePhotos
from bot.inbox_store import InboxStore
from bot.messenger import Messenger
from bot.notices import NoticePost, discover_notices
from domain.ports.photos import PhotoSource
from infra.hints import INBOX, OUTBOX, Hint
from infra.locales import reader
from services.citizens import Citizens
from services.planning import Planning
from web.line.callback import Callback
from wiring.stores import Stores

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LOOPBACK = "127.0.0.1"


class Line(Stores, ABC):
    """Where LINE is reached, or the console that plays it."""

    @property
    def channel_secrets(self) -> Sequence[str]:
        given = [secret.get_secret_value() for secret in self.settings.line_channel_secret]
        return given or [self.derived("console channel secret")]

    @property
    def access_token(self) -> str:
        given = self.settings.line_channel_access_token
        return given.get_secret_value() if given else self.derived("console access token")

    @property
    def own_address(self) -> str:
        return f"http://{LOOPBACK}:{self.settings.port}"

    @property
    def line_address(self) -> str:
        """Of LINE's API; of the console page, which plays it, in console mode."""
        return self.own_address if self.settings.console_mode else self.settings.line_api_url

    @cached_property
    def messenger(self) -> Messenger:
        return Messenger(self.line_address, self.access_token)

    @cached_property
    def photos(self) -> PhotoSource:
        return LinePhotos(
            self.own_address if self.settings.console_mode else self.settings.line_data_api_url, self.access_token
        )

    @cached_property
    def citizens(self) -> Citizens:
        return Citizens()

    @property
    @abstractmethod
    def planning(self) -> Planning:
        """Given by the room of accounts, which knows whom an SMS reaches."""

    @cached_property
    def notices(self) -> NoticePost:
        notices = discover_notices("handlers.notices")
        return NoticePost(notices, self.planning, reader, Hint(self.redis, OUTBOX))

    def for_conversations(self) -> Mapping[str, Any]:
        return {**super().for_conversations(), "citizens": self.citizens, "readers": reader}

    def front_door(self, inside: "WSGIApplication") -> Callback:
        """LINE's door before all others; it has no limit on calls: LINE's signature is its leave."""
        secrets = [secret.encode() for secret in self.channel_secrets]
        store = InboxStore(self.urls.database, connections=self.connections)
        store.open()
        return Callback(inside, store, secrets, Hint(self.redis, INBOX))
