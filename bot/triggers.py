"""What opens a conversation: exact words, a shape of text, or a kind of input."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from bot.input import Input


def normal(text: str) -> str:
    """The form words are compared in: NFKC, no case, single blanks, no punctuation at the end."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()).rstrip("。.!?~ ")


@dataclass(frozen=True, slots=True, init=False)
class Words:
    """Words a citizen can always type (design/contract.md); they win over a dialog that waits."""

    words: tuple[str, ...]

    def __init__(self, *words: str) -> None:
        object.__setattr__(self, "words", tuple(normal(word) for word in words))


@dataclass(frozen=True, slots=True)
class Shape:
    """A text that looks like something (a plate, a bill number), when no dialog waits for text. Lower `order` first.

    `first`: wins over a dialog that waits, as words do: what no step may be given.
    """

    name: str
    matches: Callable[[str], bool]
    order: int = 100
    first: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of input (a photo, a follow), when no dialog waits for it."""

    kind: type[Input]


Trigger = Words | Shape | Kind
