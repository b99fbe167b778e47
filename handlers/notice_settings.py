"""通知設定: what one is told, when and how; every change is one press."""

from dataclasses import replace
from typing import Any

from bot.conversation import Conversation, Done, NoData, Outcome, entry
from bot.notices import discover_notices
from bot.postback import door
from bot.triggers import Words
from bot.turn import Turn
from domain.errors import CitizenMistakeError
from domain.notices import TREATMENTS, Channel, Settings, Topic
from domain.noticewords import CHANNELS, TOPICS
from domain.reader import msgid
from domain.slots import Slot
from flex_templates import notice_settings as cards
from flex_templates.person import anyone
from services.identifiers import Identifiers
from services.notice_rules import NoticeRules
from services.vehicles import Vehicles

KEY = "notice_settings"
ON, OFF = "on", "off"


class NoticeSettings(Conversation[NoData]):
    key = KEY
    triggers = (Words("通知設定", "notices", "通知设定"),)
    title = msgid("通知設定")
    explains = msgid("要收到哪些通知、在哪個時段、用 LINE 或簡訊")
    place = 50

    def __init__(self, notice_rules: NoticeRules, vehicles: Vehicles, identifiers: Identifiers) -> None:
        self._rules = notice_rules
        self._vehicles = vehicles
        self._identifiers = identifiers
        about = {topic for notice in discover_notices("handlers.notices") for topic in notice.topics}
        # What something tells and one may do without; a notice that is added adds its topic here.
        self.offered = tuple(topic for topic in Topic if topic in about and TREATMENTS[topic].optional)

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        return self._show(turn, self._rules.settings(*_who(turn)), changed=False)

    @entry
    def turn(self, turn: Turn[NoData]) -> Outcome:
        """A topic's button: on or off, as it says, however often it is pressed."""
        topic, to = turn.value("topic"), turn.value("to")
        if topic not in self.offered or to not in (ON, OFF):
            raise _unusable()
        return self._show(turn, self._rules.turn(*_who(turn), Topic(topic), on=to == ON), changed=True)

    @entry
    def slot(self, turn: Turn[NoData]) -> Outcome:
        """One slot for everything: the reminders of all vehicles and numbers, and whatever else can wait."""
        try:
            slot = Slot.parse(turn.value("to"))
        except ValueError:
            raise _unusable() from None
        if slot not in self._vehicles.rules.slots:
            raise _unusable()
        for bound in self._vehicles.of(*_who(turn)):
            if bound.services.reminder not in (None, slot):
                self._vehicles.change(*_who(turn), bound.vehicle, replace(bound.services, reminder=slot))
        for number in self._identifiers.of(*_who(turn)):
            if number.slot not in (None, slot):
                self._identifiers.remind(*_who(turn), number.identifier, slot)
        return self._show(turn, self._rules.choose_slot(*_who(turn), slot), changed=True)

    @entry
    def channel(self, turn: Turn[NoData]) -> Outcome:
        """LINE, SMS or both."""
        wanted = turn.value("to")
        if wanted not in set(Channel):
            raise _unusable()
        return self._show(turn, self._rules.choose_channel(*_who(turn), Channel(wanted)), changed=True)

    def _show(self, turn: Turn[NoData], settings: Settings, *, changed: bool) -> Outcome:
        t = turn.t
        topics = [
            cards.Choice(t(TOPICS[topic]), on, door(KEY, "turn", topic=topic.value, to=OFF if on else ON))
            for topic in self.offered
            for on in (settings.wants(topic),)
        ]
        reminders = {bound.services.reminder for bound in self._vehicles.of(*_who(turn))}
        reminders |= {number.slot for number in self._identifiers.of(*_who(turn))}
        now = reminders - {None} or {settings.slot}
        slots = [
            cards.Choice(slot.hours, now == {slot}, door(KEY, "slot", to=slot.key))
            for slot in self._vehicles.rules.slots
        ]
        channels = [
            cards.Choice(t(name), channel is settings.channel, door(KEY, "channel", to=channel.value))
            for channel, name in CHANNELS.items()
        ]
        return Done(cards.settings(turn.reader, topics, slots, channels, anyone(turn.reader), changed=changed))


def _who(turn: Turn[Any]) -> tuple[Any, str, str]:
    return turn.uow, turn.channel, turn.citizen


def _unusable() -> CitizenMistakeError:
    return CitizenMistakeError("這個按鈕不能使用，沒有任何設定被更動。請看「通知設定」。")
