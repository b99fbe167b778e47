"""One event: from what came in and what is remembered, to what is answered and remembered next.

Owns what no conversation should: cancel, back, stale buttons, wrong kinds of input, changed releases, languages.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from bot.dialog import Dialog
from bot.input import MESSAGES, Followed, Input, Press, Text
from bot.message import Message, quick_say, text, with_quick_replies
from bot.registry import FALLBACK, HEAR, Registry
from bot.results import Finding, Handled, Pending, Result, settled
from bot.run import Incoming, Run
from bot.triggers import normal
from bot.turn import Turn
from domain.clock import Clock
from domain.reader import Display, Language, Reader
from infra.database import UnitOfWork

CANCEL = frozenset(normal(word) for word in ("取消", "cancel"))
BACK = frozenset(normal(word) for word in ("上一步", "back"))


class Directory(Protocol):
    """Who the citizens are, as far as answering them needs (services/citizens.py)."""

    def preferences_of(
        self, uow: UnitOfWork, citizens: Sequence[tuple[str, str]]
    ) -> Sequence[tuple[Language, Display, bool] | None]:
        """Of each (channel, citizen): language, display, whether a person at a desk hears them; None: new here."""
        ...

    def meet(self, uow: UnitOfWork, channel: str, citizen: str, line_language: str | None) -> Language:
        """Keep somebody new with LINE's own language; returns the language to speak."""
        ...

    def blocked(self, uow: UnitOfWork, channel: str, citizen: str, *, blocked: bool) -> None:
        """The citizen blocked us, or came back."""
        ...


class Engine:
    """Runs conversations. Has no state of its own."""

    def __init__(
        self,
        registry: Registry,
        directory: Directory,
        clock: Clock,
        reader: Callable[[Language, Display], Reader],
        line_language: Callable[[str], Awaitable[str | None]],
    ) -> None:
        self._registry = registry
        self._directory = directory
        self._clock = clock
        self._reader = reader
        self._line_language = line_language

    def handle(self, uow: UnitOfWork, incoming: Incoming, dialog: Dialog) -> Handled | Pending:
        """Answer one event. Anything it raises is the event's failure, to be tried again."""
        return settled(uow, self.begin(uow, incoming, dialog))

    def begin(self, uow: UnitOfWork, incoming: Incoming, dialog: Dialog) -> Result:
        """handle() as far as it goes without what must be found for this event."""
        event = incoming.event
        if event.standby or not event.lane:
            return Handled()
        if event.private and event.type in ("follow", "unfollow"):
            self._directory.blocked(uow, incoming.channel, event.lane, blocked=event.type == "unfollow")
        if event.input is None:
            return Handled()
        if not event.private:
            return self._in_group(uow, incoming)
        if dialog.language is not None:
            return self._route(uow, incoming, dialog)
        who = (incoming.channel, event.lane)
        return Finding(
            self._directory.preferences_of, who, lambda later, known: self._met(later, incoming, dialog, known)
        )

    def _met(
        self, uow: UnitOfWork, incoming: Incoming, dialog: Dialog, known: tuple[Language, Display, bool] | None
    ) -> Result:
        """Speak as the citizen wants; LINE is asked for the language of somebody new."""
        lane = incoming.event.lane
        if known:
            return self._route(
                uow, incoming, dialog.next(language=known[0], display=known[1], heard=known[2]), changed=True
            )

        def met(uow: UnitOfWork, line_language: str | None) -> Result:
            def meet(uow: UnitOfWork) -> Language:
                return self._directory.meet(uow, incoming.channel, lane, line_language)

            result = self._route(uow, incoming, dialog.next(language=meet(uow)), changed=True)
            return _kept(uow, result, meet)

        return Pending(lambda: self._line_language(lane), met)

    def apology(self, dialog: Dialog) -> Message:
        """What a citizen is told when an event was set aside after its last attempt."""
        reader = self._reader(dialog.language or Language.ZH, dialog.display)
        return with_quick_replies(
            text(reader.t("抱歉，剛才那一步沒有完成，沒有任何資料被更動。請再試一次；若仍不行，請按「聯絡我們」。")),
            [quick_say(reader.t("聯絡我們")), quick_say(reader.t("說明"))],
        )

    def _in_group(self, uow: UnitOfWork, incoming: Incoming) -> Result:
        given = incoming.event.input
        key = self._registry.by_shape(given) if given else None
        if key is None:
            return Handled()
        dialog = Dialog(language=Language.ZH)
        return Run(self._registry, self._turn, uow, incoming, dialog, changed=False, private=False).open(key)

    def _route(self, uow: UnitOfWork, incoming: Incoming, dialog: Dialog, *, changed: bool = False) -> Result:
        """Buttons by their token, words, a question that takes this, a person who listens, shapes, the fallback."""
        given, run = incoming.event.input, Run(self._registry, self._turn, uow, incoming, dialog, changed=changed)
        if isinstance(given, Press):
            return run.press()
        if isinstance(given, Text):
            word = normal(given.text)
            if word in CANCEL:
                return run.cancel()
            if word in BACK:
                return run.back(dialog.waiting) if dialog.waiting else run.cancel()
            if key := self._registry.by_word(given.text):
                return run.open(key)
        shape = self._registry.by_shape(given) if given else None
        if dialog.waiting and not isinstance(given, Followed) and (shape is None or run.accepts(dialog.waiting)):
            return run.answer(dialog.waiting)
        if dialog.heard and self._registry.listener and isinstance(given, MESSAGES):
            return run.open(self._registry.listener, HEAR)
        return run.open(shape or FALLBACK)

    def _turn(self, run: Run, data: Any) -> Turn[Any]:
        event = run.incoming.event
        reader = self._reader(run.dialog.language or Language.ZH, run.dialog.display)
        given = event.input or Input()
        return Turn(
            run.incoming.channel,
            event.lane,
            run.incoming.event_id,
            given,
            data,
            reader,
            run.uow,
            self._clock.now(),
            kept=run.kept,
        )


def _kept(uow: UnitOfWork, result: Result, write: Callable[[UnitOfWork], object]) -> Result:
    """`result` with a write that lasts: outside questions and mistakes roll back what was written before them."""
    if isinstance(result, Pending):
        go_on = result.go_on
        return Pending(result.question, lambda later, answer: _kept(later, go_on(later, answer), write))
    if isinstance(result, Finding):
        found = result.go_on
        return Finding(result.find, result.question, lambda later, answer: _kept(later, found(later, answer), write))
    write(uow)
    return result
