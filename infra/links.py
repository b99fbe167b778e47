"""Tokens of pay links, receipts and calendar days: 16 bytes, mostly an order's id, and an end, signed.

Nothing personal, nothing to guess, no lookup.

token = base64url( id (16) | end, seconds since 1970 (4) | first 16 bytes of HMAC-SHA256(key, purpose | both) )
"""

import base64
import binascii
import hashlib
import hmac
import struct
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

_BODY = struct.Struct(">16sI")
_MAC_BYTES = 16
TOKEN_CHARACTERS = 48


class ForgedLinkError(Exception):
    """Not a token of ours, or one of another purpose."""


class ExpiredLinkError(Exception):
    """A token of ours whose end has passed."""


def make_token(keys: Sequence[str], purpose: str, order_id: uuid.UUID, ends_at: datetime) -> str:
    """A token under the newest key (keys[0]). `purpose` keeps a pay link from being read as a receipt."""
    body = _BODY.pack(order_id.bytes, int(ends_at.timestamp()))
    return base64.urlsafe_b64encode(body + _mac(keys[0], purpose, body)).decode("ascii")


def read_token(keys: Sequence[str], purpose: str, token: str, now: datetime) -> uuid.UUID:
    """The order a token was made for, under any of the keys. Raises ForgedLinkError or ExpiredLinkError."""
    if len(token) != TOKEN_CHARACTERS:
        raise ForgedLinkError
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise ForgedLinkError from None
    body, mac = raw[: _BODY.size], raw[_BODY.size :]
    if not any(hmac.compare_digest(mac, _mac(key, purpose, body)) for key in keys):
        raise ForgedLinkError
    order, ends = _BODY.unpack(body)
    if datetime.fromtimestamp(ends, UTC) <= now:
        raise ExpiredLinkError
    return uuid.UUID(bytes=order)


def _mac(key: str, purpose: str, body: bytes) -> bytes:
    text = b"parkline link\0" + purpose.encode("ascii") + b"\0" + body
    return hmac.new(key.encode("utf-8"), text, hashlib.sha256).digest()[:_MAC_BYTES]
