"""The daily limit on lookups of plates that are not one's own: the cities' API lets anyone enumerate drivers.

Binding a plate counts as one: it makes every later lookup of that plate free, so binding must not be the way around.
Counted in PostgreSQL, so that an emptied Redis gives no new tries; a day is the city's day by the database's clock.
"""

# ruff: noqa: S608  every part of the statements is this file's own

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import text

from domain.bindings import Vehicle
from domain.errors import UsedUpError
from infra.database import UnitOfWork

LOOKUPS_A_DAY = 20  # per citizen; a family's cars and a few typing errors fit

_TODAY = "(now() AT TIME ZONE 'Asia/Taipei')::date"
_COUNT = f"SELECT lookups FROM lookup_count WHERE channel = %s AND citizen = %s AND day = {_TODAY}"
_SPEND = f"""
INSERT INTO lookup_count (channel, citizen, day, lookups) VALUES (%s, %s, {_TODAY}, 1)
ON CONFLICT (channel, citizen, day) DO UPDATE SET lookups = least(lookup_count.lookups + 1, 32767)
RETURNING lookups
"""
# One round trip for many citizens: asked for every plate that is typed.
_LEAVES = f"""
SELECT EXISTS (SELECT FROM binding b WHERE b.channel = w.channel AND b.citizen = w.citizen
    AND b.plate = w.plate AND b.kind = w.kind),
  coalesce((SELECT lookups FROM lookup_count c WHERE c.channel = w.channel AND c.citizen = w.citizen
    AND c.day = {_TODAY}), 0)
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) WITH ORDINALITY
  AS w (channel, citizen, plate, kind, position) ORDER BY w.position
"""
_SPEND_ALL = f"""
INSERT INTO lookup_count (channel, citizen, day, lookups)
SELECT channel, citizen, {_TODAY}, count(*) FROM unnest(%s::text[], %s::text[]) AS w (channel, citizen)
GROUP BY channel, citizen ORDER BY channel, citizen
ON CONFLICT (channel, citizen, day) DO UPDATE SET lookups = least(lookup_count.lookups + excluded.lookups, 32767)
"""
_FORGET = text(f"DELETE FROM lookup_count WHERE day < {_TODAY}")


@dataclass(frozen=True, slots=True)
class Leave:
    """Whether a citizen may look a vehicle up: one's own always, others' until the day's lookups are used up."""

    own: bool
    used_up: bool


class Quota:
    """`leaves` and `allow` before asking, `spend_all` once asked: what was not asked is not counted."""

    def __init__(self, limit: int = LOOKUPS_A_DAY) -> None:
        self._limit = limit

    def used_up(self, uow: UnitOfWork, channel: str, citizen: str) -> bool:
        """Whether today's lookups are used up."""
        row = uow.driver.execute(_COUNT.encode(), (channel, citizen)).fetchone()
        return row is not None and cast(int, row[0]) >= self._limit

    def spend(self, uow: UnitOfWork, channel: str, citizen: str) -> int:
        """Count one lookup; returns today's count with it."""
        row = uow.driver.execute(_SPEND.encode(), (channel, citizen)).fetchone()
        return cast(tuple[int], row)[0]

    def take(self, uow: UnitOfWork, channel: str, citizen: str) -> None:
        """Count one lookup where nothing outside is asked. Raises UsedUpError when today's lookups are used up."""
        if self.spend(uow, channel, citizen) > self._limit:
            raise self._too_many()  # the count is rolled back with whatever raises

    def leaves(self, uow: UnitOfWork, wanted: Sequence[tuple[str, str, Vehicle]]) -> list[Leave]:
        """Whether each (channel, citizen) may look this vehicle up. For Find."""
        columns = [(channel, citizen, v.plate.canonical, v.kind.value) for channel, citizen, v in wanted]
        rows = uow.driver.execute(_LEAVES.encode(), [list(column) for column in zip(*columns, strict=True)]).fetchall()
        return [Leave(own, lookups >= self._limit) for own, lookups in cast(list[tuple[bool, int]], rows)]

    def allow(self, leave: Leave) -> None:
        """Raises UsedUpError when today's lookups are used up and the vehicle is not one's own."""
        if leave.used_up and not leave.own:
            raise self._too_many()

    @staticmethod
    def spend_all(uow: UnitOfWork, citizens: Sequence[tuple[str, str]]) -> None:
        """Count one lookup for each (channel, citizen). For turn.keep()."""
        uow.driver.execute(_SPEND_ALL.encode(), [list(column) for column in zip(*citizens, strict=True)])

    def _too_many(self) -> UsedUpError:
        return UsedUpError("為保護他人資料，每天最多查詢 {limit} 次，今天的次數已用完，請明天再查。", limit=self._limit)

    def forget_past_days(self, uow: UnitOfWork) -> int:
        """Delete the counts of past days; says how many. For the schedule."""
        return uow.connection.execute(_FORGET).rowcount
