"""Files for one reader in the age format (age-encryption.org/v1, X25519), which the public tool `age` opens.

Who writes holds the public half only, and cannot read what it has written.
"""

import base64
import hashlib
import hmac
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = b"age-encryption.org/v1"
LABEL = b"age-encryption.org/v1/X25519"
PUBLIC, SECRET = "age", "age-secret-key-"
FILE_KEY_BYTES, NONCE_BYTES, TAG_BYTES = 16, 16, 16
CHUNK = 64 * 1024  # bytes of plain text that are sealed together
_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"  # bech32, BIP 173
_CHECK_CHARACTERS = 6
_HEADER = re.compile(  # one stanza of ours; any others are for other readers
    rb"age-encryption\.org/v1\n-> X25519 ([A-Za-z0-9+/]{43})\n([A-Za-z0-9+/]{43})\n"
    rb"(?:-> [!-~ ]+\n(?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{0,63}\n)*--- ([A-Za-z0-9+/]{43})\n"
)


class AgeError(Exception):
    """A key that is none, or a file that is not for this key, or was changed. Says which."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """`secret` opens what is sealed for `public`. Both as age writes them."""

    public: str
    secret: str


def new_key() -> KeyPair:
    """A new pair, from the system's randomness."""
    secret = X25519PrivateKey.generate()
    public = secret.public_key().public_bytes_raw()
    return KeyPair(_bech32(PUBLIC, public), _bech32(SECRET, secret.private_bytes_raw()).upper())


def check_public(text: str) -> None:
    """Raises AgeError where this is no public key (age1…)."""
    _read_bech32(PUBLIC, text)


def sealed(plain: Iterable[bytes], public: str) -> Iterator[bytes]:
    """The file, piece by piece, for the owner of this public key. Raises AgeError for a key that is none."""
    recipient = _read_bech32(PUBLIC, public)
    file_key, own = os.urandom(FILE_KEY_BYTES), X25519PrivateKey.generate()
    share = own.public_key().public_bytes_raw()
    shared = own.exchange(X25519PublicKey.from_public_bytes(recipient))
    wrapped = ChaCha20Poly1305(_derived(shared, share + recipient, LABEL)).encrypt(bytes(12), file_key, None)
    head = VERSION + b"\n-> X25519 " + _base64(share) + b"\n" + _base64(wrapped) + b"\n---"
    nonce = os.urandom(NONCE_BYTES)
    yield head + b" " + _base64(_mac(file_key, head)) + b"\n" + nonce
    cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))
    for number, (chunk, last) in enumerate(_chunks(plain)):
        yield cipher.encrypt(_counter(number, last=last), chunk, None)


def opened(file: bytes, secret: str) -> bytes:
    """What was sealed. Raises AgeError."""
    own = X25519PrivateKey.from_private_bytes(_read_bech32(SECRET, secret.lower()))
    found = _HEADER.match(file)
    if found is None:
        raise AgeError("not an age file for one X25519 key")
    share, wrapped, mac = (base64.b64decode(part + b"=") for part in found.groups())
    recipient = own.public_key().public_bytes_raw()
    shared = own.exchange(X25519PublicKey.from_public_bytes(share))
    try:
        file_key = ChaCha20Poly1305(_derived(shared, share + recipient, LABEL)).decrypt(bytes(12), wrapped, None)
    except InvalidTag:
        raise AgeError("sealed for another key") from None
    head, body = file[: found.start(3) - 1], file[found.end() :]
    if not hmac.compare_digest(_mac(file_key, head), mac):
        raise AgeError("the file's head was changed")
    return _body(file_key, body)


def _body(file_key: bytes, body: bytes) -> bytes:
    cipher, rest = ChaCha20Poly1305(_derived(file_key, body[:NONCE_BYTES], b"payload")), body[NONCE_BYTES:]
    step = CHUNK + TAG_BYTES
    pieces = [rest[at : at + step] for at in range(0, max(len(rest), 1), step)]
    try:
        return b"".join(
            cipher.decrypt(_counter(number, last=number == len(pieces) - 1), piece, None)
            for number, piece in enumerate(pieces)
        )
    except InvalidTag:
        raise AgeError("the file was changed or cut") from None


def _chunks(plain: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Full chunks, and the last one, which is empty only where there is nothing at all."""
    waiting = bytearray()
    for piece in plain:
        waiting += piece
        while len(waiting) > CHUNK:  # one that is just full may be the last
            yield bytes(waiting[:CHUNK]), False
            del waiting[:CHUNK]
    yield bytes(waiting), True


def _counter(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11) + bytes([last])


def _derived(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, info).derive(key)


def _mac(file_key: bytes, head: bytes) -> bytes:
    return hmac.digest(_derived(file_key, b"", b"header"), head, hashlib.sha256)


def _base64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _bech32(prefix: str, data: bytes) -> str:
    values = _regrouped(data, 8, 5)
    check = _polymod([*_expanded(prefix), *values, *[0] * _CHECK_CHARACTERS]) ^ 1
    values += [check >> 5 * (_CHECK_CHARACTERS - 1 - at) & 31 for at in range(_CHECK_CHARACTERS)]
    return f"{prefix}1" + "".join(_ALPHABET[value] for value in values)


def _read_bech32(prefix: str, text: str) -> bytes:
    """The 32 bytes of a key. Raises AgeError."""
    head, _, tail = text.strip().rpartition("1")
    values = [_ALPHABET.find(character) for character in tail]
    if head != prefix or -1 in values or _polymod([*_expanded(prefix), *values]) != 1:
        raise AgeError("not a key of age: one character is wrong or missing")
    data = bytes(_regrouped(values[:-_CHECK_CHARACTERS], 5, 8)[:32])
    if len(data) != 32 or _bech32(prefix, data) != text.strip():
        raise AgeError("not a key of age: its length is another")
    return data


def _expanded(prefix: str) -> list[int]:
    return [ord(one) >> 5 for one in prefix] + [0] + [ord(one) & 31 for one in prefix]


def _polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for at, factor in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= factor if top >> at & 1 else 0
    return check


def _regrouped(data: Iterable[int], of: int, into: int) -> list[int]:
    """The same bits in groups of another size, zeros at the end."""
    bits = "".join(f"{value:0{of}b}" for value in data)
    bits += "0" * (-len(bits) % into)
    return [int(bits[at : at + into], 2) for at in range(0, len(bits), into)]
