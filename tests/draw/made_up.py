"""Made-up draws: the people of the protocol's vectors, and the files of a whole draw."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from domain.draw import beacon
from domain.draw.announcement import NO_HASH, Announcement, Source
from domain.draw.beacon import BeaconValue
from domain.draw.entry import commitment
from domain.draw.listing import DrawList, ListRow
from domain.draw.result import Result, draw
from domain.draw.witness import Reveal, Transcript

# Real rounds of drand's quicknet
SIGNATURES = {
    1000: "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39",
    1001: "b33bf3667cbd5a82de3a24b4e0e9fe5513cc1a0e840368c6e31f5fcfa79bea03f73896b25883abf2853d10337fb8fa41",
}
RANDOMNESS = {
    1000: "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd",
    1001: "b0a591ad1b9002cfc372ac6e30abd3da8d3088d4caae026961743474fb94235f",
}
HALF_AN_HOUR = timedelta(seconds=1800)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody made up, number i of the vectors."""

    i: int

    @property
    def entry_no(self) -> str:
        return f"R{self.i:06}"

    @property
    def plate(self) -> str:
        return f"TST-{self.i:04}"

    @property
    def holder(self) -> str:
        return f"A2{self.i:08}"

    @property
    def salt(self) -> bytes:
        return sha256(b"PLD1/test-salt" + self.i.to_bytes(4)).digest()

    def row(self, draw_id: str, pool: str, weight: int = 1) -> ListRow:
        """The person's row of a list."""
        commit = commitment(draw_id, self.entry_no, pool, weight, self.plate, self.holder, self.salt)
        return ListRow(commit, self.entry_no, pool, weight)


@dataclass(frozen=True, slots=True)
class Made:
    """A whole draw."""

    entries: DrawList
    announcement: Announcement
    result: Result
    transcript: Transcript | None

    def write(self, folder: Path) -> list[str]:
        """The paths of its files, as the verifier wants them."""
        files = {
            "announce.txt": self.announcement.file,
            "list.tsv": self.entries.file,
            "result.tsv": self.result.file,
        }
        if self.transcript:
            files["transcript.txt"] = self.transcript.file
        for name, data in files.items():
            (folder / name).write_bytes(data)
        return [str(folder / name) for name in files]


def made_draw(
    draw_id: str,
    beacon_round: int,
    n: int,
    *,
    local: Collection[int] = (),
    steps: str,
    waitlist: int | None = None,
    weights: Sequence[int] = (),
    source: Source = Source.DRAND,
) -> Made:
    """A draw of persons 1 to n, of whom `local` are of pool L."""
    pools = ("L" if i in local else "G" for i in range(1, n + 1))
    rows = [Person(i).row(draw_id, pool, weights[i - 1] if weights else 1) for i, pool in enumerate(pools, 1)]
    entries = DrawList.of(draw_id, rows)
    draw_at = beacon.time_of(beacon_round)
    announcement = Announcement.make(
        draw_id,
        n=n,
        steps=steps,
        waitlist=waitlist,
        list_sha256=entries.sha256,
        merkle_root=entries.merkle_root,
        frozen_at=draw_at - HALF_AN_HOUR,
        draw_at=draw_at,
        verifier_sha256=NO_HASH,
        source=source,
    )
    value = BeaconValue(beacon_round, bytes.fromhex(SIGNATURES[beacon_round])) if source.uses_beacon else None
    transcript = witnessed(announcement) if source.uses_witnesses else None
    return Made(entries, announcement, draw(announcement, entries, value, transcript), transcript)


def witnessed(announcement: Announcement, dice: str = "31415926535" * 5) -> Transcript:
    """A transcript of four witnesses for an announcement."""
    reveals = [
        Reveal(who, f"秘密 of {who}".encode(), sha256(who.encode()).digest())
        for who in ("Ethics", "Lawyer", "Applicant 7", "Press")
    ]
    commits = [(reveal.who, reveal.commit(announcement)) for reveal in reveals]
    rolls = "".join(c if c in "123456" else "6" for c in dice)
    return Transcript(announcement.draw_id, announcement.sha256, commits, reveals, rolls)
