"""One citizen's turn: what came in, what is remembered, and how to answer."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from bot.input import Input, Press, Text
from bot.message import Message, QuickReply, text, with_quick_replies
from bot.postback import Payload
from bot.results import Kept, Write
from domain.reader import Display, Language, Reader
from infra.database import UnitOfWork

D = TypeVar("D", bound=BaseModel)


@dataclass(slots=True)
class Turn(Generic[D]):
    """Given to every step. Writes nothing itself; services write in `uow`, which the edge commits."""

    channel: str
    citizen: str  # LINE user id
    event_id: str
    input: Input
    data: D
    reader: Reader
    uow: UnitOfWork
    now: datetime
    prompt: tuple[str, str, str] | None = field(default=None, repr=False)  # conversation, step, token being shown
    changes: dict[str, Any] = field(default_factory=dict, repr=False)  # of what the dialog remembers of the citizen
    kept: list[Kept] = field(default_factory=list, repr=False)

    @property
    def typed(self) -> str:
        """The text the citizen sent, blanks at its ends removed; "" for other kinds of input."""
        return self.input.text.strip() if isinstance(self.input, Text) else ""

    @property
    def pressed(self) -> str | None:
        """The action of the pressed button; None for other kinds of input."""
        return self.input.action if isinstance(self.input, Press) else None

    def value(self, name: str) -> str:
        """A value the pressed button carries, else "". Never trust it: a citizen can make it up."""
        return self.input.values.get(name, "") if isinstance(self.input, Press) else ""

    def t(self, msgid: str, /, **values: object) -> str:
        """A text in the reader's language."""
        return self.reader.t(msgid, **values)

    def text(self, msgid: str, /, quick: Iterable[QuickReply] = (), **values: object) -> Message:
        """A text message in the reader's language, with quick replies."""
        return with_quick_replies(text(self.t(msgid, **values)), quick)

    def button(self, action: str, /, **values: str) -> str:
        """Data of a button that answers the prompt being shown, and only it: later presses are stale."""
        if self.prompt is None:
            raise ValueError(f"button {action!r} made outside a prompt: use postback.door()")
        conversation, step, token = self.prompt
        return str(Payload(conversation, step, token, {"a": action, **values}))

    def keep(self, write: Write, row: object) -> None:
        """Have `write` write `row` in the transaction that ends this event, together with other citizens' rows.

        Dropped with everything else when the step ends in a mistake or must ask something outside.
        """
        self.kept.append((write, row))

    def have_heard(self, *, by_person: bool) -> None:
        """From now on whatever no question of ours takes goes to the conversation that has `hear`; or no longer does.

        The directory of citizens knows the same, for whoever has not written for an hour.
        """
        self.changes["heard"] = by_person

    def change_reader(self, *, language: Language | None = None, display: Display | None = None) -> None:
        """From this answer on, speak so. The citizen service keeps the choice; this makes it take effect at once."""
        self.changes["language"] = language or self.reader.language
        self.changes["display"] = display or self.reader.display
