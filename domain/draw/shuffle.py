"""The order of a draw (§2.6 to §2.8): words from the seed, numbers without bias, Fisher-Yates from the front."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import chain
from struct import unpack

_DOMAIN = b"PLD1/rng"
_BLOCKS_AT_ONCE = 512  # at most; a small draw needs few words
MOST_TICKETS = 1 << 32


def words(seed: bytes) -> Iterator[int]:
    """Eight big-endian u32 of each SHA256("PLD1/rng" || seed || u64be(k)), k = 0, 1, 2 …, none skipped."""
    start = sha256(_DOMAIN + seed)

    def block(k: int) -> bytes:
        hashed = start.copy()
        hashed.update(k.to_bytes(8))
        return hashed.digest()

    def batches() -> Iterator[tuple[int, ...]]:
        k, size = 0, 1
        while True:
            yield unpack(f">{8 * size}I", b"".join(map(block, range(k, k + size))))
            k, size = k + size, min(2 * size, _BLOCKS_AT_ONCE)

    return chain.from_iterable(batches())


def bounded(m: int, source: Iterator[int]) -> int:
    """A number from 0 to m-1, each as likely as any: words are masked, and what is too large is thrown away.

    m = 1 takes no word. Raises ValueError unless 1 <= m <= 2^32.
    """
    if not 1 <= m <= MOST_TICKETS:
        raise ValueError(f"bounded({m})")
    if m == 1:
        return 0
    mask = (1 << (m - 1).bit_length()) - 1
    while (x := next(source) & mask) >= m:
        pass
    return x


def permute(size: int, seed: bytes) -> list[int]:
    """0..size-1 in the order that the seed draws. The same as swapping a[i] with a[i + bounded(size - i)] in turn."""
    if not 0 <= size <= MOST_TICKETS:
        raise ValueError(f"permute({size})")
    order = list(range(size))
    take = words(seed).__next__
    left = size  # m of bounded(); one mask serves all m that have as many bits
    while left > 1:
        half = 1 << ((left - 1).bit_length() - 1)
        mask = 2 * half - 1
        for i in range(size - left, size - half):
            while (x := take() & mask) >= left:
                pass
            x += i
            order[i], order[x] = order[x], order[i]
            left -= 1
    return order


def draw_order(weights: Sequence[int], seed: bytes) -> list[int]:
    """Indices of the list in draw order: one ticket for each unit of weight, an index counts where it first appears."""
    if all(weight == 1 for weight in weights):
        return permute(len(weights), seed)
    tickets = [index for index, weight in enumerate(weights) for _ in range(weight)]
    return list(dict.fromkeys(tickets[ticket] for ticket in permute(len(tickets), seed)))
