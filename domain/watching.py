"""Watching bills: when a plate is asked about at a city again, so that all have their turn and due dates come first.

A city allows one call a second (MOTC PayBill V1.03), a day has room for some 78,000. A plate is asked about once a day
at its own time of day, which spreads the calls; on the days on which a bill of it is reminded of, before the first slot
of that day. Where a day has not room for all, plates that a city has long had no bill of are asked about more rarely,
so that those with bills keep their day. Pure; docs/watching-bills.md has the numbers.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from domain.bindings import Vehicle
from domain.clock import TAIPEI
from domain.reminders import FIRST_DAYS

DAY = timedelta(days=1)
APART = timedelta(hours=12)  # a plate asked about now is not asked about again the same half day
BEFORE_SLOTS = timedelta(hours=8)  # of the day; the first slot begins later (config/vehicles.toml)
LIVELY = timedelta(days=60)  # a plate with a bill in so many days is likely to have another
CALLS_A_DAY = 78_000  # at one host, one every 1.1 seconds (infra/throttle.py), citizens' included
FOR_QUIET = 0.5  # of them, at most, for plates without a bill in LIVELY days
MOST_QUIET_DAYS = 30  # a plate is asked about once a month, however many there are
BELIEVED = timedelta(hours=25)  # an answer older than this is told to nobody: a day until the slot, and an hour
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=10), timedelta(days=1)  # after failures in a row


@dataclass(frozen=True, slots=True)
class Turn:
    """When a plate is asked about next. `due`: for a deadline, so ahead of all that are not."""

    at: datetime
    due: bool = False


def own_time(city: str, vehicle: Vehicle) -> float:
    """The plate's own part of the day at this city, 0 to 1: the same for ever, and spread evenly over plates."""
    digest = hashlib.blake2b(f"{city}:{vehicle.plate.canonical}:{vehicle.kind}".encode(), digest_size=4).digest()
    return int.from_bytes(digest) / 2**32


def first_turn(now: datetime, own: float) -> Turn:
    """Of a plate that is new here: within a day."""
    return Turn(now + own * DAY)


def next_turn(
    now: datetime, deadlines: Iterable[date], owed_at: datetime | None, own: float, quiet_days: int = 1
) -> Turn:
    """After an answer at `now` that listed bills with these deadlines.

    `owed_at`: when a bill was last listed. `quiet_days`: quiet_days() of the city.
    """
    lively = owed_at is not None and now - owed_at < LIVELY
    usual = _own_moment(now + APART, own) + (0 if lively else quiet_days - 1) * DAY
    told_on = [day for deadline in deadlines for day in days_to_tell(deadline) if day > now.astimezone(TAIPEI).date()]
    if told_on:
        before_slot = datetime.combine(min(told_on), time(), TAIPEI) + own * BEFORE_SLOTS
        if before_slot <= usual:
            return Turn(before_slot, due=True)
    return Turn(usual)


def days_to_tell(deadline: date) -> tuple[date, ...]:
    """The days on which a bill becomes something new to its owner: due soon, due tomorrow, overdue."""
    return tuple(deadline + timedelta(days=days) for days in FIRST_DAYS)


def after_failure(now: datetime, failures: int) -> datetime:
    """When to try again after so many failures in a row: ten minutes, doubled each time, a day at most."""
    doubled = FIRST_PAUSE * (1 << min(failures - 1, 10))
    return now + min(doubled, LONGEST_PAUSE)


def quiet_days(plates: int, calls_a_day: int = CALLS_A_DAY) -> int:
    """How many days apart plates without bills are asked about, where a city has so many plates."""
    return min(max(-(-plates // round(calls_a_day * FOR_QUIET)), 1), MOST_QUIET_DAYS)


def _own_moment(earliest: datetime, own: float) -> datetime:
    """The first moment of the plate's own time of day from `earliest` on."""
    midnight = datetime.combine(earliest.astimezone(TAIPEI).date(), time(), TAIPEI)
    moment = midnight + own * DAY
    return moment if moment >= earliest else moment + DAY
