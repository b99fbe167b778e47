"""Ends payments under way for places that pass on or are sold at the lot, after asking their providers."""

import uuid
from collections.abc import Collection

from infra.database import UnitOfWorkFactory
from services.passes import rights
from services.settling import Settling


class Closing:
    """wiring gives units of work and who can ask providers."""

    def __init__(self, units: UnitOfWorkFactory, payments: Settling) -> None:
        self._units = units
        self._payments = payments

    def close(self, entries: Collection[uuid.UUID]) -> None:
        """Settle every payment under way for these entries: what was paid is booked, the rest is ended, at the provider
        where it can be. One whose provider gives no clear answer stays under way, and its place with it.
        """
        with self._units() as uow:
            attempts = rights.under_way(uow, entries) if entries else {}
        for attempt_id in attempts.values():
            self._payments.settle(self._units, attempt_id, withdraw=True, leave=True)
