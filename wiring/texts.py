"""What the city tells everybody: announcements (公告), questions and answers (答客問)."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from bot.registry import Registry
from services.announcements import Announcements
from services.questions import QuestionBook, Questions
from wiring.stores import Stores


class TextRoom(Stores):
    """Texts that staff write and everybody reads."""

    registry: Registry  # the house's: what a text may lead to

    @cached_property
    def announcements(self) -> Announcements:
        return Announcements.load(self.clock)

    @cached_property
    def questions(self) -> QuestionBook:
        return QuestionBook(Questions.load())

    def for_conversations(self) -> Mapping[str, Any]:
        return {**super().for_conversations(), "questions": self.questions, "announcements": self.announcements}
