"""答客問: questions to choose from, and one answer."""

from collections.abc import Sequence
from typing import Any

from domain.reader import Display, Reader
from flex_templates.card import Card, Note, Paragraph, Press, Say
from flex_templates.person import Person, call
from flex_templates.render import show


def choices(reader: Reader, asked: Sequence[tuple[str, str]]) -> tuple[list[Paragraph], list[Press]]:
    """Questions (with their buttons' data) as buttons. As plain text, where buttons are short, they are numbered:
    the questions are read out, the buttons have the numbers.
    """
    if reader.display is not Display.PLAIN:
        return [], [Press(ask, data) for ask, data in asked]
    numbered = list(enumerate(asked, start=1))
    buttons = [Press(ask, data, reader.t("問題 {number}", number=number)) for number, (ask, data) in numbered]
    return [Paragraph(f"{number}. {ask}") for number, (ask, _) in numbered], buttons


def questions(reader: Reader, said: str, buttons: Sequence[tuple[str, str]], person: Person) -> dict[str, Any]:
    """Questions as buttons. `said`: what this list is; `buttons`: (question, data)."""
    spelled, presses = choices(reader, buttons)
    card = Card(
        title=reader.t("答客問"),
        blocks=(Paragraph(said), *spelled, Note(reader.t("也可以直接輸入您的問題，例如「收不到驗證碼」。"))),
        others=(*presses, call(reader, person)),
    )
    return show(reader, said, card)


def answer(reader: Reader, ask: str, words: str, person: Person, go_on: str) -> dict[str, Any]:
    """One answer. `go_on`: the word that opens what it is about, "" for none."""
    more = Say(reader.t("看其他問題"), reader.t("答客問"))
    card = Card(
        title=ask,
        blocks=(Paragraph(words),),
        main=Say(go_on, go_on) if go_on else more,
        others=(*([more] if go_on else []), call(reader, person)),
    )
    return show(reader, ask, card)
