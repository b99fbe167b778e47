"""Bills: the cities that are asked, our own ledger, and what is promised when a city is late."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from adapters.bills.cache import AnswerCache
from adapters.bills.cities import load_cities
from adapters.bills.paybill import CityNetwork, paybill_sources
from domain.feeitems import Fees
from infra import queue
from infra.breaker import Breaker
from infra.redis import make_async_redis
from infra.throttle import Throttle
from services.agency_names import NamedCities
from services.collecting import Collecting
from services.fees import load_fees
from services.halts import Seen
from services.lookup import Lookup
from services.lookup_quota import Quota
from services.orders import Orders
from services.promises import Promises
from wiring.line import Line


class Bills(Line):
    """Looking bills up, and the orders over them: a lookup leaves out what was paid here."""

    @cached_property
    def cities(self) -> NamedCities:
        return NamedCities(load_cities(self.settings.paybill_cities, self.settings.paybill_urls), self.unit)

    @cached_property
    def network(self) -> CityNetwork:
        return CityNetwork()

    @cached_property
    def collecting(self) -> Collecting:
        return Collecting.of(self.settings, self.cities)

    @cached_property
    def fees(self) -> Fees:
        return load_fees()

    @cached_property
    def orders(self) -> Orders:
        return Orders(self.collecting, self.fees)

    @cached_property
    def lookup(self) -> Lookup:
        shared = make_async_redis(self.urls.redis)
        sources = paybill_sources(
            self.cities.values(),
            self.network,
            throttle=Throttle(shared),
            breaker=Breaker(shared),
            cache=AnswerCache(shared),
            clock=self.clock,
        )
        return Lookup(
            sources,
            cities=self.cities,
            paid_here=self.orders,
            defer=queue.defer,
            clock=self.clock,
            halts=Seen(self.unit),
        )

    @cached_property
    def promises(self) -> Promises:
        return Promises(self.lookup, self.unit, self.notices, self.clock)

    @cached_property
    def quota(self) -> Quota:
        return Quota()

    def for_conversations(self) -> Mapping[str, Any]:
        given = {
            "lookup": self.lookup,
            "quota": self.quota,
            "orders": self.orders,
            "cities": self.cities,
            "fees": self.fees,
        }
        return {**super().for_conversations(), **given}

    def for_tasks(self) -> Mapping[str, Any]:
        given = {"promises": self.promises, "orders": self.orders, "quota": self.quota}
        return {**super().for_tasks(), **given}
