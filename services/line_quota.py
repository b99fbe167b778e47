"""LINE's month: what is left of it, and what announcements may use."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

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

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SeenQuota:
    """LINE's month as LINE last told it, and when."""

    quota: Quota
    at: datetime


class QuotaSeen:
    """For pages: LINE is asked every few minutes only. wiring gives who asks it, and the clock."""

    def __init__(self, source: QuotaSource, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._seen: SeenQuota | None = None

    def now(self) -> SeenQuota | None:
        """At most SEEN_FOR old, older where LINE does not answer; None where it never has. Not in a transaction."""
        now, seen = self._clock.now(), self._seen
        if seen is None or now - seen.at >= SEEN_FOR:
            try:
                self._seen = seen = SeenQuota(self._source.read(), now)
            except OutsideError as error:
                log.warning("quota_not_told", cause=error.cause)
        return seen


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
