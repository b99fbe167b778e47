"""The answer of whoever holds a number that somebody else has verified: still mine, or no longer."""

from uuid import UUID

from bot.conversation import Conversation, Done, NoData, Outcome, entry
from bot.turn import Turn
from flex_templates import takeover as cards
from flex_templates.person import anyone
from services.takeovers import Takeovers


class AnsweringTakeover(Conversation[NoData]):
    key = "takeover"

    def __init__(self, takeovers: Takeovers) -> None:
        self._takeovers = takeovers

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        return Done(cards.over(turn.reader, anyone(turn.reader)))

    @entry
    def keep(self, turn: Turn[NoData]) -> Outcome:
        takeover_id = self._id(turn)
        if takeover_id and self._takeovers.keep(turn.uow, takeover_id, turn.channel, turn.citizen):
            return Done(cards.kept(turn.reader))
        return self.begin(turn)

    @entry
    def give_up(self, turn: Turn[NoData]) -> Outcome:
        takeover_id = self._id(turn)
        if takeover_id and self._takeovers.give_up(turn.uow, takeover_id, turn.channel, turn.citizen):
            return Done()  # the notice of the lost number says what is next
        return self.begin(turn)

    @staticmethod
    def _id(turn: Turn[NoData]) -> UUID | None:
        """What the button carries, or None for what somebody made up."""
        try:
            return UUID(turn.value("id"))
        except ValueError:
            return None
