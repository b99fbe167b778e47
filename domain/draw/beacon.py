"""The public randomness (公開亂數): drand's quicknet, whose every value is fixed by its number and checked by its key.

Chain information: https://api.drand.sh/52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971/info
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from domain.draw.coding import DrawFileError, hexadecimal

CHAIN = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
GENESIS = 1_692_803_367  # seconds of Unix time at which number 1 appeared
PERIOD = 3  # seconds
PUBLIC_KEY = bytes.fromhex(
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
)  # compressed, in G2; scheme bls-unchained-g1-rfc9380
DST = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"  # RFC 9380 domain separation of the scheme
SIGNATURE_BYTES = 48


def round_at(moment: datetime) -> int:
    """The first beacon round that appears at or after an aware moment. Raises ValueError before the chain began."""
    if moment.tzinfo is None or moment.microsecond:
        raise ValueError("a moment with its zone, in whole seconds")
    seconds = int(moment.timestamp()) - GENESIS
    if seconds < 0:
        raise ValueError("before the chain began")
    return -(-seconds // PERIOD) + 1


def time_of(number: int) -> datetime:
    """When a beacon round appears."""
    return datetime.fromtimestamp(GENESIS + PERIOD * (number - 1), UTC)


def message(number: int) -> bytes:
    """What is signed: SHA256 of the number as u64be."""
    return sha256(number.to_bytes(8)).digest()


@dataclass(frozen=True, slots=True)
class BeaconValue:
    """What a relay answers for one beacon round. Worth nothing until the signature is verified."""

    number: int
    signature: bytes

    def __post_init__(self) -> None:
        if len(self.signature) != SIGNATURE_BYTES:
            raise DrawFileError("beacon signature: not 48 bytes")

    @property
    def randomness(self) -> bytes:
        """SHA256(signature), 32 bytes."""
        return sha256(self.signature).digest()


def beacon_value(number: int, signature: str, randomness: str) -> BeaconValue:
    """A value from its hex texts. Raises DrawFileError when the randomness is not the signature's hash."""
    value = BeaconValue(number, bytes.fromhex(hexadecimal(signature, "beacon signature", SIGNATURE_BYTES)))
    if value.randomness.hex() != randomness:
        raise DrawFileError("beacon randomness: not SHA-256 of the signature")
    return value
