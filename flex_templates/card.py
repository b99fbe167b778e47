"""What a card says, before anybody decides how it looks: a title, blocks of content, and buttons.

A card is written once; render.show() turns it into a Flex bubble or, for screen readers, into well-ordered text.
Plain slotted classes, not frozen ones: cards are made in the hottest path, and frozen instances cost thrice as much.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flex_templates.theme import Tone


@dataclass(slots=True)
class Lead:
    """The one thing to see first, mostly an amount."""

    text: str
    under: str = ""  # said in small below it


@dataclass(slots=True)
class Paragraph:
    text: str
    strong: bool = False


@dataclass(slots=True)
class Note:
    """Something to know, set apart quietly. Each line of the text is a sentence of its own."""

    text: str


@dataclass(slots=True)
class Rows:
    """Labels with their values."""

    pairs: Sequence[tuple[str, str]]


@dataclass(slots=True)
class Picture:
    """An image of ours. What it shows stands in the card's words too: it is left out of 純文字."""

    url: str
    width: int  # its proportions
    height: int


Block = Lead | Paragraph | Note | Rows | Picture


@dataclass(slots=True)
class Press:
    """A button of ours. `data` is a postback's; `short` is its label where only 20 characters fit (default: label)."""

    label: str
    data: str
    short: str = ""


@dataclass(slots=True)
class Say:
    """A button that types a word for the citizen."""

    label: str
    text: str


@dataclass(slots=True)
class Link:
    """A button that opens an address: https:, or tel: for a person."""

    label: str
    uri: str


Button = Press | Say | Link


@dataclass(slots=True)
class Card:
    """One bubble. `main` is the one button to press next; `others` are quieter."""

    title: str
    blocks: Sequence[Block] = ()
    main: Button | None = None
    others: Sequence[Button] = ()
    tone: Tone = Tone.NEUTRAL
    subtitle: str = ""
