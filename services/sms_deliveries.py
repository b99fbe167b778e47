"""What became of SMS that a gateway took, and what they cost: asked by the clock, since a gateway does not call us."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import func, select, update

from domain.campaigns import SendingRules
from domain.errors import OutsideError
from domain.ports.sms import Delivery, SmsGateway
from infra.database import UnitOfWork, UnitOfWorkFactory
from models.account import SmsMessage

AT_ONCE = 200  # some gateways are asked about each by itself
GIVEN_UP = timedelta(hours=72)  # operators keep trying for a day or two; nothing comes after that

log = structlog.get_logger(__name__)

_FIGURES = """
SELECT coalesce(topic, 'code'), state, delivery, cause, count(*),
  coalesce(sum(parts) FILTER (WHERE gateway IS DISTINCT FROM 'pnp'), 0)
FROM sms_message WHERE created_at >= %s GROUP BY 1, 2, 3, 4
"""


@dataclass
class SmsFigures:
    """Of one topic."""

    sent: int = 0  # taken by the gateway
    delivered: int = 0  # of those, as it says
    waiting: int = 0
    failed: dict[str, int] = field(default_factory=dict)  # by cause
    parts: int = 0  # of those sent
    cost: int = 0  # NT$


class SmsDeliveries:
    """wiring gives the gateway, and the rules of what a part costs."""

    def __init__(self, gateway: SmsGateway, rules: SendingRules) -> None:
        self._gateway = gateway
        self._rules = rules

    def learn(self, units: UnitOfWorkFactory) -> int:
        """Ask about messages on their way; says how many have ended. For the schedule."""
        with units() as uow:
            on_the_way = (SmsMessage.state == "accepted", SmsMessage.delivery.is_(None))
            late = update(SmsMessage).where(*on_the_way, SmsMessage.ended_at < func.now() - GIVEN_UP)
            given_up = uow.connection.execute(late.values(delivery=Delivery.UNKNOWN)).rowcount
            asked = select(SmsMessage.gateway_id).where(*on_the_way, SmsMessage.gateway == self._gateway.key)
            some = asked.order_by(func.random()).limit(AT_ONCE)  # a telephone switched off keeps no other from its turn
            ids = [str(one) for one in uow.connection.execute(some).scalars()]
        try:
            found = self._gateway.deliveries(ids) if ids else {}
        except OutsideError as error:
            log.warning("sms_deliveries_not_told", gateway=self._gateway.key, cause=error.cause)
            return given_up
        with units() as uow:
            self._keep(uow, found)
        return given_up + len(found)

    def figures(self, uow: UnitOfWork, since: datetime) -> Mapping[str, SmsFigures]:
        """By topic, "code" among them. Messages are kept for 30 days."""
        rows: list[Any] = uow.driver.execute(_FIGURES, (since,)).fetchall()
        return _figures(rows, self._rules)

    def _keep(self, uow: UnitOfWork, found: Mapping[str, Delivery]) -> None:
        for gateway_id, delivery in found.items():
            of_gateway = (SmsMessage.gateway == self._gateway.key, SmsMessage.gateway_id == gateway_id)
            uow.connection.execute(
                update(SmsMessage).where(*of_gateway, SmsMessage.state == "accepted").values(delivery=delivery)
            )


def _figures(rows: Sequence[tuple[Any, ...]], rules: SendingRules) -> Mapping[str, SmsFigures]:
    found: dict[str, SmsFigures] = {}
    for topic, state, delivery, cause, count, parts in rows:
        of_topic = found.setdefault(topic, SmsFigures())
        if state == "accepted":
            of_topic.sent += count
            of_topic.parts += int(parts)
        if state == "accepted" and delivery == Delivery.DELIVERED:
            of_topic.delivered += count
        elif state in ("waiting", "sending"):
            of_topic.waiting += count
        elif state != "accepted" or delivery == Delivery.FAILED:
            reason = cause or ("not_delivered" if state == "accepted" else state)
            of_topic.failed[reason] = of_topic.failed.get(reason, 0) + count
    for one in found.values():
        one.cost = rules.cost(0, one.parts)
    return found
