"""What follows from a notice that did not go by LINE: an SMS where it is worth one, or the facts to be told again.

Whoever LINE does not know (any longer) counts as having blocked us, until they write or follow again.
"""

from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import delete, func, select, update

from domain.clock import Clock
from domain.notices import TREATMENTS, WAKING, Plan, Topic, Urgency, next_moment
from domain.ports.notices import Going, Letter
from infra.database import UnitOfWork, UnitOfWorkFactory
from infra.locales import reader
from models.citizen import Citizen
from models.notice import NoticeRow, ToldFact
from models.outbound import OutboundMessage
from services.last_look import Why
from services.planning import Planning

STILL_TOLD = timedelta(days=1)  # what failed longer ago is news no more
AT_ONCE = 200
UNREACHABLE = "unreachable"  # as bot/outbox.py ends a message
BY_SMS_INSTEAD = frozenset({Why.BLOCKED.value, UNREACHABLE, "quota", "denied", "expired"})


class FailedNotices:
    """wiring gives the planning of notices and the clock."""

    def __init__(self, planning: Planning, clock: Clock) -> None:
        self._planning = planning
        self._clock = clock

    def settle(self, units: UnitOfWorkFactory) -> int:
        """Do what follows for each, in a transaction of its own; says how many. Safe to run twice at once."""
        settled = 0
        while True:
            with units() as uow:
                keys = self._unsettled(uow)
            for key in keys:
                with units() as uow:
                    settled += self._settle(uow, key)
            if len(keys) < AT_ONCE:
                return settled

    def _unsettled(self, uow: UnitOfWork) -> list[str]:
        since = self._clock.now() - STILL_TOLD
        found = select(NoticeRow.dedupe_key).where(
            NoticeRow.failed.is_not(None), NoticeRow.settled_at.is_(None), NoticeRow.made_at >= since
        )
        return list(uow.connection.execute(found.order_by(NoticeRow.made_at).limit(AT_ONCE)).scalars())

    def _settle(self, uow: UnitOfWork, key: str) -> bool:
        row = uow.session.get(NoticeRow, key, with_for_update={"skip_locked": True})
        if row is None or row.settled_at is not None:
            return False
        row.settled_at = func.now()
        uow.session.flush()
        if row.failed == UNREACHABLE:
            of_citizen = (Citizen.channel == row.channel, Citizen.line_id == row.citizen)
            uow.connection.execute(
                update(Citizen).where(*of_citizen).values(blocked_at=func.coalesce(Citizen.blocked_at, func.now()))
            )
        if row.failed == Why.UNBOUND:  # of its other vehicles the citizen is to be told still
            told = (ToldFact.channel == row.channel, ToldFact.citizen == row.citizen, ToldFact.notice == key)
            uow.connection.execute(delete(ToldFact).where(*told))
        if row.failed in BY_SMS_INSTEAD and row.sms_id is None and row.topic:
            self._by_sms(uow, row, Topic(row.topic))
        return True

    def _by_sms(self, uow: UnitOfWork, row: NoticeRow, topic: Topic) -> None:
        known = self._planning.known(uow, topic, [(row.channel, row.citizen)])[0]
        body = uow.connection.execute(
            select(OutboundMessage.body).where(OutboundMessage.id == row.outbound_id)
        ).scalar()
        if not known.reach.sms or not known.settings.wants(topic) or body is None:
            return
        now = self._clock.now()
        at = now if TREATMENTS[topic].urgency is Urgency.AT_ONCE else next_moment(Urgency.WAKING_HOURS, WAKING, now)
        going = Going(
            Letter(row.channel, row.citizen, row.dedupe_key),
            Plan(at, line=False, sms=True),
            known.language,
            known.display,
        )
        words = reader(known.language, known.display).t("停車通：{words}", words=_spoken(orjson.loads(bytes(body))[0]))
        self._planning.by_sms(uow, topic, going, words)


def _spoken(message: dict[str, Any]) -> str:
    """What a LINE message says on a lock screen."""
    return str(message.get("altText") or message.get("text", ""))
