"""Menu and help, as the registry of conversations tells them; and the answer to what was not understood."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.reader import Reader
from flex_templates import faq
from flex_templates.card import Button, Card, Note, Paragraph, Rows, Say
from flex_templates.person import Person, call
from flex_templates.render import show


@dataclass(frozen=True, slots=True)
class Item:
    """One thing one can do. `title` is also a word that opens it, in every language."""

    title: str
    explains: str


def help_message(reader: Reader, items: Sequence[Item], person: Person) -> dict[str, Any]:
    """說明: every capability with a line, a button each, and a person."""
    card = Card(
        title=reader.t("停車通 使用說明"),
        blocks=(
            Paragraph(reader.t("直接輸入車牌（例如 ABC-1234）或帳單號碼，就能查各縣市的停車費，不必註冊。")),
            Rows([(item.title, item.explains) for item in items]),
            Note(reader.t("隨時可輸入「取消」離開，或「上一步」回到前一題。")),
        ),
        main=_say(items[0]) if items else None,
        others=(*map(_say, items[1:]), call(reader, person)),
    )
    return show(reader, reader.t("停車通 使用說明"), card)


def not_understood(
    reader: Reader, what: str, asked: Sequence[tuple[str, str]], items: Sequence[Item], person: Person
) -> dict[str, Any]:
    """A short answer to words or kinds of input we cannot use, with the menu. `what` says so in words.

    `asked`: questions that may be meant, the best first, each with the data of its button.
    """
    spelled, questions = faq.choices(reader, asked)
    buttons: list[Button] = [*questions, *map(_say, items)]
    plates = Paragraph(reader.t("查停車費請直接輸入車牌，例如 ABC-1234。"))
    card = Card(
        title=reader.t("請問需要什麼？"),
        blocks=(plates, Paragraph(what), *spelled) if asked else (Paragraph(what), plates),
        main=buttons[0] if buttons else None,
        others=(*buttons[1:], call(reader, person)),
    )
    return show(reader, what, card)


def _say(item: Item) -> Say:
    return Say(item.title, item.title)
