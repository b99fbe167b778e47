"""The text of an SMS: what it costs in parts, and which addresses it may tell. Pure."""

import re
from urllib.parse import urlsplit

# Characters of a message in one part, and of each part of a longer one, whose header takes room (3GPP TS 23.040).
ASCII_PARTS = (160, 153)
OTHER_PARTS = (70, 67)  # UTF-16 code units

# With a scheme, or as people type it: www.…, or a name with a domain behind which a path begins.
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s]+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)+/[^\s]*", re.IGNORECASE)


def parts(text: str) -> int:
    """How many messages a gateway counts: 70 characters each, or 160 where all are ASCII (facts of the gateways)."""
    single, each = ASCII_PARTS if text.isascii() else OTHER_PARTS
    length = len(text.encode("utf-16-le")) // 2
    return 1 if length <= single else -(-length // each)


def addresses(text: str) -> list[str]:
    """What a phone would make a link of."""
    return [found.rstrip("。，、）)") for found in _ADDRESS.findall(text)]


def check_addresses(text: str, host: str) -> None:
    """At most one address, and that on our own host: people are told to trust no other. Raises ValueError."""
    found = addresses(text)
    if len(found) > 1 or any(not host or urlsplit(address).netloc != host for address in found):
        raise ValueError("an SMS tells one address at most, of the service's own host")
