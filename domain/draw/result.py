"""The result (§2.10): a function of announcement, list and randomness. Running it again gives the same bytes."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.draw.allocation import Outcome, allocate
from domain.draw.announcement import Announcement
from domain.draw.beacon import BeaconValue
from domain.draw.coding import DrawFileError, sha256_hex
from domain.draw.listing import DrawList, ListRow
from domain.draw.seed import draw_seed
from domain.draw.shuffle import draw_order
from domain.draw.steps import parse_steps
from domain.draw.witness import Transcript

COLUMNS = "rank\tstatus\tno\tplace\tentry_no\tpool\tcommit"


@dataclass(frozen=True, slots=True)
class Ranked:
    """One row of the result."""

    rank: int  # 1 is drawn first
    outcome: Outcome
    entry: ListRow

    def text(self) -> str:
        """The row without its LF."""
        of, entry = self.outcome, self.entry
        return f"{self.rank}\t{of.status}\t{of.no}\t{of.place}\t{entry.entry_no}\t{entry.pool}\t{entry.commit}"


@dataclass(frozen=True, slots=True)
class Result:
    """A finished draw. `seed` in bytes, for late ranks."""

    head: Sequence[str]
    seed: bytes
    ranked: Sequence[Ranked]

    @property
    def file(self) -> bytes:
        """result.tsv, byte for byte."""
        rows = (*self.head, COLUMNS, *(row.text() for row in self.ranked))
        return "".join(f"{row}\n" for row in rows).encode("ascii")

    @property
    def sha256(self) -> str:
        return sha256_hex(self.file)


def draw(
    announcement: Announcement,
    entries: DrawList,
    beacon: BeaconValue | None = None,
    transcript: Transcript | None = None,
) -> Result:
    """Draw. Raises DrawFileError when the list is not the announced one, or the source is not.

    The beacon's signature must have been verified by the caller: that takes more than the standard library.
    """
    announced = (announcement.draw_id, announcement.n, announcement.list_sha256, announcement.merkle_root)
    if announced != (entries.draw_id, len(entries.rows), entries.sha256, entries.merkle_root):
        raise DrawFileError("list: not the announced one")
    seed = draw_seed(announcement, beacon, transcript)
    order = draw_order([row.weight for row in entries.rows], seed)
    drawn = [entries.rows[index] for index in order]
    outcomes = allocate([row.pool for row in drawn], parse_steps(announcement.steps), announcement.waitlist)
    ranked = [Ranked(at, *pair) for at, pair in enumerate(zip(outcomes, drawn, strict=True), 1)]
    head = ["PLD1-RESULT", f"draw_id={announcement.draw_id}", f"announce_sha256={announcement.sha256}"]
    if beacon is not None:
        head += [
            f"beacon_round={beacon.number}",
            f"beacon_signature={beacon.signature.hex()}",
            f"beacon_randomness={beacon.randomness.hex()}",
        ]
    if transcript is not None:
        head.append(f"transcript_sha256={transcript.sha256}")
    return Result([*head, f"seed={seed.hex()}"], seed, ranked)
