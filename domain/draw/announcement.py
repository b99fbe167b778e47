"""The announcement (公告, §2.4): everything the city chose, fixed before the randomness exists."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.draw import beacon
from domain.draw.coding import (
    DrawFileError,
    draw_id,
    hexadecimal,
    key_values,
    lines_of,
    number,
    parse_time,
    sha256_hex,
    time_text,
)
from domain.draw.steps import parse_steps

ALGORITHM = "PLD1-SHA256-FY"
ALL = "all"
NO_HASH = "0" * 64  # a lot's first draw has no result before it
NOTICE_TIME = timedelta(minutes=10)  # between publishing the list and the draw, at least
_FILE = "announcement"
_HEAD = "PLD1-ANNOUNCE"
_KEYS = (
    "draw_id", "alg", "n", "steps", "waitlist", "list_sha256", "merkle_root", "source", "beacon_chain",
    "beacon_round", "frozen_at", "draw_at", "verifier_sha256", "prev_result_sha256",
)  # fmt: skip


class Source(StrEnum):
    """Where the randomness comes from."""

    DRAND = "drand"
    WITNESS = "witness"
    BOTH = "drand+witness"

    @property
    def uses_beacon(self) -> bool:
        return self is not Source.WITNESS

    @property
    def uses_witnesses(self) -> bool:
        return self is not Source.DRAND


@dataclass(frozen=True, slots=True)
class Announcement:
    """The fields of announce.txt, in the order of the file."""

    draw_id: str
    n: int
    steps: str
    waitlist: int | None  # None: all
    list_sha256: str
    merkle_root: str
    source: Source
    beacon_chain: str
    beacon_round: int
    frozen_at: datetime
    draw_at: datetime
    verifier_sha256: str
    prev_result_sha256: str

    @classmethod
    def make(
        cls,
        draw: str,
        *,
        n: int,
        steps: str,
        waitlist: int | None,
        list_sha256: str,
        merkle_root: str,
        frozen_at: datetime,
        draw_at: datetime,
        verifier_sha256: str,
        prev_result_sha256: str = NO_HASH,
        source: Source = Source.DRAND,
    ) -> "Announcement":
        """An announcement whose beacon round is the first at `draw_at`. Raises DrawFileError."""
        if draw_at - frozen_at < NOTICE_TIME:
            raise DrawFileError("draw_at: less than 10 minutes after frozen_at")
        parse_steps(steps)
        return cls(
            draw_id=draw_id(draw),
            n=n,
            steps=steps,
            waitlist=waitlist,
            list_sha256=hexadecimal(list_sha256, "list_sha256"),
            merkle_root=hexadecimal(merkle_root, "merkle_root"),
            source=source,
            beacon_chain=beacon.CHAIN,
            beacon_round=beacon.round_at(draw_at),
            frozen_at=frozen_at,
            draw_at=draw_at,
            verifier_sha256=hexadecimal(verifier_sha256, "verifier_sha256"),
            prev_result_sha256=hexadecimal(prev_result_sha256, "prev_result_sha256"),
        )

    @property
    def file(self) -> bytes:
        """announce.txt, byte for byte."""
        values = (
            self.draw_id, ALGORITHM, self.n, self.steps, ALL if self.waitlist is None else self.waitlist,
            self.list_sha256, self.merkle_root, self.source, self.beacon_chain, self.beacon_round,
            time_text(self.frozen_at), time_text(self.draw_at), self.verifier_sha256, self.prev_result_sha256,
        )  # fmt: skip
        rows = "".join(f"{key}={value}\n" for key, value in zip(_KEYS, values, strict=True))
        return f"{_HEAD}\n{rows}".encode("ascii")

    @property
    def sha256(self) -> str:
        return sha256_hex(self.file)


def parse_announcement(data: bytes) -> Announcement:
    """The announcement of a file. Raises DrawFileError for anything that is not canonical or not PLD1's."""
    lines = lines_of(data, _FILE)
    if lines[0] != _HEAD or len(lines) != len(_KEYS) + 1:
        raise DrawFileError(f"{_FILE}: not {_HEAD} and {len(_KEYS)} lines")
    text = key_values(lines[1:], _KEYS, _FILE, 2)
    if text["alg"] != ALGORITHM:
        raise DrawFileError(f"alg: only {ALGORITHM}")
    if text["source"] not in tuple(Source):
        raise DrawFileError(f"source: {text['source']!r} is none")
    parse_steps(text["steps"])
    return Announcement(
        draw_id=draw_id(text["draw_id"]),
        n=number(text["n"], "n"),
        steps=text["steps"],
        waitlist=None if text["waitlist"] == ALL else number(text["waitlist"], "waitlist"),
        list_sha256=hexadecimal(text["list_sha256"], "list_sha256"),
        merkle_root=hexadecimal(text["merkle_root"], "merkle_root"),
        source=Source(text["source"]),
        beacon_chain=hexadecimal(text["beacon_chain"], "beacon_chain"),
        beacon_round=number(text["beacon_round"], "beacon_round"),
        frozen_at=parse_time(text["frozen_at"], "frozen_at"),
        draw_at=parse_time(text["draw_at"], "draw_at"),
        verifier_sha256=hexadecimal(text["verifier_sha256"], "verifier_sha256"),
        prev_result_sha256=hexadecimal(text["prev_result_sha256"], "prev_result_sha256"),
    )
