"""The seed (§2.5): a function of the announcement and of what nobody knew when it was published."""

from hashlib import sha256

from domain.draw.announcement import Announcement
from domain.draw.beacon import BeaconValue
from domain.draw.coding import HASH_BYTES, DrawFileError, cat
from domain.draw.shuffle import bounded, words
from domain.draw.witness import Transcript


def draw_seed(announcement: Announcement, beacon: BeaconValue | None, transcript: Transcript | None) -> bytes:
    """32 bytes. Raises DrawFileError unless exactly the announced sources are given, for this announcement."""
    source = announcement.source
    if (beacon is not None, transcript is not None) != (source.uses_beacon, source.uses_witnesses):
        raise DrawFileError(f"source: {source} was announced")
    material = b""
    if beacon is not None:
        if beacon.number != announcement.beacon_round:
            raise DrawFileError(f"beacon_round: {announcement.beacon_round} was announced, not {beacon.number}")
        material += beacon.randomness
    if transcript is not None:
        transcript.check(announcement)
        material += bytes.fromhex(transcript.sha256)
    announced = bytes.fromhex(announcement.sha256)
    return sha256(cat("PLD1/seed", announced, source.value, material)).digest()


def late_rank(seed: bytes, commit: str, n: int) -> int:
    """Where a citizen wrongly left out comes in (§2.11): 0 to n, before the entry of that draw rank; nobody moves.

    Raises DrawFileError.
    """
    if len(seed) != HASH_BYTES:
        raise DrawFileError("seed: not 32 bytes")
    return bounded(n + 1, words(sha256(cat("PLD1/late", seed, bytes.fromhex(commit))).digest()))
