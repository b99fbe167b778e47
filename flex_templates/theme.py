"""The one theme: colours with AA contrast (WCAG 2.1, 4.5:1 and more; a test computes it) and sizes for each display."""

from dataclasses import dataclass
from enum import Enum

from domain.reader import Display

INK = "#1A1D21"
QUIET = "#4F5862"
PAPER = "#FFFFFF"
BAND = "#F1F4F8"  # behind notes and second buttons
LINE = "#D5DAE1"
MAIN = "#0B4F8A"
ALERT = "#A3211A"
DONE = "#1A6338"


class Tone(Enum):
    """What a card's head says at first glance. Never the only carrier of that meaning: the title says it in words."""

    NEUTRAL = MAIN
    OVERDUE = ALERT
    DONE = DONE


@dataclass(frozen=True, slots=True)
class Sizes:
    """Flex size keywords of one display."""

    bubble: str
    title: str
    lead: str
    body: str
    label: str
    note: str
    stacked: bool  # labels above their values instead of beside them


SIZES = {
    Display.NORMAL: Sizes("mega", title="md", lead="xxl", body="md", label="sm", note="sm", stacked=False),
    Display.LARGE: Sizes("giga", title="xl", lead="4xl", body="xl", label="lg", note="lg", stacked=True),
}
