"""Notices (通知) as a service: what a citizen wants to be told, where they can be reached, what was sent to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from domain.clock import Clock
from domain.errors import CitizenMistakeError
from domain.notices import DEFAULT_SLOT, TREATMENTS, Channel, Plan, Settings, Topic, Withheld, decide
from domain.slots import Slot
from infra.database import UnitOfWork
from models.account import SmsMessage
from models.citizen import Citizen
from models.notice import NoticeRow, NoticeSettings, ToldFact
from models.outbound import OutboundMessage
from services.accounts import Accounts
from services.last_look import Why
from services.planning import Planning

RECORD_DAYS = 90  # 通知紀錄
FACT_DAYS = 180  # longer than any bill is reminded of
# Outcomes of an outbox row that reached LINE; what it refused was said again as plain text.
DELIVERED = ("pushed", "duplicate", "replied", "refused")
NOT_WANTED = (Why.TURNED_OFF, Why.LEFT, Why.UNBOUND)  # never sent, and rightly so: no line of 通知紀錄


class Standing(Enum):
    """How far a notice has come by one channel."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Sent:
    """One line of 通知紀錄. `line` and `sms`: how far it came there, None where it was not to go."""

    notice: str  # key
    at: datetime
    line: Standing | None
    sms: Standing | None


class NoticeRules:
    """What a citizen chose, and what they were sent. wiring gives accounts, the planning of notices and the clock."""

    def __init__(self, accounts: Accounts, planning: Planning, clock: Clock) -> None:
        self._accounts = accounts
        self._planning = planning
        self._clock = clock

    def decide(
        self,
        uow: UnitOfWork,
        topic: Topic,
        channel: str,
        citizen: str,
        slot: Slot | None = None,
        told_by: Channel | None = None,
    ) -> Plan | Withheld:
        """The rule of domain.notices for this citizen now; keeps nothing."""
        known = self._planning.known(uow, topic, [(channel, citizen)])[0]
        return decide(topic, known.settings, known.reach, self._clock.now(), slot, told_by)

    # 通知設定

    def settings(self, uow: UnitOfWork, channel: str, citizen: str) -> Settings:
        """What the citizen chose, else the default."""
        of_citizen = (NoticeSettings.channel == channel, NoticeSettings.citizen == citizen)
        query = select(NoticeSettings.turned_off, NoticeSettings.told_by, NoticeSettings.slot).where(*of_citizen)
        row = uow.connection.execute(query).first()
        if row is None:
            return Settings()
        off = frozenset(topic for topic in Topic if topic in row.turned_off)
        return Settings(off, Channel(row.told_by), Slot.parse(row.slot) if row.slot else DEFAULT_SLOT)

    def turn(self, uow: UnitOfWork, channel: str, citizen: str, topic: Topic, *, on: bool) -> Settings:
        """Turn a topic on or off. Raises CitizenMistakeError for one that cannot be turned off."""
        if not TREATMENTS[topic].optional:
            raise CitizenMistakeError("這項通知不能關閉，沒有任何設定被更動。")
        now = self._locked(uow, channel, citizen)
        return self._keep(uow, channel, citizen, replace(now, off=now.off - {topic} if on else now.off | {topic}))

    def choose_channel(self, uow: UnitOfWork, channel: str, citizen: str, by: Channel) -> Settings:
        """LINE, SMS or both. Raises NotRegisteredError for SMS without a verified number."""
        if by is not Channel.LINE:
            self._accounts.registered(uow, channel, citizen)
        return self._keep(uow, channel, citizen, replace(self._locked(uow, channel, citizen), channel=by))

    def choose_slot(self, uow: UnitOfWork, channel: str, citizen: str, slot: Slot) -> Settings:
        """When notices that can wait may go; a vehicle's own slot comes first for what is about it."""
        return self._keep(uow, channel, citizen, replace(self._locked(uow, channel, citizen), slot=slot))

    def _locked(self, uow: UnitOfWork, channel: str, citizen: str) -> Settings:
        mine = select(Citizen.line_id).where(Citizen.channel == channel, Citizen.line_id == citizen)
        uow.connection.execute(mine.with_for_update())  # two devices at once
        return self.settings(uow, channel, citizen)

    def _keep(self, uow: UnitOfWork, channel: str, citizen: str, settings: Settings) -> Settings:
        values: dict[str, Any] = {
            "turned_off": sorted(settings.off),
            "told_by": settings.channel.value,
            "slot": None if settings.slot == DEFAULT_SLOT else settings.slot.key,
        }
        row = insert(NoticeSettings).values(channel=channel, citizen=citizen, **values)
        uow.connection.execute(row.on_conflict_do_update(index_elements=["channel", "citizen"], set_=values))
        return settings

    # 通知紀錄

    def record(self, uow: UnitOfWork, channel: str, citizen: str, most: int, skip: int = 0) -> Sequence[Sent]:
        """What was sent to the citizen in 90 days, the newest first."""
        since = self._clock.now() - timedelta(days=RECORD_DAYS)
        query = (
            select(
                NoticeRow.notice,
                NoticeRow.send_at,
                NoticeRow.by_line,
                NoticeRow.sms_id,
                OutboundMessage.ended_at,
                OutboundMessage.outcome,
                NoticeRow.failed,
                SmsMessage.state,
                SmsMessage.delivery,
            )
            .outerjoin(OutboundMessage, OutboundMessage.id == NoticeRow.outbound_id)
            .outerjoin(SmsMessage, SmsMessage.id == NoticeRow.sms_id)
            .where(NoticeRow.channel == channel, NoticeRow.citizen == citizen, NoticeRow.made_at >= since)
            .where(or_(NoticeRow.failed.is_(None), NoticeRow.failed.not_in(NOT_WANTED)))
            .order_by(NoticeRow.send_at.desc(), NoticeRow.dedupe_key)
            .offset(skip)
            .limit(most)
        )
        return [
            Sent(
                row.notice,
                row.send_at,
                _by_line(row) if row.by_line else None,
                _by_sms(row) if row.sms_id else None,
            )
            for row in uow.connection.execute(query)
        ]

    def standings(self, uow: UnitOfWork, dedupe_keys: Sequence[str]) -> Mapping[str, Standing]:
        """How far these notices have come by LINE; none where one was not to go there, or too long ago."""
        query = (
            select(NoticeRow.dedupe_key, NoticeRow.failed, OutboundMessage.ended_at, OutboundMessage.outcome)
            .outerjoin(OutboundMessage, OutboundMessage.id == NoticeRow.outbound_id)
            .where(NoticeRow.dedupe_key.in_(dedupe_keys), NoticeRow.by_line)
        )
        return {row.dedupe_key: _by_line(row) for row in uow.connection.execute(query)}

    def forget(self, uow: UnitOfWork) -> int:
        """Delete what is too old to be listed, and facts too old to be told again; says how many."""
        now = self._clock.now()
        old = delete(NoticeRow).where(NoticeRow.made_at < now - timedelta(days=RECORD_DAYS))
        told = delete(ToldFact).where(ToldFact.told_at < now - timedelta(days=FACT_DAYS))
        return uow.connection.execute(old).rowcount + uow.connection.execute(told).rowcount


def _by_line(row: Any) -> Standing:
    if row.failed is not None:
        return Standing.FAILED
    if row.ended_at is None and row.outcome is None:
        return Standing.WAITING
    return Standing.SENT if row.outcome in DELIVERED else Standing.FAILED


def _by_sms(row: Any) -> Standing:
    """A message whose row has gone was ended 30 days ago: nothing better is known than that it was sent."""
    if row.state in ("waiting", "sending"):
        return Standing.WAITING
    return Standing.SENT if row.state in (None, "accepted") and row.delivery != "failed" else Standing.FAILED
