"""The daily limit on lookups of plates that are not one's own: the cities' API lets anyone enumerate drivers.

Binding a plate counts as one: it makes every later lookup of that plate free, so binding must not be the way around.
Counted in PostgreSQL, so that an emptied Redis gives no new tries; a day is the city's day by the database's clock.
"""

# ruff: noqa: S608  every part of the statements is this file's own

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
# One round trip for both: asked for every plate that is typed.
_TAKE = f"""
WITH own AS (
    SELECT EXISTS (SELECT FROM binding WHERE channel = %(channel)s AND citizen = %(citizen)s
        AND plate = %(plate)s AND kind = %(kind)s) AS is_own
), spent AS (
    INSERT INTO lookup_count (channel, citizen, day, lookups)
    SELECT %(channel)s, %(citizen)s, {_TODAY}, 1 FROM own WHERE NOT is_own
    ON CONFLICT (channel, citizen, day) DO UPDATE SET lookups = least(lookup_count.lookups + 1, 32767)
    RETURNING lookups
)
SELECT is_own, coalesce(spent.lookups, 0) FROM own LEFT JOIN spent ON true
"""
_FORGET = text(f"DELETE FROM lookup_count WHERE day < {_TODAY}")


class Quota:
    """`check` before asking, `spend` once asked: what was not asked is not counted."""

    def __init__(self, limit: int = LOOKUPS_A_DAY) -> None:
        self._limit = limit

    def used_up(self, uow: UnitOfWork, channel: str, citizen: str) -> bool:
        """Whether today's lookups are used up."""
        row = uow.driver.execute(_COUNT.encode(), (channel, citizen)).fetchone()
        return row is not None and cast(int, row[0]) >= self._limit

    def check(self, uow: UnitOfWork, channel: str, citizen: str) -> None:
        """Raises UsedUpError when today's lookups are used up."""
        if self.used_up(uow, channel, citizen):
            raise self._too_many()

    def spend(self, uow: UnitOfWork, channel: str, citizen: str) -> int:
        """Count one lookup; returns today's count with it."""
        row = uow.driver.execute(_SPEND.encode(), (channel, citizen)).fetchone()
        return cast(tuple[int], row)[0]

    def take(self, uow: UnitOfWork, channel: str, citizen: str) -> None:
        """check() and spend() at once, where nothing outside is asked in between. Raises as check() does."""
        self._allow(self.spend(uow, channel, citizen))

    def take_unless_own(self, uow: UnitOfWork, channel: str, citizen: str, vehicle: Vehicle) -> bool:
        """take(), but a vehicle that the citizen has bound is not counted; returns whether it is such a one."""
        values = {
            "channel": channel,
            "citizen": citizen,
            "plate": vehicle.plate.canonical,
            "kind": vehicle.kind.value,
        }
        own, count = cast(tuple[bool, int], uow.driver.execute(_TAKE.encode(), values).fetchone())
        self._allow(count)
        return own

    def _allow(self, count: int) -> None:
        if count > self._limit:
            raise self._too_many()  # the count is rolled back with whatever raises

    def _too_many(self) -> UsedUpError:
        return UsedUpError("為保護他人資料，每天最多查詢 {limit} 次，今天的次數已用完，請明天再查。", limit=self._limit)

    def forget_past_days(self, uow: UnitOfWork) -> int:
        """Delete the counts of past days; says how many. For the schedule."""
        return uow.connection.execute(_FORGET).rowcount
