"""Merkle trees of RFC 6962 over rows of text: roots of lists and nightly logs, and proofs a phone can check."""

from collections.abc import Sequence
from hashlib import sha256

EMPTY = sha256(b"").digest()


def leaf(row: str) -> bytes:
    """The hash of one row, without its LF."""
    return sha256(b"\x00" + row.encode("ascii")).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees."""
    return sha256(b"\x01" + left + right).digest()


def root(rows: Sequence[str]) -> str:
    """The root over all rows in their order, in hex. In a nightly log a row is the commit, in order of arrival."""
    return _levels(rows)[-1][0].hex() if rows else EMPTY.hex()


def proof(rows: Sequence[str], index: int) -> list[str]:
    """The audit path of row `index`, leaf first: log2 n hashes in hex. Raises IndexError."""
    if not 0 <= index < len(rows):
        raise IndexError(index)
    path = []
    for level in _levels(rows)[:-1]:
        sibling = index ^ 1
        if sibling < len(level):
            path.append(level[sibling].hex())
        index //= 2
    return path


def proves(row: str, index: int, size: int, path: Sequence[str], expected: str) -> bool:
    """Whether `path` leads from row `index` of `size` rows to the root `expected`."""
    if not 0 <= index < size:
        return False
    value, rest, last = leaf(row), iter(path), size - 1
    while last:
        if index ^ 1 <= last:
            sibling = next(rest, None)
            if sibling is None:
                return False
            other = bytes.fromhex(sibling)
            value = node(other, value) if index & 1 else node(value, other)
        index, last = index // 2, last // 2
    return next(rest, None) is None and value.hex() == expected


def _levels(rows: Sequence[str]) -> list[list[bytes]]:
    """All levels, leaves first. Pairing neighbours and lifting an odd last one splits where RFC 6962 does."""
    level = [leaf(row) for row in rows]
    levels = [level]
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        level = [node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)] + odd
        levels.append(level)
    return levels
