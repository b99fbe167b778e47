"""The worker as Procfile starts it, in whose city it is always day: what is measured must not wait for the morning.

It gives way to nobody: there is no web beside it, and the peer does not either.
"""

import sys
from datetime import datetime, timedelta

import jobs.worker
from domain.clock import TAIPEI
from infra.clock import SystemClock
from wiring.stores import Stores

DAY_HOUR = 14


class DaytimeClock(SystemClock):
    """Some hours behind, so that it is between 14 and 15 o'clock in Taiwan; behind, so that nothing waits for it."""

    def now(self) -> datetime:
        """Aware, as every clock's."""
        now = super().now()
        return now - timedelta(hours=(now.astimezone(TAIPEI).hour - DAY_HOUR) % 24)


if __name__ == "__main__":
    Stores.clock = DaytimeClock()
    jobs.worker.give_way = lambda: None
    sys.exit(jobs.worker.main())
