"""Which plates are watched at which city: those that somebody wants to be reminded of, and no others.

The list follows the bindings by the clock, not by their changes: a run that was missed is made up by the next one.
"""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from domain.bindings import Vehicle
from domain.clock import Clock
from domain.plates import Plate
from domain.vehicles import VehicleKind
from domain.watching import first_turn, own_time
from infra.database import UnitOfWork
from models.watch import PlateWatch

AT_ONCE = 2_000  # plates of one transaction

_NEW = text("""
SELECT DISTINCT b.plate, b.kind FROM binding b WHERE b.reminder_slot IS NOT NULL
AND NOT EXISTS (SELECT FROM plate_watch w WHERE w.city = :city AND w.plate = b.plate AND w.kind = b.kind)
LIMIT :limit
""")
_DROPS = tuple(
    (
        text(f"DELETE FROM {table} WHERE NOT {city} = ANY(:cities)"),  # noqa: S608 - names of our own
        text(f"""
DELETE FROM {table} w WHERE w.{city} = :city AND NOT EXISTS (
  SELECT FROM binding b WHERE b.plate = w.plate AND b.kind = w.kind AND b.reminder_slot IS NOT NULL)
"""),  # noqa: S608
    )
    for table, city in (("plate_watch", "city"), ("watched_bill", "agency"))
)


class WatchList:
    """wiring gives the codes of the cities that are asked over the network, and the clock."""

    def __init__(self, cities: Sequence[str], clock: Clock) -> None:
        self.cities = cities
        self._clock = clock

    def enrol(self, uow: UnitOfWork, city: str) -> int:
        """Take in plates that are new, as many as one transaction may; says how many."""
        now = self._clock.now()
        found = uow.connection.execute(_NEW, {"city": city, "limit": AT_ONCE}).all()
        vehicles = [Vehicle(Plate(row.plate), VehicleKind(row.kind)) for row in found]
        rows = [
            {
                "city": city,
                "plate": vehicle.plate.canonical,
                "kind": vehicle.kind.value,
                "ask_at": first_turn(now, own_time(city, vehicle)).at,
                "made_at": now,
            }
            for vehicle in vehicles
        ]
        if rows:
            uow.connection.execute(insert(PlateWatch).values(rows).on_conflict_do_nothing())
        return len(rows)

    def drop(self, uow: UnitOfWork, city: str) -> int:
        """Forget plates of a city that nobody wants to be reminded of, and all of cities that are no longer asked.

        Says how many rows went.
        """
        gone = 0
        for others, unwanted in _DROPS:
            gone += uow.connection.execute(others, {"cities": list(self.cities)}).rowcount
            gone += uow.connection.execute(unwanted, {"city": city}).rowcount
        return gone
