"""One event on its way through conversations: the ways in, the ways on, the ways out."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.conversation import (
    Aside,
    Ask,
    BoundStep,
    Conversation,
    Done,
    Find,
    Goto,
    Outcome,
    Shown,
    Stay,
    Step,
    Switch,
    Unheard,
)
from bot.dialog import HISTORY_STEPS, Dialog, Waiting
from bot.event import Event
from bot.input import Press
from bot.message import Message, quick_say, text, with_quick_replies
from bot.registry import FALLBACK, Registry
from bot.results import Finding, Handled, Kept, Pending, Result
from bot.turn import Turn
from domain.errors import CitizenMistakeError, UsedUpError
from infra.database import UnitOfWork

TOKEN_BYTES = 4
MOST_SWITCHES = 4  # conversations handing over to each other: more is a loop


@dataclass(frozen=True, slots=True)
class Incoming:
    """One event with its place."""

    channel: str
    event_id: str
    event: Event


class Run:
    """One event on its way through conversations."""

    def __init__(
        self,
        registry: Registry,
        make_turn: Callable[["Run", Any], Turn[Any]],
        uow: UnitOfWork,
        incoming: Incoming,
        dialog: Dialog,
        *,
        changed: bool,
        private: bool = True,
    ) -> None:
        self._registry = registry
        self._make_turn = make_turn
        self.uow = uow
        self.incoming = incoming
        self.dialog = dialog
        self._changed = changed
        self._private = private
        self.kept: list[Kept] = []
        self._switches = 0

    def _turn(self, data: Any) -> Turn[Any]:
        return self._make_turn(self, data)

    # Ways in

    def press(self) -> Result:
        """A button: an answer to the prompt being shown, or a door; anything else is stale and changes nothing."""
        payload, waiting = self.incoming.event.payload, self.dialog.waiting
        if payload is None:
            return self._stale()
        conversation = self._registry.conversations.get(payload.conversation)
        if conversation is None:
            return self._stale()
        if payload.token is None:
            return (
                self.open(conversation.key, payload.action)
                if payload.action in conversation.entries()
                else self._stale()
            )
        if waiting is None or (waiting.conversation, waiting.step, waiting.token) != (
            conversation.key,
            payload.action,
            payload.token,
        ):
            return self._stale()
        return self.answer(waiting)

    def open(self, key: str, entry: str = "begin") -> Result:
        """Open a conversation's entry; whatever waited before is left."""
        conversation = self._registry.conversations.get(key)
        if conversation is None:
            raise LookupError(f"no conversation {key}")
        turn = self._turn(conversation.Data())
        return self._call(conversation, turn, lambda: getattr(conversation, entry)(turn), history=())

    def accepts(self, waiting: Waiting) -> bool:
        """Whether the waiting step takes this kind of input."""
        conversation = self._registry.conversations.get(waiting.conversation)
        step = conversation.steps().get(waiting.step) if conversation else None
        return step is not None and isinstance(self.incoming.event.input, step.accepts)

    def answer(self, waiting: Waiting) -> Result:
        """Give the input to the step that waits."""
        recalled = self._recall(waiting)
        if recalled is None:
            return self._start_again()
        conversation, step, data = recalled
        turn = self._turn(data)
        if not isinstance(turn.input, step.accepts):
            remark = turn.text("這裡需要的是別種回覆，請照下面的問題回答，或按「取消」。")
            return self._after(conversation, turn, Stay(remark), tuple(waiting.history))
        take = step.take
        return self._call(conversation, turn, lambda: take(conversation, turn), history=tuple(waiting.history))

    def _recall(self, waiting: Waiting) -> tuple[Conversation[Any], Step, BaseModel] | None:
        """The step that waits and its data; None when this release has another conversation, step or shape of data."""
        conversation = self._registry.conversations.get(waiting.conversation)
        step = conversation.steps().get(waiting.step) if conversation else None
        if conversation is None or step is None or conversation.version != waiting.conversation_version:
            return None
        try:
            return conversation, step, conversation.Data.model_validate(waiting.data)
        except ValidationError:
            return None

    def cancel(self) -> Result:
        """Leave what waits; with nothing waiting, say so."""
        turn = self._turn(None)
        left = turn.t("已取消，沒有任何資料被更動。") if self.dialog.waiting else turn.t("目前沒有進行中的步驟。")
        return self._end([with_quick_replies(text(left), [quick_say(turn.t("說明"))])])

    def back(self, waiting: Waiting) -> Result:
        """Show the step before, with the data it had."""
        conversation = self._registry.conversations.get(waiting.conversation)
        if conversation is None or conversation.version != waiting.conversation_version:
            return self._start_again()
        if not waiting.history:
            return self.cancel()
        name, data = waiting.history[-1]
        step = conversation.steps().get(name)
        if step is None:
            return self._start_again()
        turn = self._turn(conversation.Data.model_validate(data))
        return self._show(conversation, turn, BoundStep(conversation, step), (), tuple(waiting.history[:-1]))

    # Ways on

    def _call(
        self, conversation: Conversation[Any], turn: Turn[Any], action: Callable[[], Outcome], history: tuple[Any, ...]
    ) -> Result:
        try:
            outcome = action()
        except CitizenMistakeError as mistake:
            self.uow.rollback()
            self.kept.clear()
            outcome = self._mistake(conversation, turn, mistake)
        return self._after(conversation, turn, outcome, history)

    def _mistake(self, conversation: Conversation[Any], turn: Turn[Any], mistake: CitizenMistakeError) -> Outcome:
        """Answered in one place: a waiting step of this conversation is shown again where that helps; else it ends."""
        remark = text(turn.t(mistake.text, **mistake.values))
        waiting = self.dialog.waiting
        asked_here = waiting and waiting.conversation == conversation.key and self._private
        if asked_here and not isinstance(mistake, UsedUpError):
            return Stay(remark)
        return Done(with_quick_replies(remark, [quick_say(turn.t("說明")), quick_say(turn.t("聯絡我們"))]))

    def _after(
        self, conversation: Conversation[Any], turn: Turn[Any], outcome: Outcome, history: tuple[Any, ...]
    ) -> Result:
        if turn.changes:
            self.dialog, self._changed, turn.changes = replace(self.dialog, **turn.changes), True, {}
        match outcome:
            case Ask(question=question, then=then):
                self.kept.clear()
                resume = self._resume(conversation, turn, then, history)
                return Pending(question, resume)
            case Find(find=find, question=question, then=then):
                return Finding(find, question, self._resume(conversation, turn, then, history))
            case Switch():
                return self._switch(conversation, outcome)
            case Unheard():
                self.dialog, self._changed = replace(self.dialog, heard=False), True
                return self.open(self._registry.by_shape(turn.input) or FALLBACK)
            case Done(messages=messages):
                return self._end(messages)
            case Aside(messages=messages, again=shown_again):
                return self._aside(messages, again=shown_again)
            case Goto(step=bound, before=before):
                waiting = self.dialog.waiting
                if waiting and waiting.conversation == conversation.key and waiting.step != bound.name:
                    history = (*history, (waiting.step, waiting.data))[-HISTORY_STEPS:]
                return self._show(conversation, turn, bound, before, history)
            case Stay(remark=remark):
                waiting = self.dialog.waiting
                if waiting is None or waiting.conversation != conversation.key:
                    return self._end(_listed(remark))
                again = self._turn(conversation.Data.model_validate(waiting.data))
                step = conversation.steps()[waiting.step]
                return self._show(conversation, again, BoundStep(conversation, step), _listed(remark), history)

    def _aside(self, messages: Sequence[Message], *, again: bool) -> Result:
        waiting = self.dialog.waiting
        if waiting is None:
            return self._end(messages)
        if not again:
            return Handled(messages, self.dialog if self._changed else None, self.kept)
        recalled = self._recall(waiting)
        if recalled is None:
            return self._start_again()
        conversation, step, data = recalled
        bound = BoundStep(conversation, step)
        return self._show(conversation, self._turn(data), bound, messages, tuple(waiting.history))

    def _switch(self, conversation: Conversation[Any], to: Switch) -> Result:
        self._switches += 1
        if self._switches > MOST_SWITCHES:
            raise RecursionError(f"{conversation.key} and {to.conversation} hand over to each other")
        if to.values:
            event = replace(self.incoming.event, input=Press(to.entry, dict(to.values)))
            self.incoming = replace(self.incoming, event=event)
        return self.open(to.conversation, to.entry)

    def _resume(
        self,
        conversation: Conversation[Any],
        turn: Turn[Any],
        then: Callable[[Turn[Any], Any], Outcome],
        history: tuple[Any, ...],
    ) -> Callable[[UnitOfWork, Any], Result]:
        def resume(uow: UnitOfWork, answer: Any) -> Result:
            self.uow = turn.uow = uow
            turn.now = self._turn(None).now  # asking took its time
            return self._call(conversation, turn, lambda: then(turn, answer), history)

        return resume

    def _show(
        self,
        conversation: Conversation[Any],
        turn: Turn[Any],
        bound: BoundStep,
        before: Sequence[Message],
        history: tuple[Any, ...],
    ) -> Result:
        """Show a prompt under a new token; buttons of older prompts are stale from now on."""
        if not self._private:
            raise RuntimeError(f"{conversation.key} wants a dialog in a group")
        token = secrets.token_hex(TOKEN_BYTES)
        turn.prompt = (conversation.key, bound.name, token)
        prompt = list(_listed(bound.step.show(conversation, turn)))
        ways_out = [quick_say(turn.t("上一步"))] if history else []
        prompt[-1] = with_quick_replies(prompt[-1], [*ways_out, quick_say(turn.t("取消"))])
        data = turn.data.model_dump(mode="json")
        waiting = Waiting(conversation.key, conversation.version, bound.name, token, data, history)
        return Handled([*before, *prompt], self.dialog.next(waiting=waiting), self.kept)

    # Ways out

    def _end(self, messages: Sequence[Message]) -> Handled:
        if not self._private:
            return Handled(messages, kept=self.kept)
        changed = self._changed or self.dialog.waiting is not None
        return Handled(messages, self.dialog.next(waiting=None) if changed else None, self.kept)

    def _stale(self) -> Handled:
        """Kind, and changes nothing: a dialog that waits goes on waiting."""
        turn = self._turn(None)
        words = turn.text(
            "這個按鈕屬於較早的步驟，已經不能使用，沒有任何資料被更動。請用最新的按鈕，或按「說明」重新開始。",
            quick=[quick_say(turn.t("說明"))],
        )
        return Handled([words], self.dialog if self._changed else None)

    def _start_again(self) -> Handled:
        turn = self._turn(None)
        again = turn.text(
            "我們剛更新了服務，這個步驟請您重新開始；先前完成的資料都還在。", quick=[quick_say(turn.t("說明"))]
        )
        return self._end([again])


def _listed(shown: Shown | None) -> Sequence[Message]:
    if shown is None:
        return ()
    return [shown] if isinstance(shown, dict) else shown
