"""Notices: messages that the system starts, rendered by handlers/notices and posted in the caller's transaction."""

import importlib
import pkgutil
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, Protocol

from bot.message import Message, spoken
from bot.messenger import MULTICAST
from bot.outbox_rows import Outgoing, outgoing, put
from domain.notices import TREATMENTS, Channel, Topic
from domain.ports.notices import Going, Letter
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
    """Who gets what, when, by which channel (services/planning.py)."""

    def plan(self, uow: UnitOfWork, topic: Topic, letters: Sequence[Letter]) -> Sequence[Going]:
        """Those that go, in order."""
        ...

    def keep(
        self,
        uow: UnitOfWork,
        notice: str,
        topic: Topic,
        going: Sequence[tuple[Going, uuid.UUID | None]],
        campaign_id: uuid.UUID | None = None,
    ) -> frozenset[str]:
        """Keep them, each with its message by LINE; the dedupe keys of those that did not go before."""
        ...

    def by_sms(self, uow: UnitOfWork, topic: Topic, going: Going, words: str) -> None:
        """Send the words of a kept notice by SMS."""
        ...


class NoticePost:
    """Implements domain.ports.notices.Notices."""

    def __init__(
        self,
        notices: Iterable[Notice],
        rules: Rules,
        reader: Callable[[Language, Display], Reader],
        posted: Callable[[], None],
    ) -> None:
        self._notices = {notice.key: notice for notice in notices}
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
        about: Sequence[uuid.UUID] = (),
    ) -> None:
        """Hand the notice over once per dedupe key, if it goes at all. Raises KeyError for a notice nobody wrote and
        ValueError for a topic its file does not name.
        """
        self.post_each(uow, notice, [Letter(channel, citizen, dedupe_key, data, slot, told_by, about)], topic=topic)

    def post_each(self, uow: UnitOfWork, notice: str, letters: Sequence[Letter], *, topic: Topic | None = None) -> None:
        """The same notice to many, to each with data of their own. Raises as post()."""
        found = self._notices[notice]
        about = _topic(found, topic)
        every = self._rules.plan(uow, about, _once(letters))
        planned = [(one, uuid.uuid4() if one.plan.line else None) for one in every]
        new = self._rules.keep(uow, notice, about, planned)
        rows: list[Outgoing] = []
        for going, message_id in planned:
            letter = going.letter
            if letter.dedupe_key not in new:
                continue
            if message_id is not None:
                messages = found.render(self._reader(going.language, going.display), letter.data)
                rows += self._outgoing(messages, about, going, message_id)
            if going.plan.sms:
                self._by_sms(uow, about, going, found, letter.data)
        self._put(uow, rows)

    def post_same(
        self,
        uow: UnitOfWork,
        notice: str,
        letters: Sequence[Letter],
        *,
        data: Mapping[str, object],
        topic: Topic | None = None,
        campaign_id: uuid.UUID | None = None,
    ) -> int:
        """The same words to many: those who read alike share a multicast. How many go and are new. Raises as post()."""
        found = self._notices[notice]
        about = _topic(found, topic)
        going = self._rules.plan(uow, about, _once(letters))
        shared = list(_shared([one for one in going if one.plan.line]))
        by_message = [(one, message_id) for message_id, group in shared for one in group]
        alone = [(one, None) for one in going if not one.plan.line]
        new = self._rules.keep(uow, notice, about, [*by_message, *alone], campaign_id)
        rows: list[Outgoing] = []
        for message_id, group in shared:
            told = [one for one in group if one.letter.dedupe_key in new]
            if told:
                messages = found.render(self._reader(told[0].language, told[0].display), data)
                to = [one.letter.citizen for one in told]
                rows += self._outgoing(messages, about, told[0], message_id, to)
        self._put(uow, rows)
        for one in going:
            if one.plan.sms and one.letter.dedupe_key in new:
                self._by_sms(uow, about, one, found, data)
        return len(new)

    def words(self, notice: str, data: Mapping[str, Any], language: Language) -> str:
        """What an SMS says: what a lock screen may show."""
        reader = self._reader(language, Display.NORMAL)
        return reader.t("停車通：{words}", words=spoken(self._notices[notice].render(reader, data)[0]))

    def _outgoing(
        self, messages: Sequence[Message], topic: Topic, going: Going, message_id: uuid.UUID, to: Sequence[str] = ()
    ) -> list[Outgoing]:
        letter, rank = going.letter, TREATMENTS[topic].rank
        many = to if len(to) > 1 else None
        key = None if many else letter.dedupe_key
        return outgoing(
            messages,
            message_id,
            channel=letter.channel,
            to=to[0] if len(to) == 1 else letter.citizen,
            recipients=many,
            dedupe_key=key,
            not_before=going.plan.send_at,
            rank=rank,
            topic=topic,
        )

    def _put(self, uow: UnitOfWork, rows: Sequence[Outgoing]) -> None:
        if put(uow, rows):
            uow.after_commit(self._posted)

    def _by_sms(self, uow: UnitOfWork, topic: Topic, going: Going, found: Notice, data: Mapping[str, Any]) -> None:
        self._rules.by_sms(uow, topic, going, self.words(found.key, data, going.language))


def _once(letters: Sequence[Letter]) -> list[Letter]:
    return list({letter.dedupe_key: letter for letter in letters}.values())


def _shared(going: Sequence[Going]) -> Iterable[tuple[uuid.UUID, list[Going]]]:
    """Groups of at most MULTICAST who read alike, at one moment in one channel, each with the id of its message."""

    def alike(one: Going) -> tuple[Any, ...]:
        return one.letter.channel, one.plan.send_at, one.language, one.display

    for _, group in groupby(sorted(going, key=alike), alike):
        members = list(group)
        for start in range(0, len(members), MULTICAST):
            yield uuid.uuid4(), members[start : start + MULTICAST]


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
