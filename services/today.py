"""今日狀態: how house, cities and providers are doing today. What /metrics has too comes from the same place."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from urllib.parse import urlsplit

from sqlalchemy import text

from domain.campaigns import Quota, SendingRules
from domain.cities import Cities
from domain.clock import TAIPEI
from infra import metrics
from infra.database import UnitOfWork
from services import dead_letters, halts, line_quota, operation
from services.halts import Standing
from services.orderbook import database_now

ANSWERED = "answered"
CITY_ANSWERS = "parkline_city_answers_total"
CASES_LATE = "parkline_cases_late"
WATCH_WAITING, WATCH_LATE = "parkline_watch_waiting", "parkline_watch_late_seconds"
PROVIDER_GONE, RESTARTS = "parkline_payment_provider_gone_total", "parkline_component_restarts_total"

_PROVIDERS = text("""
SELECT provider, sum(paid), sum(amount), sum(ended), sum(open) FROM (
  SELECT provider, 1 AS paid, amount, 0 AS ended, 0 AS open FROM payment WHERE paid_at >= :since
  UNION ALL
  SELECT provider, 0, 0, (state IN ('failed', 'expired', 'cancelled'))::int,
    (state IN ('started', 'confirming', 'unknown'))::int
  FROM attempt WHERE started_at >= :since AND state NOT IN ('paid', 'late')
) today GROUP BY provider ORDER BY provider
""")
_MESSAGES_FAILED = text("""
SELECT outcome, count(*) FROM outbound_message
WHERE outcome IN ('quota', 'denied', 'unreachable', 'expired') AND ended_at >= :since GROUP BY outcome
""")
_SMS = text("""
SELECT count(*) FILTER (WHERE state IN ('waiting', 'sending')), count(*) FILTER (WHERE state = 'accepted'),
  count(*) FILTER (WHERE state IN ('refused', 'unknown', 'expired'))
FROM sms_message WHERE created_at >= :since
""")
_LOCKED = text("SELECT count(*) FROM staff WHERE locked_until >= :since")


@dataclass(frozen=True, slots=True)
class ProviderDay:
    """A provider since midnight. `amount` in NT$."""

    provider: str
    paid: int
    amount: int
    ended: int  # without money
    open: int


@dataclass(frozen=True, slots=True)
class SmsDay:
    """SMS made since midnight."""

    waiting: int
    accepted: int
    failed: int


@dataclass(frozen=True, slots=True)
class CityState:
    """One city's API. Counts are since the processes started. `waiting`: watched plates whose turn has come; `late`:
    for how many seconds the first of them has waited.
    """

    code: str
    name: str
    answered: int
    failed: Mapping[str, int]  # by why there was no answer
    left_alone: float | None  # seconds that the breaker leaves it alone; None: it is asked
    waiting: int
    late: float


@dataclass(frozen=True, slots=True)
class Today:
    """Everything the page shows."""

    at: datetime
    state: operation.State
    providers: Sequence[ProviderDay]
    messages_failed: Mapping[str, int]
    sms: SmsDay
    set_aside: int
    halts: Standing
    cities: Sequence[CityState]
    breakers_known: bool  # False: Redis does not answer
    quota: Quota | None
    quota_at: datetime | None
    quota_free: int | None  # for announcements; None: without limit, or not known
    gone: Collection[str]  # providers of open payments that can no longer be asked
    restarts: Mapping[str, int]
    cases_late: int = 0  # of the service desk, unanswered for too long
    accounts_locked: int = 0  # of staff, since midnight: somebody typed what was wrong too often
    quota_late: bool = False  # LINE was asked since, and did not answer


Breakers = Callable[[Collection[str]], Mapping[str, float] | None]


@dataclass(frozen=True, slots=True)
class Outside:
    """What is not in the database. `waits`: seconds for which a host is left alone; None without Redis."""

    quota: line_quota.SeenQuota | None
    waits: Mapping[str, float] | None


class Present:
    """wiring gives the cities, who reads the breakers and LINE's quota, and the rules of sending."""

    def __init__(self, cities: Cities, breakers: Breakers, quota: line_quota.QuotaSeen, rules: SendingRules) -> None:
        self._cities = cities
        self._hosts = {code: urlsplit(one.base_url or "").netloc for code, one in cities.items() if one.enabled}
        self._breakers = breakers
        self._quota = quota
        self._rules = rules

    def outside(self) -> Outside:
        """Ask LINE and Redis; not within a transaction."""
        return Outside(self._quota.now(), self._breakers(self._hosts.values()))

    def read(self, uow: UnitOfWork, outside: Outside) -> Today:
        """The present state."""
        now, seen, waits = database_now(uow), outside.quota, outside.waits or {}
        since = {"since": datetime.combine(now.astimezone(TAIPEI).date(), time(), TAIPEI)}
        quota = line_quota.with_promises(uow, seen.quota) if seen else None
        counted = _Counted()
        return Today(
            at=now,
            state=operation.state(uow),
            providers=[ProviderDay(*row) for row in uow.connection.execute(_PROVIDERS, since)],
            messages_failed={str(why): int(count) for why, count in uow.connection.execute(_MESSAGES_FAILED, since)},
            sms=SmsDay(*uow.connection.execute(_SMS, since).one()),
            set_aside=len(dead_letters.set_aside(uow)),
            halts=halts.standing(uow),
            cities=[self._city(code, waits.get(host), counted) for code, host in sorted(self._hosts.items())],
            breakers_known=outside.waits is not None,
            quota=quota,
            quota_at=seen.at if seen else None,
            quota_free=quota.free(self._rules.reserve_percent) if quota else None,
            gone=counted.gone,
            restarts=counted.restarts,
            cases_late=counted.cases_late,
            accounts_locked=uow.connection.execute(_LOCKED, since).scalar_one(),
            quota_late=seen is not None and seen.late,
        )

    def _city(self, code: str, wait: float | None, counted: "_Counted") -> CityState:
        answers = counted.answers[code]
        failed = {why: count for why, count in sorted(answers.items()) if why != ANSWERED and count}
        watch = (int(counted.gauges[WATCH_WAITING, code]), counted.gauges[WATCH_LATE, code])
        return CityState(code, self._cities[code].zh, answers.get(ANSWERED, 0), failed, wait, *watch)


class _Counted:
    """What the processes have counted since they started."""

    def __init__(self) -> None:
        self.answers: dict[str, dict[str, int]] = defaultdict(dict)
        self.gauges: dict[tuple[str, str], float] = defaultdict(float)
        self.gone: set[str] = set()
        self.restarts: dict[str, int] = {}
        self.cases_late = 0
        for one in metrics.samples(CITY_ANSWERS, WATCH_WAITING, WATCH_LATE, PROVIDER_GONE, RESTARTS, CASES_LATE):
            if one.name == CITY_ANSWERS:
                self.answers[one.labels["city"]][one.labels["outcome"]] = int(one.value)
            elif one.name == PROVIDER_GONE:
                self.gone |= {one.labels["provider"]} if one.value else set()
            elif one.name == RESTARTS:
                self.restarts |= {one.labels["name"]: int(one.value)} if one.value else {}
            elif one.name == CASES_LATE:
                self.cases_late = int(one.value)
            else:
                self.gauges[one.name, one.labels["city"]] = one.value
