"""Members of the city's own site (停車查詢一站式服務) who link their account with the chat (LINE 綁定). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from domain.bindings import Vehicle
from domain.reader import Language, msgid

# LINE's link token lives 10 minutes (Messaging API, "Link user account"); its nonce need live no longer.
NONCE_LIFE = timedelta(minutes=10)
NONCE_BYTES = 32  # of randomness; LINE advises 16 at least, and takes 10 to 255 characters
MOST_VEHICLES = 10  # that a site may tell of one member

SERVICES: Mapping[str, str] = {  # 服務種類, as the site's page of 綁定車輛 has them
    "paperless": msgid("開單無紙化"),
    "reminder": msgid("繳費提醒"),
    "flood": msgid("防汛通知"),
}


@dataclass(frozen=True, slots=True)
class MemberSite:
    """The site. `url`: its page where a member signs in to link the chat."""

    zh: str
    en: str
    url: str

    def name(self, language: Language) -> str:
        """What it is called."""
        return self.en if language is Language.EN else self.zh

    def link(self, token: str) -> str:
        """The page, with LINE's link token."""
        return f"{self.url}?linkToken={quote(token, safe='')}"


@dataclass(frozen=True, slots=True)
class MemberVehicle:
    """A vehicle of the member's account there. `services`: keys of SERVICES."""

    vehicle: Vehicle
    services: Sequence[str]
