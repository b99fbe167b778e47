"""The kit a conversation is written with: one class, its triggers, its data, its steps.

    class Greeting(Conversation):
        key = "greeting"
        triggers = (Words("哈囉", "hello"),)

        class Data(BaseModel):
            name: str = ""

        @entry
        def begin(self, turn: Turn["Greeting.Data"]) -> Outcome:
            return Goto(self.name)

        @step(accepts=(Text,))
        def name(self, turn: Turn["Greeting.Data"]) -> Message:
            return turn.text("請輸入您的姓名")

        @name.answer
        def name_given(self, turn: Turn["Greeting.Data"]) -> Outcome:
            turn.data.name = turn.typed
            return Done(turn.text("{name} 您好", name=turn.typed))

A step's own function shows its prompt; its answer takes what the citizen sent. The engine owns cancel, back, stale
buttons, wrong kinds of input, expiry, redelivery and order.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel

from bot.input import Input, Press, Text
from bot.message import Message
from bot.results import Find as FindMany
from bot.triggers import Trigger
from bot.turn import Turn

Shown = Message | Sequence[Message]
D = TypeVar("D", bound=BaseModel)


class NoData(BaseModel):
    """A conversation that remembers nothing between steps."""


@dataclass(frozen=True, slots=True)
class Goto:
    """Show `step`'s prompt, after `before`, and wait for its answer."""

    step: "BoundStep"
    before: Sequence[Message] = ()


@dataclass(frozen=True, slots=True)
class Stay:
    """Say `remark` (what was wrong) and show the same prompt again."""

    remark: Shown | None = None


@dataclass(frozen=True, slots=True, init=False)
class Done:
    """The conversation is over; these messages are its answer."""

    messages: Sequence[Message]

    def __init__(self, *messages: Message) -> None:
        object.__setattr__(self, "messages", messages)


@dataclass(frozen=True, slots=True)
class Ask:
    """Something outside must be asked: `question` is awaited with no transaction and no thread held, then `then` runs.

    A step that returns Ask must not have written anything: its unit of work is rolled back.
    """

    question: Callable[[], Awaitable[Any]]
    then: Callable[[Turn[Any], Any], "Outcome"]


@dataclass(frozen=True, slots=True)
class Find:
    """The database must be asked: `find` answers many citizens' questions at once, then `then` runs with this answer.

    For hot steps: what they find so, and write by turn.keep(), shares its statements and its transaction with others.
    Any other step uses turn.uow. `find` is a function of a service, the same object each time; it only reads.
    """

    find: FindMany
    question: Any
    then: Callable[[Turn[Any], Any], "Outcome"]


@dataclass(frozen=True, slots=True, init=False)
class Aside:
    """Something beside the question that waits, whichever conversation asked it: that one goes on waiting.

    `again`: the question is shown once more after these messages. With nothing waiting it is as Done.
    """

    messages: Sequence[Message]
    again: bool

    def __init__(self, *messages: Message, again: bool) -> None:
        object.__setattr__(self, "messages", messages)
        object.__setattr__(self, "again", again)


@dataclass(frozen=True, slots=True)
class Unheard:
    """Of `hear` alone: nobody at a desk listens any longer, so the input goes where it would have gone."""


@dataclass(frozen=True, slots=True)
class Switch:
    """Go on in another conversation's entry, with the same input."""

    conversation: str
    entry: str = "begin"
    values: tuple[tuple[str, str], ...] = ()


Outcome = Goto | Stay | Done | Aside | Ask | Find | Switch | Unheard
StepFunction = Callable[[Any, Turn[Any]], Any]


def _unanswered(conversation: Any, _turn: Turn[Any]) -> Any:
    raise LookupError(f"{conversation.key}: a step without answer")  # the registry refuses such a conversation


class Step:
    """A prompt and the answer it waits for; made by @step."""

    def __init__(self, show: StepFunction, accepts: tuple[type[Input], ...]) -> None:
        self.show = show
        self.accepts = accepts
        self.name = show.__name__
        self.take: StepFunction = _unanswered
        self.answered = False

    def answer(self, take: StepFunction) -> StepFunction:
        """Decorator: the method that takes the citizen's answer to this prompt."""
        self.take = take
        self.answered = True
        return take

    def __get__(self, conversation: Any, owner: type) -> Any:  # Any: steps may stand in a base that is no conversation
        return self if conversation is None else BoundStep(conversation, self)


@dataclass(frozen=True, slots=True)
class BoundStep:
    """A step of one conversation object: what Goto and turn.button() point at."""

    conversation: "Conversation[Any]"
    step: Step

    @property
    def name(self) -> str:
        return self.step.name


def step(*, accepts: tuple[type[Input], ...] = (Text, Press)) -> Callable[[StepFunction], Step]:
    """A prompt that waits for the kinds of input in `accepts`."""
    return lambda show: Step(show, accepts)


def entry(method: StepFunction) -> StepFunction:
    """A door of the conversation: `begin` is opened by its triggers, any entry by a button that never grows stale.

    Such a button carries all it needs in its values and may be pressed days later: check everything again.
    """
    method.is_entry = True  # type: ignore[attr-defined]
    return method


class Conversation(Generic[D]):
    """Base of every conversation. One file in handlers/ each; the folder is discovered."""

    key: ClassVar[str]
    version: ClassVar[int] = 1  # raise it when Data or steps change: older dialogs start again, saying so
    triggers: tuple[Trigger, ...] = ()  # of the class; an object may add words that are data
    title: ClassVar[str] = ""  # msgid shown in menu and help; "" keeps it out of both
    explains: ClassVar[str] = ""  # msgid of one line in help
    place: ClassVar[int] = 100  # where in menu and help, lower first
    Data: ClassVar[type[BaseModel]] = NoData

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """The steps by name."""
        return {name: value for name in dir(cls) if isinstance(value := getattr(cls, name, None), Step)}

    @classmethod
    def entries(cls) -> frozenset[str]:
        """Names of the doors."""
        return frozenset(name for name in dir(cls) if getattr(getattr(cls, name, None), "is_entry", False))
