"""One choice of how a citizen is answered, language or display: by its name at once, or by a button of a card."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, TypeVar

from bot.conversation import Aside, Outcome, entry
from bot.message import Message
from bot.postback import door
from bot.triggers import normal
from bot.turn import Turn
from domain.reader import Display, Language, Reader
from flex_templates.choices import chosen
from services.citizens import Citizens

C = TypeVar("C", Language, Display)


class ReaderChoice(ABC, Generic[C]):
    """Base of such a conversation. A question that waits goes on waiting, and is asked again in the way chosen."""

    key: ClassVar[str]
    named: Mapping[str, C]  # words that choose directly, normal()
    choices: type[C]

    def __init__(self, citizens: Citizens, readers: Callable[[Language, Display], Reader]) -> None:
        self._citizens = citizens
        self._readers = readers

    @abstractmethod
    def card(self, turn: Turn[Any], buttons: Mapping[C, str]) -> Message:
        """Asks for the choice."""

    @abstractmethod
    def keep(self, turn: Turn[Any], wanted: C) -> None:
        """Keep the choice with the citizen, and have the turn take effect."""

    @abstractmethod
    def kept(self, turn: Turn[Any]) -> str:
        """Says so, already in the way chosen."""

    @entry
    def begin(self, turn: Turn[Any]) -> Outcome:
        """By word: the choice itself, else the card that asks for it."""
        wanted = self.named.get(normal(turn.typed))
        return self._ask(turn) if wanted is None else self._choose(turn, wanted)

    @entry
    def choose(self, turn: Turn[Any]) -> Outcome:
        """A button of the card. Its value may be made up."""
        wanted = turn.value("to")
        return self._choose(turn, self.choices(wanted)) if wanted in set(self.choices) else self._ask(turn)

    def _ask(self, turn: Turn[Any]) -> Outcome:
        buttons = {choice: door(self.key, "choose", to=choice.value) for choice in self.choices}
        return Aside(self.card(turn, buttons), again=False)

    def _choose(self, turn: Turn[Any], wanted: C) -> Outcome:
        self.keep(turn, wanted)
        if turn.changes:
            turn.reader = self._readers(turn.changes["language"], turn.changes["display"])
        return Aside(chosen(turn.reader, self.kept(turn)), again=True)
