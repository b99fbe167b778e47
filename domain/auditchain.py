"""How audit rows are chained: each hash is over the hash before it and the row's own words. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

START = "0" * 64  # the hash before the first


@dataclass(frozen=True, slots=True)
class Row:
    """One audit row, as it is sealed."""

    id: int
    at: datetime
    actor: str
    action: str
    subject_type: str
    subject_id: str
    detail: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Head:
    """The newest link: its place in the chain and its hash. Published, it shows whether the tail was cut."""

    place: int
    hash: str

    def __str__(self) -> str:
        return f"{self.place} {self.hash}"


def link(before: str, row: Row) -> str:
    """The hash of a row behind another: SHA-256 in hex over both, in one form of JSON."""
    words = [
        before, row.id, row.at.astimezone(UTC).isoformat(timespec="microseconds"), row.actor, row.action,
        row.subject_type, row.subject_id, dict(row.detail),
    ]  # fmt: skip
    text = json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
