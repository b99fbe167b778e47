"""Plays weeks of watching bills at one city: how long a round takes, how soon a bill is known, who is told in time.

    python -m tools.simulate_watch --plates 1000000 --days 21
    python -m tools.simulate_watch --plates 1000000 --no-quiet      as if all plates were asked about alike

Nothing outside is asked: the rule is domain/watching.py itself, a call takes the host's interval, the clock is made up.
The numbers of docs/watching-bills.md are its output.
"""

import argparse
import heapq
import random
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from adapters.bills.cities import load_cities
from domain.clock import TAIPEI
from domain.watching import CALLS_A_DAY, DAY, LIVELY, Turn, days_to_tell, first_turn, next_turn, quiet_days
from infra.throttle import INTERVAL_SECONDS
from services.watching import AT_ONCE, FOR_OTHERS

START = datetime(2026, 11, 21, tzinfo=TAIPEI)
LIVELY_SHARE = 0.05  # of all plates: park in this city
BILLS_A_MONTH = 4  # of such a plate
DAYS_TO_PAY = 12.0  # on average, from when a bill is listed
DEADLINE = timedelta(days=30)
SLOT = time(13)  # reminders go from then on


@dataclass(slots=True)
class Owed:
    """One bill: listed from, paid at, last day; when it was first seen, and on which days before the slot."""

    listed: datetime
    paid: datetime
    seen: datetime | None = None
    told: set[object] = field(default_factory=set)


@dataclass(slots=True)
class Result:
    """What came of it. Times in days."""

    calls: int = 0
    gaps: list[float] = field(default_factory=list)  # between two answers about one plate with bills
    delays: list[float] = field(default_factory=list)  # from listed to known
    in_time: int = 0
    to_tell: int = 0


class City:
    """One city's line of plates, asked one by one."""

    def __init__(self, plates: int, citizens: float, *, quiet: bool, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a game
        self._plates = plates
        self._interval = timedelta(seconds=INTERVAL_SECONDS / (1 - citizens))
        self._quiet_days = quiet_days(plates) if quiet else 1
        self._own = [self._random.random() for _ in range(plates)]
        self._bills: dict[int, list[Owed]] = {}
        self._owed_at: dict[int, datetime] = {}
        self._asked: dict[int, datetime] = {}
        self._lines: tuple[list[tuple[datetime, int]], list[tuple[datetime, int]]] = ([], [])
        self.result = Result()

    def play(self, days: int) -> Result:
        """So many days, from a list in full swing: every plate has been asked about within its last round."""
        ends = START + days * DAY
        self._grow(ends)
        now, call = START, 0
        while now < ends:
            call += 1
            line = self._next_line(call, now)
            if line is None:
                now += timedelta(minutes=1)
                continue
            _at, plate = heapq.heappop(line)
            self._ask(plate, now)
            now += self._interval
        self._judge(ends)
        return self.result

    def _grow(self, ends: datetime) -> None:
        lively = set(self._random.sample(range(self._plates), round(self._plates * LIVELY_SHARE)))
        months = (ends - START + LIVELY) / timedelta(days=30)
        for plate in lively:
            bills = []
            for _ in range(round(BILLS_A_MONTH * months)):
                listed = START - LIVELY + self._random.random() * (ends - START + LIVELY)
                bills.append(Owed(listed, listed + timedelta(days=self._random.expovariate(1 / DAYS_TO_PAY))))
            self._bills[plate] = bills
            self._owed_at[plate] = START - self._random.random() * LIVELY / 4
        round_ = max(self._plates / (DAY / self._interval), 1.0)
        for plate in range(self._plates):
            turn = first_turn(START, self._own[plate])
            waits = self._random.random() * (1.0 if plate in lively else max(round_, float(self._quiet_days)))
            self._lines[0].append((turn.at + (waits - 1) * DAY, plate))
        heapq.heapify(self._lines[0])

    def _next_line(self, call: int, now: datetime) -> list[tuple[datetime, int]] | None:
        """As services/watching.py takes its turns: those with a deadline first, with a share for the others."""
        usual, due = self._lines
        ready = [bool(line) and line[0][0] <= now for line in (usual, due)]
        if ready[1] and not (ready[0] and call % AT_ONCE < FOR_OTHERS):
            return due
        return usual if ready[0] else None

    def _ask(self, plate: int, now: datetime) -> None:
        open_ = [bill for bill in self._bills.get(plate, ()) if bill.listed <= now < bill.paid]
        for bill in open_:
            if bill.seen is None:
                bill.seen = now
                if bill.listed >= START:
                    self.result.delays.append((now - bill.listed) / DAY)
            if now.time() < SLOT:
                bill.told.add(now.date())
        if open_:
            self._owed_at[plate] = now
        self.result.calls += 1
        if plate in self._bills:
            if before := self._asked.get(plate):
                self.result.gaps.append((now - before) / DAY)
            self._asked[plate] = now
        deadlines = [(bill.listed + DEADLINE).date() for bill in open_]
        turn: Turn = next_turn(now, deadlines, self._owed_at.get(plate), self._own[plate], self._quiet_days)
        heapq.heappush(self._lines[turn.due], (turn.at, plate))

    def _judge(self, ends: datetime) -> None:
        """Of the days on which an open bill was to be told: was it known to be owed on that very day?"""
        for bill in (bill for bills in self._bills.values() for bill in bills):
            for day in days_to_tell((bill.listed + DEADLINE).date()):
                slot = datetime.combine(day, SLOT, TAIPEI)
                if START + DAY <= slot < ends and bill.listed < slot < bill.paid and bill.seen and bill.seen < slot:
                    self.result.to_tell += 1
                    self.result.in_time += day in bill.told


def rounds(plates: int, citizens: float) -> list[tuple[str, int, float]]:
    """Each host with its cities: how many days one round of all plates takes, asked about alike."""
    hosts: dict[str, list[str]] = {}
    for code, city in load_cities().items():
        if city.base_url is not None:
            hosts.setdefault(city.base_url.split("/")[2], []).append(code)
    interval = timedelta(seconds=INTERVAL_SECONDS / (1 - citizens))
    return [(" ".join(codes), len(codes), plates * len(codes) * interval / DAY) for codes in hosts.values()]


def _middle(values: list[float], part: float) -> str:
    return f"{sorted(values)[int(part * (len(values) - 1))]:.2f}" if values else "-"


def main() -> None:
    """Print one table of hosts and one line of what the days brought."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plates", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=21)
    parser.add_argument("--citizens", type=float, default=0.1, help="share of a host's calls that citizens take")
    parser.add_argument("--no-quiet", action="store_true")
    parser.add_argument("--hosts", action="store_true", help="only how long a round takes at each host")
    parser.add_argument("--seed", type=int, default=20261121)
    given = parser.parse_args()
    if given.hosts:
        for codes, _count, days in rounds(given.plates, given.citizens):
            print(f"{codes:12} {days:6.1f} days")
        return
    done = City(given.plates, given.citizens, quiet=not given.no_quiet, seed=given.seed).play(given.days)
    told = 100 * done.in_time / max(done.to_tell, 1)
    print(f"{given.plates:,} plates, quiet plates every {1 if given.no_quiet else quiet_days(given.plates)} days")
    print(f"  {done.calls / given.days:,.0f} of {CALLS_A_DAY * (1 - given.citizens):,.0f} calls a day")
    print(
        f"  days between answers about plates with bills: {_middle(done.gaps, 0.5)}, 95 %: {_middle(done.gaps, 0.95)}"
    )
    print(f"  days until a bill is known: {_middle(done.delays, 0.5)}, 95 %: {_middle(done.delays, 0.95)}")
    print(f"  told on their day: {told:.1f} % of {done.to_tell:,}")


if __name__ == "__main__":
    main()
