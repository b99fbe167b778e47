"""What became of a campaign: counted from its notices while they are there, then as last counted."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from domain.campaigns import Figures, SendingRules
from infra.database import UnitOfWork
from models.campaign import Campaign
from services.notice_rules import DELIVERED

COUNTED_FOR = timedelta(days=25)  # then the states of its SMS begin to go (services/sms.py)

# One row for each way a notice can have gone; few, however many were told.
_COUNT = """
SELECT n.by_line, coalesce(n.failed, o.outcome), n.sms_id IS NOT NULL, s.state, s.delivery, s.cause,
  count(*), coalesce(sum(s.parts) FILTER (WHERE s.gateway IS DISTINCT FROM 'pnp'), 0)
FROM notice n
LEFT JOIN outbound_message o ON o.id = n.outbound_id
LEFT JOIN sms_message s ON s.id = n.sms_id
WHERE n.campaign_id = %s GROUP BY 1, 2, 3, 4, 5, 6
"""


def figures(uow: UnitOfWork, row: Campaign, rules: SendingRules) -> Figures:
    """The figures of a campaign, as of now where they can still be counted."""
    now = uow.connection.execute(select(func.now())).scalar_one()
    if row.figures is not None and now - row.made_at > COUNTED_FOR:
        return Figures(**row.figures)
    counted: list[Any] = uow.driver.execute(_COUNT, (row.id,)).fetchall()
    return _figures(counted, rules)


def remember(uow: UnitOfWork, rules: SendingRules) -> int:
    """Keep the figures of every campaign that can still be counted; says how many. For the schedule."""
    rows = uow.session.scalars(select(Campaign).where(Campaign.made_at >= func.now() - COUNTED_FOR)).all()
    for row in rows:
        row.figures = asdict(figures(uow, row, rules))
    return len(rows)


def find(uow: UnitOfWork, text: str) -> Campaign:
    """The one campaign whose id begins so. Raises ValueError."""
    try:
        low, high = (uuid.UUID(text.replace("-", "").ljust(32, end)) for end in "0f")
    except ValueError:
        raise ValueError(f"{text} is no beginning of an id") from None
    found = uow.session.scalars(select(Campaign).where(Campaign.id.between(low, high)).limit(2)).all()
    if len(found) != 1:
        raise ValueError(f"{text} is the beginning of {'more than one id' if found else 'no id'}")
    return found[0]


def newest(uow: UnitOfWork, most: int) -> Sequence[Campaign]:
    """The newest campaigns."""
    return uow.session.scalars(select(Campaign).order_by(Campaign.made_at.desc()).limit(most)).all()


def _figures(counted: Sequence[tuple[Any, ...]], rules: SendingRules) -> Figures:
    line_failed: dict[str, int] = {}
    sms_failed: dict[str, int] = {}
    people = line_waiting = line_sent = sms_waiting = sms_sent = delivered = sms_parts = 0
    for by_line, outcome, by_sms, state, delivery, cause, count, message_parts in counted:
        people += count
        if by_line and outcome is None:
            line_waiting += count
        elif by_line and outcome in DELIVERED:
            line_sent += count
        elif by_line:
            line_failed[outcome] = line_failed.get(outcome, 0) + count
        if not by_sms:
            continue
        if state in ("waiting", "sending"):
            sms_waiting += count
        elif state == "accepted" and delivery != "failed":
            sms_sent += count
            delivered += count if delivery == "delivered" else 0
        else:
            reason = cause or delivery or state or "unknown"
            sms_failed[reason] = sms_failed.get(reason, 0) + count
        if state == "accepted":
            sms_parts += int(message_parts)
    cost = rules.cost(line_sent, sms_parts)
    return Figures(
        people,
        line_waiting,
        line_sent,
        line_failed,
        sms_waiting,
        sms_sent,
        delivered,
        sms_failed,
        sms_parts,
        cost,
    )
