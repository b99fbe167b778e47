"""Asking for a plate, and for the place of its dash: the same steps wherever a plate is needed."""

from typing import Any, ClassVar

from bot.conversation import Outcome, step
from bot.message import Message
from bot.turn import Turn
from domain.plates import parse_plate
from flex_templates.choices import choose_plate


class PlateSteps:
    """Steps for a conversation whose data has a `plate`. It says in `plate_said` how to go on from one."""

    asks: ClassVar[str]  # msgid of the question

    def plate_said(self, turn: Turn[Any], text: str) -> Outcome:
        """Go on from what was typed or chosen. Raises PlateError."""
        raise NotImplementedError

    @step()
    def plate(self, turn: Turn[Any]) -> Message:
        return turn.text(self.asks)

    @plate.answer
    def plate_given(self, turn: Turn[Any]) -> Outcome:
        return self.plate_said(turn, turn.typed)

    @step()
    def dash(self, turn: Turn[Any]) -> Message:
        places = parse_plate(turn.data.plate).candidates
        return choose_plate(turn.reader, [(place, turn.button("take", plate=place)) for place in places])

    @dash.answer
    def dash_given(self, turn: Turn[Any]) -> Outcome:
        return self.plate_said(turn, turn.value("plate") or turn.typed)
