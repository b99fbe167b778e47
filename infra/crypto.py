"""Personal data at rest: encrypted fields, and keyed hashes to look them up by.

A token is: version (1 byte) | key id (4) | nonce (12) | ciphertext and tag, AES-256-GCM. The key id is the first bytes
of a hash of the key, so that a token says which of several keys reads it. `place` (table.column:row) is bound to it as
associated data: a token copied to another row or column does not decrypt.
"""

import hashlib
import hmac
import os
import unicodedata
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
KEY_ID_BYTES = 4
NONCE_BYTES = 12
TAG_BYTES = 16
LOOKUP_KEY_BYTES = 32
_LOOKUP_PLACE = "lookup key"


class UnreadableError(Exception):
    """A token that none of the keys reads: changed, cut, of another place, or under a key that is gone."""


class FieldCipher:
    """Encrypts under the newest key, decrypts under any. `keys`: 32 bytes each, newest first."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise ValueError("at least one key is needed")
        self._newest = _key_id(keys[0])
        self._keys = {_key_id(key): AESGCM(key) for key in keys}

    def encrypt(self, text: str, place: str) -> bytes:
        """A token of `text`, readable at `place` only. Two tokens of one text differ."""
        return self.seal(text.encode(), place)

    def decrypt(self, token: bytes, place: str) -> str:
        """The text of a token. Raises UnreadableError."""
        return self.open(token, place).decode()

    def is_stale(self, token: bytes) -> bool:
        """Whether the token is not under the newest key, so that `keys rotate` must encrypt it anew."""
        return token[: 1 + KEY_ID_BYTES] != VERSION + self._newest

    def wrap(self, lookup_key: bytes) -> bytes:
        """The key of the lookup hashes, encrypted to be stored."""
        return self.seal(lookup_key, _LOOKUP_PLACE)

    def unwrap(self, token: bytes) -> bytes:
        """The stored key of the lookup hashes. Raises UnreadableError."""
        return self.open(token, _LOOKUP_PLACE)

    def seal(self, data: bytes, place: str) -> bytes:
        """encrypt() of what is no text."""
        nonce = os.urandom(NONCE_BYTES)
        head = VERSION + self._newest
        return head + nonce + self._keys[self._newest].encrypt(nonce, data, head + place.encode())

    def open(self, token: bytes, place: str) -> bytes:
        """The bytes of a token. Raises UnreadableError."""
        head, rest = token[: 1 + KEY_ID_BYTES], token[1 + KEY_ID_BYTES :]
        key = self._keys.get(head[1:])
        if head[:1] != VERSION or key is None or len(rest) < NONCE_BYTES + TAG_BYTES:
            raise UnreadableError
        try:
            return key.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], head + place.encode())
        except InvalidTag:
            raise UnreadableError from None


def new_lookup_key() -> bytes:
    """A random key for lookup hashes; made once, stored wrapped, never changed: every hash depends on it."""
    return os.urandom(LOOKUP_KEY_BYTES)


def lookup_hash(lookup_key: bytes, field: str, text: str) -> bytes:
    """What a field is found by without being readable: HMAC-SHA256 of its normal form (NFKC), 32 bytes.

    `field` keeps equal texts of different fields apart.
    """
    normal = unicodedata.normalize("NFKC", text).strip()
    return hmac.digest(lookup_key, field.encode() + b"\0" + normal.encode(), hashlib.sha256)


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"key id\0" + key).digest()[:KEY_ID_BYTES]
