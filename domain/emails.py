"""E-mail addresses: taken when mail can be sent to them, used only for receipts."""

import re
import unicodedata

from domain.errors import CitizenMistakeError
from domain.reader import msgid

MOST_CHARACTERS = 254  # RFC 5321 §4.5.3.1.3, less the brackets
MOST_LOCAL = 64  # RFC 5321 §4.5.3.1.1
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(
    rf"([A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+)*)@(?:{_LABEL}\.)+[A-Za-z]{{2,63}}"
)


def parse_email(text: str) -> str:
    """The address, full-width letters made plain. Raises CitizenMistakeError for what mail cannot be sent to."""
    address = unicodedata.normalize("NFKC", text).strip() if len(text) <= MOST_CHARACTERS else ""
    match = _ADDRESS.fullmatch(address)
    if match is None or len(match[1]) > MOST_LOCAL or len(address) > MOST_CHARACTERS:
        raise CitizenMistakeError(msgid("這不是可以收信的 E-mail。請再輸入一次，例如 name@example.com。"))
    return address
