"""Steps (保留名額): how many places each pool has first claim to, e.g. `L:5,*:95`."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.draw.coding import DrawFileError, number
from domain.draw.entry import pool

ANY = "*"


@dataclass(frozen=True, slots=True)
class Step:
    """`quota` places for a pool; what it cannot fill rolls into the next step."""

    pool: str  # a pool code or ANY
    quota: int

    def takes(self, entry_pool: str) -> bool:
        """Whether an entry of this pool may have one of its places."""
        return self.pool in (ANY, entry_pool)


def parse_steps(text: str) -> Sequence[Step]:
    """The steps of an announcement; the last is open to any pool. Raises DrawFileError."""
    steps = []
    for part in text.split(","):
        code, colon, quota = part.partition(":")
        if not colon:
            raise DrawFileError(f"steps: {part[:40]!r} is not pool:places")
        steps.append(Step(code if code == ANY else pool(code), number(quota, "steps")))
    if steps[-1].pool != ANY:
        raise DrawFileError("steps: the last must be *")
    return tuple(steps)


def steps_text(steps: Sequence[Step]) -> str:
    """The reverse of parse_steps."""
    return ",".join(f"{step.pool}:{step.quota}" for step in steps)


def places(steps: Sequence[Step]) -> int:
    """How many can win."""
    return sum(step.quota for step in steps)
