"""Who wins and who waits (§2.9), and who takes a vacated place (§2.11)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.draw.steps import ANY, Step

NO_PLACE = "-"


class Status(StrEnum):
    """Place in the draw: 正取 (中籤), 備取, 未中籤."""

    WON = "W"
    WAITING = "B"
    NEITHER = "X"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one entry fared. `no` is its 正取 or 備取 number, 0 for neither; `place` the step it won in."""

    status: Status
    no: int
    place: str = NO_PLACE


def allocate(pools: Sequence[str], steps: Sequence[Step], waitlist: int | None) -> list[Outcome]:
    """The outcome of each rank, best first. `pools`: those of the entries in draw order; waitlist None: all wait."""
    place = _placed(pools, steps)
    outcomes, winners, waiting = [], 0, 0
    for rank in range(len(pools)):
        if rank in place:
            winners += 1
            outcomes.append(Outcome(Status.WON, winners, place[rank]))
        elif waitlist is None or waiting < waitlist:
            waiting += 1
            outcomes.append(Outcome(Status.WAITING, waiting))
        else:
            outcomes.append(Outcome(Status.NEITHER, 0))
    return outcomes


def _placed(pools: Sequence[str], steps: Sequence[Step]) -> dict[int, str]:
    """The ranks that win, each with the pool of its step."""
    placed: dict[int, str] = {}
    left_over = 0
    for step in steps:
        quota = step.quota + left_over
        for rank, pool in enumerate(pools):
            if not quota:
                break
            if rank not in placed and step.takes(pool):
                placed[rank] = step.pool
                quota -= 1
        left_over = quota
    return placed


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry on the waiting list: its 備取 number and pool.

    `late`: it was wrongly left out and is the late entry of this number, waiting before the one with `no` (§2.11).
    """

    no: int
    pool: str
    late: int = 0

    @property
    def label(self) -> str:
        """As the public log calls it: B3, L1."""
        return f"L{self.late}" if self.late else f"B{self.no}"


def promoted(place: str, waiting: Sequence[Waiting], skipped: Collection[int] = ()) -> Waiting | None:
    """Who takes a vacated place (遞補): for a reserved one the first of its pool, else the first waiting; or nobody.

    `waiting`: in 備取 order, those promoted before left out. `skipped`: numbers found ineligible; others keep theirs.
    """
    left = [entry for entry in waiting if entry.late or entry.no not in skipped]
    if place != ANY:
        of_pool = next((entry for entry in left if entry.pool == place), None)
        if of_pool is not None:
            return of_pool
    return left[0] if left else None


def promotions(vacated: Sequence[str], waiting: Sequence[Waiting], skipped: Collection[int] = ()) -> list[int | None]:
    """The 備取 number promoted for each vacated place in turn; None where nobody waits any longer."""
    left, taken = list(waiting), []
    for place in vacated:
        entry = promoted(place, left, skipped)
        if entry is not None:
            left.remove(entry)
        taken.append(entry.no if entry else None)
    return taken
