"""Short cards that say how something ended and what to do next. All texts come translated."""

from typing import Any

from domain.reader import Reader
from flex_templates.card import Card, Paragraph, Say
from flex_templates.person import Person, call
from flex_templates.render import show
from flex_templates.theme import Tone


def done(reader: Reader, title: str, text: str, word: str) -> dict[str, Any]:
    """It ended well. `word`: what the button types, and says."""
    card = Card(title=title, tone=Tone.DONE, blocks=(Paragraph(text),), main=Say(word, word))
    return show(reader, title, card)


def ask_a_person(
    reader: Reader, title: str, paragraphs: tuple[Paragraph, ...], main: Say, person: Person
) -> dict[str, Any]:
    """It ended in a way that one may have to talk about."""
    card = Card(title=title, blocks=paragraphs, main=main, others=(call(reader, person),))
    return show(reader, title, card)
