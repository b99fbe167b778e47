"""Cards of reminders, 通知設定 and 通知紀錄 with made-up content."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from domain.bills import PayableKey, PayableType
from domain.notices import TREATMENTS, Channel, Topic
from domain.noticewords import CHANNELS, TOPICS
from domain.reader import Reader
from domain.reminders import URGENCY, Fact
from flex_templates import notice_settings, reminder
from flex_templates.card import Link, Press
from flex_templates.person import anyone

TODAY = date(2026, 12, 20)
CALENDAR = "https://pay.example.gov.tw/c/" + "a" * 48 + ".ics?openExternalBrowser=1"
PAGE = "https://pay.example.gov.tw/p/" + "a" * 48
FACTS = [
    Fact(topic, PayableKey("TPE", PayableType.BILL, topic), TODAY + timedelta(days=days), 1140)
    for topic, days in zip(URGENCY, (-2, 1, 3, 20), strict=True)
]
EVERY = [topic for topic in Topic if TREATMENTS[topic].optional]


def _settings(reader: Reader, *, changed: bool) -> dict[str, Any]:
    choice = notice_settings.Choice
    topics = [
        choice(reader.t(TOPICS[topic]), topic is not Topic.NEWS, f"notice_settings.turn?topic={topic}")
        for topic in EVERY[: len(URGENCY)]
    ]
    slots = [choice(slot, slot.startswith("13"), "x.y") for slot in ("09:00–12:00", "13:00–18:00", "18:00–21:00")]
    channels = [choice(reader.t(name), channel is Channel.LINE, "x.y") for channel, name in CHANNELS.items()]
    return notice_settings.settings(reader, topics, slots, channels, anyone(reader), changed=changed)


def _due(reader: Reader, facts: list[Fact], url: str) -> dict[str, Any]:
    fewer = Press(reader.t("通知設定"), "notice_settings.begin")
    calendar = Link(reader.t("加入行事曆"), CALENDAR)
    return reminder.due(reader, facts, TODAY, url, calendar, fewer, anyone(reader))


CARDS: dict[str, Callable[[Reader], dict[str, Any]]] = {
    "bills due": lambda r: _due(r, FACTS, PAGE),
    "one bill due elsewhere": lambda r: _due(r, FACTS[2:3], ""),
    "notice settings": lambda r: _settings(r, changed=False),
    "notice settings changed": lambda r: _settings(r, changed=True),
    "notice record": lambda r: notice_settings.record(
        r, [("12/20", "14:02 " + r.t("停車費提醒")), ("12/1", "13:00 " + r.t("繳費成功"))], 90, "x.y", anyone(r)
    ),
    "no notice": lambda r: notice_settings.record(r, [], 90, None, anyone(r)),
}
