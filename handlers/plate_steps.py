"""Asking for a plate, and for the place of its dash: the same steps wherever a plate is needed."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from bot.conversation import Outcome, Switch, step
from bot.message import Message, quick_press, with_quick_replies
from bot.turn import Turn
from domain.plates import Plate, look_alikes, parse_plate
from domain.weblinks import holds_link
from flex_templates.choices import choose_plate
from flex_templates.look_alikes import meant

COMPARES = "is_it_true"  # key of the conversation that compares addresses with the official list
LOOK_ALIKES = 3  # offered at most


def offered(plate: Plate) -> Sequence[str]:
    """Plates that this one may be a misreading of, as many as are offered. Nobody has been asked about them."""
    return look_alikes(plate)[:LOOK_ALIKES]


def with_look_alikes(turn: Turn[Any], prompt: Message, alike: Sequence[str]) -> Message:
    """The prompt with a quick reply for each, which answers it with that plate instead."""
    return with_quick_replies(prompt, [quick_press(plate, turn.button("take", plate=plate)) for plate in alike])


class PlateSteps(ABC):
    """Steps for a conversation whose data has a `plate`. It says in `plate_said` how to go on from one."""

    asks: ClassVar[str]  # msgid of the question

    @abstractmethod
    def plate_said(self, turn: Turn[Any], text: str) -> Outcome:
        """Go on from what was typed or chosen. Raises PlateError."""

    @step()
    def plate(self, turn: Turn[Any]) -> Message:
        return turn.text(self.asks)

    @plate.answer
    def plate_given(self, turn: Turn[Any]) -> Outcome:
        if holds_link(turn.typed):  # a message about a fee, pasted where a plate is asked for
            return Switch(COMPARES)
        return self.plate_said(turn, turn.typed)

    @step()
    def dash(self, turn: Turn[Any]) -> Message:
        plate = parse_plate(turn.data.plate)
        buttons = [(place, turn.button("take", plate=place)) for place in plate.candidates]
        alike = offered(plate)
        return with_look_alikes(turn, choose_plate(turn.reader, buttons, meant(turn.reader, alike)), alike)

    @dash.answer
    def dash_given(self, turn: Turn[Any]) -> Outcome:
        return self.plate_said(turn, turn.value("plate") or turn.typed)
