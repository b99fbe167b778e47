"""Planning notices, one or a hundred thousand: the rule of domain.notices for many citizens in one statement each."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from domain.accounts import AccountState
from domain.clock import Clock
from domain.notices import DEFAULT_SLOT, TREATMENTS, Channel, Plan, Reach, Settings, Topic, decide
from domain.ports.notices import Going, Letter
from domain.reader import Display, Language
from domain.slots import Slot
from infra.database import UnitOfWork
from services.accounts import Accounts
from services.sms import SmsPost

SMS_VALID = timedelta(hours=3)  # a notice that its gateway could not take by then is no longer sent by SMS

# In the order asked. Somebody we do not know is as reachable as anybody: LINE will tell.
_KNOWN = """
SELECT c.blocked_at IS NULL, c.language, c.display, s.turned_off, s.told_by, s.slot, a.state = %(live)s
FROM unnest(%(channels)s::text[], %(citizens)s::text[]) WITH ORDINALITY AS asked(channel, citizen, position)
LEFT JOIN citizen c ON c.channel = asked.channel AND c.line_id = asked.citizen
LEFT JOIN notice_settings s ON s.channel = asked.channel AND s.citizen = asked.citizen
LEFT JOIN account a ON a.channel = asked.channel AND a.line_id = asked.citizen
ORDER BY asked.position
"""
_KEEP = """
INSERT INTO notice (dedupe_key, channel, citizen, notice, topic, made_at, send_at, by_line, outbound_id, about,
  campaign_id)
SELECT n.key, n.channel, n.citizen, %(notice)s, %(topic)s, %(now)s, n.send_at, n.outbound_id IS NOT NULL, n.outbound_id,
  CASE WHEN n.about <> '' THEN string_to_array(n.about, ',')::uuid[] END, %(campaign)s::uuid
FROM unnest(%(keys)s::text[], %(channels)s::text[], %(citizens)s::text[], %(send_at)s::timestamptz[],
  %(outbound)s::uuid[], %(about)s::text[]) AS n(key, channel, citizen, send_at, outbound_id, about)
ON CONFLICT DO NOTHING RETURNING dedupe_key
"""
_BY_SMS = "UPDATE notice SET sms_id = %s WHERE dedupe_key = %s"


@dataclass(frozen=True, slots=True)
class Known:
    """What deciding about a citizen needs."""

    settings: Settings
    reach: Reach
    language: Language
    display: Display


class Planning:
    """Implements bot.notices.Rules. wiring gives accounts, services.sms.SmsPost and the clock."""

    def __init__(self, accounts: Accounts, sms: SmsPost, clock: Clock) -> None:
        self._accounts = accounts
        self._sms = sms
        self._clock = clock

    def plan(self, uow: UnitOfWork, topic: Topic, letters: Sequence[Letter]) -> Sequence[Going]:
        """Those that go, in order, each with when, how and for what reader. Keeps nothing."""
        now = self._clock.now()
        going = []
        people = [(letter.channel, letter.citizen) for letter in letters]
        for letter, known in zip(letters, self.known(uow, topic, people), strict=True):
            plan = decide(topic, known.settings, known.reach, now, letter.slot, letter.told_by)
            if isinstance(plan, Plan):
                going.append(Going(letter, plan, known.language, known.display))
        return going

    def known(self, uow: UnitOfWork, topic: Topic, people: Sequence[tuple[str, str]]) -> Sequence[Known]:
        """Of each (channel, citizen): what they want, where this topic reaches them, how they read."""
        values = {
            "channels": [channel for channel, _ in people],
            "citizens": [citizen for _, citizen in people],
            "live": AccountState.LIVE.value,
        }
        sms = TREATMENTS[topic].sms
        rows: list[Any] = uow.driver.execute(_KNOWN, values).fetchall()
        return [_known(*row, worth_sms=sms) for row in rows]

    def keep(
        self,
        uow: UnitOfWork,
        notice: str,
        topic: Topic,
        going: Sequence[tuple[Going, uuid.UUID | None]],
        campaign_id: uuid.UUID | None = None,
    ) -> frozenset[str]:
        """Keep these for 通知紀錄, each with the message that brings it by LINE. The dedupe keys of those that are new:
        what went before does not go again.
        """
        ordered = sorted(going, key=lambda one: one[0].letter.dedupe_key)  # one order for all: no deadlock
        letters = [one.letter for one, _ in ordered]
        values = {
            "notice": notice,
            "topic": topic.value,
            "now": self._clock.now(),
            "campaign": campaign_id,
            "keys": [letter.dedupe_key for letter in letters],
            "channels": [letter.channel for letter in letters],
            "citizens": [letter.citizen for letter in letters],
            "send_at": [one.plan.send_at for one, _ in ordered],
            "outbound": [message for _, message in ordered],
            "about": [",".join(map(str, letter.about)) for letter in letters],
        }
        return frozenset(str(row[0]) for row in uow.driver.execute(_KEEP, values).fetchall())

    def by_sms(self, uow: UnitOfWork, topic: Topic, going: Going, words: str) -> None:
        """Send the words of a kept notice to the citizen's verified number, at the plan's time."""
        letter = going.letter
        account = self._accounts.registered(uow, letter.channel, letter.citizen)
        at = going.plan.send_at if going.plan.send_at > self._clock.now() else None
        sms_id = self._sms.post(
            uow,
            account.mobile,
            words,
            channel=letter.channel,
            citizen=letter.citizen,
            valid=SMS_VALID,
            not_before=at,
            topic=topic,
        )
        uow.driver.execute(_BY_SMS, (sms_id, letter.dedupe_key))


def _known(
    reached: bool,
    language: str | None,
    display: str | None,
    turned_off: Sequence[str] | None,
    told_by: str | None,
    slot: str | None,
    live: bool | None,
    *,
    worth_sms: bool,
) -> Known:
    settings = Settings(
        frozenset(topic for topic in Topic if topic in (turned_off or ())),
        Channel(told_by) if told_by else Channel.LINE,
        Slot.parse(slot) if slot else DEFAULT_SLOT,
    )
    return Known(
        settings,
        Reach(line=bool(reached), sms=worth_sms and bool(live)),
        Language(language) if language else Language.ZH,
        Display(display) if display else Display.NORMAL,
    )
