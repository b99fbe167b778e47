"""Notices: messages that the system starts, rendered by handlers/notices and posted in the caller's transaction."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from bot.engine import Directory
from bot.message import Message
from bot.outbox_rows import post
from domain.reader import Display, Language, Reader
from infra.database import UnitOfWork


class Notice(Protocol):
    """One file in handlers/notices: a module with a `key` and a pure `render`."""

    key: str

    def render(self, reader: Reader, data: Mapping[str, Any]) -> list[Message]:
        """The messages, for this reader."""
        ...


class NoticePost:
    """Implements domain.ports.notices.Notices."""

    def __init__(
        self,
        notices: Iterable[Notice],
        directory: Directory,
        reader: Callable[[Language, Display], Reader],
        posted: Callable[[], None],
    ) -> None:
        self._notices = {notice.key: notice for notice in notices}
        self._directory = directory
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
    ) -> None:
        """Put the notice into the outbox once per dedupe key. Raises KeyError for a notice nobody wrote."""
        language, display = self._directory.preferences(uow, channel, citizen) or (Language.ZH, Display.NORMAL)
        messages = self._notices[notice].render(self._reader(language, display), data)
        if post(uow, channel, citizen, messages, dedupe_key):
            uow.after_commit(self._posted)


def discover_notices(package: str) -> list[Any]:
    """The notice modules of a package. Raises ValueError when two have the same key."""
    path = importlib.import_module(package).__path__
    found = [importlib.import_module(f"{package}.{info.name}") for info in pkgutil.iter_modules(path)]
    keys = [notice.key for notice in found]
    if len(keys) != len(set(keys)):
        raise ValueError(f"two notices in {package} have the same key")
    return found
