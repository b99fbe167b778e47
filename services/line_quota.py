"""LINE's month: what is left of it, and what announcements may use."""

from dataclasses import replace

from domain.campaigns import NotEnoughQuotaError, Quota, SendingRules
from infra.database import UnitOfWork

_PROMISED = """
SELECT coalesce(sum(coalesce(cardinality(recipients), 1)), 0)::bigint FROM outbound_message
WHERE ended_at IS NULL AND answers IS NULL
"""
_LOCK = 7_201  # one campaign at a time looks at what is left


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
