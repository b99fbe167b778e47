"""One city over the national parking-fee API (交通部 全國路邊停車費查詢 API 服務規範 V1.03)."""

import asyncio
import logging
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

import aiohttp
from yarl import URL

from adapters.bills.answer import AnswerError, read_answer
from adapters.bills.cache import AnswerCache
from domain.bills import CouldNotAsk, Found, SourceAnswer, Why
from domain.cities import City
from domain.clock import Clock
from domain.plates import Plate
from domain.ports.bills import BillSource
from domain.vehicles import VehicleKind
from infra import metrics
from infra.breaker import Breaker
from infra.throttle import Throttle, TurnTooFarError

LARGEST_BODY = 512 * 1024
SECONDS_FOR_THE_ANSWER = 0.5  # waiting for the host's turn must leave this much of the caller's patience
TRY_AGAIN_AFTER = timedelta(minutes=10)  # told to citizens when the city itself does not answer as it should
LONGEST_RETRY_AFTER = 600  # seconds; what a 429 may ask for
DEFAULT_RETRY_AFTER = 5
CONNECTIONS_PER_HOST = 4  # one call a second, each of two seconds at most, and a late one
KEEP_SECONDS = 75

log = logging.getLogger(__name__)


class CityNetwork:
    """Kept connections to all cities. Made once; its session is created in the event loop that asks first."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    def session(self) -> aiohttp.ClientSession:
        """The session; call it inside the loop."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit_per_host=CONNECTIONS_PER_HOST, keepalive_timeout=KEEP_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "ParkLine"},
                auto_decompress=False,  # a compressed body would grow past the cap before we see it
            )
        return self._session

    async def close(self) -> None:
        """Drop the connections; call it in the loop that made them."""
        if self._session is not None:
            await self._session.close()


class PaybillSource:
    """domain.ports.bills.BillSource of one city."""

    def __init__(
        self,
        city: City,
        network: CityNetwork,
        *,
        throttle: Throttle,
        breaker: Breaker,
        cache: AnswerCache,
        clock: Clock,
    ) -> None:
        if city.base_url is None:
            raise ValueError(f"{city.code} has no address")
        self.code = city.code
        self._city = city
        self._base = city.base_url
        self._host = urlsplit(city.base_url).netloc
        self._network = network
        self._throttle = throttle
        self._breaker = breaker
        self._cache = cache
        self._clock = clock
        self._failing = False  # as this process last saw it

    async def ask(self, plate: Plate, kind: VehicleKind, *, patience: float, background: bool = False) -> SourceAnswer:
        """See the port. An answer of the last minute is given again, with the moment it was asked."""
        kept = await self._cache.get(self.code, plate, kind)
        if kept is not None:
            return read_answer(kept[1], self._city, plate, kind, kept[0])
        answer = await self._ask(plate, kind, patience, background)
        metrics.CITY_ANSWERS.labels(
            self.code, answer.why.value if isinstance(answer, CouldNotAsk) else "answered"
        ).inc()
        return answer

    async def _ask(self, plate: Plate, kind: VehicleKind, patience: float, background: bool) -> SourceAnswer:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience
        closed_for = await self._breaker.wait(self._host)
        if closed_for:
            return self._could_not(Why.BREAKER, closed_for)
        try:
            await self._throttle.turn(
                self._host, patience=max(patience - SECONDS_FOR_THE_ANSWER, 0), background=background
            )
        except TurnTooFarError as turn:
            return self._silent(Why.BUSY, turn.seconds)  # our own pace: says nothing of the city
        asked_at = self._clock.now()
        try:
            async with asyncio.timeout_at(deadline):
                status, retry_after, body = await self._get(plate, kind)
        except TimeoutError:
            await self._breaker.failed(self._host)
            return self._could_not(Why.TIMEOUT)
        except (aiohttp.ClientError, OSError):  # refused, reset, DNS, TLS, broken HTTP
            await self._breaker.failed(self._host)
            return self._could_not(Why.DOWN)
        return await self._read(status, retry_after, body, plate, kind, asked_at)

    async def _get(self, plate: Plate, kind: VehicleKind) -> tuple[int, str | None, bytes | None]:
        """Status, Retry-After and body; None for a body over the cap."""
        path = self._city.path.format(
            plate=quote(plate.written(dash=self._city.dash), safe=""), kind=quote(kind.car_type, safe="")
        )
        url = URL(self._base + path, encoded=True)
        async with self._network.session().get(url, allow_redirects=False) as response:
            body = bytearray()
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > LARGEST_BODY:
                    response.close()
                    return response.status, None, None
            return response.status, response.headers.get("Retry-After"), bytes(body)

    async def _read(
        self,
        status: int,
        retry_after: str | None,
        body: bytes | None,
        plate: Plate,
        kind: VehicleKind,
        asked_at: datetime,
    ) -> SourceAnswer:
        if status == 429:
            seconds = _seconds(retry_after)
            await self._breaker.failed(self._host, leave_alone=seconds)
            return self._could_not(Why.BUSY, seconds)
        if status >= 500:
            await self._breaker.failed(self._host)
            return self._could_not(Why.DOWN)
        await self._breaker.answered(self._host)
        if status in {400, 401, 403, 404}:
            return self._could_not(Why.REFUSED)
        if status != 200 or body is None:  # a redirect is not followed: it could lead a plate anywhere
            return self._could_not(Why.UNKNOWN_SHAPE)
        try:
            found: Found = read_answer(body, self._city, plate, kind, asked_at)
        except AnswerError as error:
            return self._could_not(error.why, detail=error.detail)
        await self._cache.put(self.code, plate, kind, asked_at, body)
        if self._failing:
            self._failing = False
            log.info("city well again: %s", self.code)
        return found

    def _could_not(self, why: Why, seconds: float | None = None, detail: str = "") -> CouldNotAsk:
        if not self._failing:  # a line when it begins, not one for each ask: those are counted
            self._failing = True
            log.warning("city failing: %s %s %s", self.code, why.value, detail)
        return self._silent(why, seconds)

    def _silent(self, why: Why, seconds: float | None) -> CouldNotAsk:
        now = self._clock.now()
        wait = TRY_AGAIN_AFTER if seconds is None else timedelta(seconds=seconds)
        return CouldNotAsk(self.code, now, why, retry_at=now + wait)


def _seconds(retry_after: str | None) -> float:
    """Seconds of a Retry-After header; its date form and nonsense count as the default."""
    if retry_after is not None and re.fullmatch(r"\d{1,6}", retry_after.strip(), re.ASCII):
        return float(min(max(int(retry_after), 1), LONGEST_RETRY_AFTER))
    return float(DEFAULT_RETRY_AFTER)


def paybill_sources(
    cities: Iterable[City],
    network: CityNetwork,
    *,
    throttle: Throttle,
    breaker: Breaker,
    cache: AnswerCache,
    clock: Clock,
) -> dict[str, BillSource]:
    """A source for every enabled city that has an address, by code."""
    return {
        city.code: PaybillSource(city, network, throttle=throttle, breaker=breaker, cache=cache, clock=clock)
        for city in cities
        if city.enabled and city.base_url is not None
    }
