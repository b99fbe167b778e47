"""Notices (通知) as a service: what a citizen wants to be told, where they can be reached, what was sent to them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.accounts import AccountState
from domain.clock import Clock
from domain.errors import CitizenMistakeError
from domain.notices import DEFAULT_SLOT, TREATMENTS, Channel, Plan, Reach, Settings, Topic, Withheld, decide
from domain.slots import Slot
from infra.database import UnitOfWork
from models.account import SmsMessage
from models.citizen import Citizen
from models.notice import NoticeRow, NoticeSettings, ToldFact
from models.outbound import OutboundMessage
from services.accounts import Accounts
from services.sms import SmsPost

RECORD_DAYS = 90  # 通知紀錄
FACT_DAYS = 180  # longer than any bill is reminded of
SMS_VALID = timedelta(hours=3)  # a notice that its gateway could not take by then is no longer sent by SMS
# Outcomes of an outbox row that reached LINE; what it refused was said again as plain text.
DELIVERED = ("pushed", "duplicate", "replied", "refused")


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
    """Implements bot.notices.Rules. wiring gives accounts, services.sms.SmsPost and the clock."""

    def __init__(self, accounts: Accounts, sms: SmsPost, clock: Clock) -> None:
        self._accounts = accounts
        self._sms = sms
        self._clock = clock

    # Sending

    def plan(
        self,
        uow: UnitOfWork,
        notice: str,
        topic: Topic,
        *,
        channel: str,
        citizen: str,
        dedupe_key: str,
        slot: Slot | None = None,
        told_by: Channel | None = None,
    ) -> Plan | None:
        """What becomes of a notice, kept for 通知紀錄. None: it does not go, or went before (`dedupe_key`)."""
        plan = self.decide(uow, topic, channel, citizen, slot, told_by)
        if isinstance(plan, Withheld):
            return None
        kept = (
            insert(NoticeRow)
            .values(
                dedupe_key=dedupe_key,
                channel=channel,
                citizen=citizen,
                notice=notice,
                made_at=self._clock.now(),
                send_at=plan.send_at,
                by_line=plan.line,
            )
            .on_conflict_do_nothing()
        )
        return plan if uow.connection.execute(kept).rowcount else None

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
        settings, reach = self._known(uow, topic, channel, citizen)
        return decide(topic, settings, reach, self._clock.now(), slot, told_by)

    def by_sms(self, uow: UnitOfWork, plan: Plan, words: str, *, channel: str, citizen: str, dedupe_key: str) -> None:
        """Send the words of a planned notice to the citizen's verified number, at the plan's time."""
        account = self._accounts.registered(uow, channel, citizen)
        at = plan.send_at if plan.send_at > self._clock.now() else None
        sms_id = self._sms.post(
            uow, account.mobile, words, channel=channel, citizen=citizen, valid=SMS_VALID, not_before=at
        )
        uow.connection.execute(update(NoticeRow).where(NoticeRow.dedupe_key == dedupe_key).values(sms_id=sms_id))

    def _known(self, uow: UnitOfWork, topic: Topic, channel: str, citizen: str) -> tuple[Settings, Reach]:
        blocked = uow.connection.execute(
            select(Citizen.blocked_at).where(Citizen.channel == channel, Citizen.line_id == citizen)
        ).scalar()
        treatment = TREATMENTS[topic]
        by_sms = treatment.sms and self._accounts.state(uow, channel, citizen) is AccountState.LIVE
        return self.settings(uow, channel, citizen), Reach(blocked is None, by_sms)

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
                SmsMessage.state,
            )
            .outerjoin(OutboundMessage, OutboundMessage.dedupe_key == NoticeRow.dedupe_key)
            .outerjoin(SmsMessage, SmsMessage.id == NoticeRow.sms_id)
            .where(NoticeRow.channel == channel, NoticeRow.citizen == citizen, NoticeRow.made_at >= since)
            .order_by(NoticeRow.send_at.desc(), NoticeRow.dedupe_key)
            .offset(skip)
            .limit(most)
        )
        return [
            Sent(
                row.notice,
                row.send_at,
                _by_line(row.ended_at, row.outcome) if row.by_line else None,
                _by_sms(row.state) if row.sms_id else None,
            )
            for row in uow.connection.execute(query)
        ]

    def forget(self, uow: UnitOfWork) -> int:
        """Delete what is too old to be listed, and facts too old to be told again; says how many."""
        now = self._clock.now()
        old = delete(NoticeRow).where(NoticeRow.made_at < now - timedelta(days=RECORD_DAYS))
        told = delete(ToldFact).where(ToldFact.told_at < now - timedelta(days=FACT_DAYS))
        return uow.connection.execute(old).rowcount + uow.connection.execute(told).rowcount


def _by_line(ended_at: datetime | None, outcome: str | None) -> Standing:
    if ended_at is None and outcome is None:
        return Standing.WAITING
    return Standing.SENT if outcome in DELIVERED else Standing.FAILED


def _by_sms(state: str | None) -> Standing:
    """A message whose row has gone was ended 30 days ago: nothing better is known than that it was sent."""
    if state in ("waiting", "sending"):
        return Standing.WAITING
    return Standing.SENT if state in (None, "accepted") else Standing.FAILED
