"""The permutation of a large draw, against random.shuffle of as many and the SHA-256 that its words need."""

import random
import time
from collections.abc import Callable
from hashlib import sha256

from benchmarks.report import Target, middle, spread
from domain.draw.shuffle import permute

ROUNDS = 3
ENTRIES = 1_000_000
WORDS_AN_ENTRY = 1.39  # of those drawn, what is too large is thrown away: the mean over sizes up to ENTRIES
BLOCKS = round(ENTRIES * WORDS_AN_ENTRY / 8)


def run(seed: int) -> list[Target]:
    """Print and return the figures."""
    chance = random.Random(seed)
    own, shuffle, hashing = [], [], []
    for _ in range(ROUNDS):
        key = chance.randbytes(32)
        own.append(_timed(lambda: permute(ENTRIES, key)))  # noqa: B023
        numbers = list(range(ENTRIES))
        shuffle.append(_timed(lambda: chance.shuffle(numbers)))  # noqa: B023
        hashing.append(_timed(lambda: _hash(key)))  # noqa: B023
    print(
        f"  {ENTRIES:,} entries: draw {spread(own)} s, random.shuffle {spread(shuffle)} s, SHA-256 {spread(hashing)} s"
    )
    ratios = [one / (other + words) for one, other, words in zip(own, shuffle, hashing, strict=True)]
    return [Target("permutation of 1,000,000 / (random.shuffle + its SHA-256)", middle(ratios), 2, at_most=True)]


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _hash(key: bytes) -> None:
    for k in range(BLOCKS):
        sha256(b"PLD1/rng" + key + k.to_bytes(8)).digest()
