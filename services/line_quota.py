"""LINE's month: what is left of it, and what announcements may use."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

import structlog

from domain.campaigns import NotEnoughQuotaError, Quota, SendingRules
from domain.clock import Clock
from domain.errors import OutsideError
from domain.ports.quota import QuotaSource
from infra.database import UnitOfWork

_PROMISED = """
SELECT coalesce(sum(coalesce(cardinality(recipients), 1)), 0)::bigint FROM outbound_message
WHERE ended_at IS NULL AND answers IS NULL
"""
_LOCK = 7_201  # one campaign at a time looks at what is left
SEEN_FOR = timedelta(minutes=5)
ASKED_AGAIN = timedelta(minutes=1)  # where LINE did not answer

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SeenQuota:
    """LINE's month as LINE last told it, and when. `late`: it was asked since, and did not answer."""

    quota: Quota
    at: datetime
    late: bool = False


class QuotaSeen:
    """For pages: LINE is asked every few minutes, by one page at a time. wiring gives who asks it, and the clock."""

    def __init__(self, source: QuotaSource, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._seen: SeenQuota | None = None
        self._silent_at: datetime | None = None  # when LINE last did not answer, if it has not since
        self._asking = Lock()

    def now(self) -> SeenQuota | None:
        """At most SEEN_FOR old, older where LINE does not answer; None where it never has. Not in a transaction.

        Whoever comes while another page asks gets what is known: a slow LINE holds one page, not all of them.
        """
        now = self._clock.now()
        if self._is_due(now) and self._asking.acquire(blocking=False):
            try:
                self._ask(now)
            finally:
                self._asking.release()
        return self._seen

    def _is_due(self, now: datetime) -> bool:
        if self._silent_at is not None:
            return now - self._silent_at >= ASKED_AGAIN
        return self._seen is None or now - self._seen.at >= SEEN_FOR

    def _ask(self, now: datetime) -> None:
        try:
            self._seen, self._silent_at = SeenQuota(self._source.read(), now), None
        except OutsideError as error:
            self._silent_at = now
            self._seen = replace(self._seen, late=True) if self._seen else None
            log.warning("quota_not_told", cause=error.cause)


def with_promises(uow: UnitOfWork, quota: Quota) -> Quota:
    """The same with what waits in the outbox; answers are mostly replies, which cost nothing."""
    row = uow.driver.execute(_PROMISED).fetchone()
    return replace(quota, promised=int(str(row[0])) if row else 0)


def reserve(uow: UnitOfWork, quota: Quota, needed: int, rules: SendingRules) -> None:
    """Let an announcement of `needed` messages pass, alone until this transaction ends. Raises NotEnoughQuotaError."""
    uow.driver.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
    free = with_promises(uow, quota).free(rules.reserve_percent)
    if free is not None and needed > free:
        raise NotEnoughQuotaError(needed, free)
