"""Notices: messages that the system starts, rendered by handlers/notices and posted in the caller's transaction."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from bot.engine import Directory
from bot.message import Message, spoken
from bot.outbox_rows import post
from domain.notices import Channel, Plan, Topic
from domain.reader import Display, Language, Reader
from domain.slots import Slot
from infra.database import UnitOfWork


class Notice(Protocol):
    """One file in handlers/notices: a module with a `key`, what it is called and about, and a pure `render`."""

    key: str
    title: str  # msgid, for 通知紀錄
    topics: tuple[Topic, ...]  # what it may be about: how urgent it is, and whether it can be turned off

    def render(self, reader: Reader, data: Mapping[str, Any]) -> list[Message]:
        """The messages, for this reader. What the first says on a lock screen is also what an SMS says."""
        ...


class Rules(Protocol):
    """Who gets what, when, by which channel (services/notice_rules.py)."""

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
        """What becomes of a notice; None: it does not go, or went before."""
        ...

    def by_sms(self, uow: UnitOfWork, plan: Plan, words: str, *, channel: str, citizen: str, dedupe_key: str) -> None:
        """Send the words of a planned notice by SMS."""
        ...


class NoticePost:
    """Implements domain.ports.notices.Notices."""

    def __init__(
        self,
        notices: Iterable[Notice],
        directory: Directory,
        rules: Rules,
        reader: Callable[[Language, Display], Reader],
        posted: Callable[[], None],
    ) -> None:
        self._notices = {notice.key: notice for notice in notices}
        self._directory = directory
        self._rules = rules
        self._reader = reader
        self._posted = posted

    def post(
        self,
        uow: UnitOfWork,
        notice: str,
        *,
        channel: str,
        citizen: str,
        dedupe_key: str,
        data: Mapping[str, object],
        topic: Topic | None = None,
        slot: Slot | None = None,
        told_by: Channel | None = None,
    ) -> None:
        """Hand the notice over once per dedupe key, if it goes at all. Raises KeyError for a notice nobody wrote and
        ValueError for a topic its file does not name.
        """
        found = self._notices[notice]
        about = _topic(found, topic)
        to = {"channel": channel, "citizen": citizen, "dedupe_key": dedupe_key}
        plan = self._rules.plan(uow, notice, about, slot=slot, told_by=told_by, **to)
        if plan is None:
            return
        language, display = self._directory.preferences(uow, channel, citizen) or (Language.ZH, Display.NORMAL)
        if plan.line:
            messages = found.render(self._reader(language, display), data)
            if post(uow, channel, citizen, messages, dedupe_key, plan.send_at):
                uow.after_commit(self._posted)
        if plan.sms:
            reader = self._reader(language, Display.NORMAL)
            words = reader.t("停車通：{words}", words=spoken(found.render(reader, data)[0]))
            self._rules.by_sms(uow, plan, words, **to)


def _topic(notice: Notice, topic: Topic | None) -> Topic:
    if topic is None and len(notice.topics) == 1:
        return notice.topics[0]
    if topic not in notice.topics:
        raise ValueError(f"notice {notice.key} is about {', '.join(notice.topics)}, not {topic}")
    return topic


def discover_notices(package: str) -> list[Any]:
    """The notice modules of a package. Raises ValueError when two have the same key or one lacks what it must have."""
    path = importlib.import_module(package).__path__
    found = [importlib.import_module(f"{package}.{info.name}") for info in pkgutil.iter_modules(path)]
    for notice in found:
        lacks = [name for name in ("key", "title", "topics", "render") if not getattr(notice, name, None)]
        if lacks:
            raise ValueError(f"{notice.__name__} has no {lacks[0]}: see bot.notices.Notice")
    keys = [notice.key for notice in found]
    if len(keys) != len(set(keys)):
        raise ValueError(f"two notices in {package} have the same key")
    return found
