"""Cards for what did not work or is not offered yet: what happened, what was not changed, what to do next, a person."""

from collections.abc import Sequence
from typing import Any

from domain.reader import Reader
from flex_templates.card import Button, Card, Paragraph, Say
from flex_templates.person import Person, call
from flex_templates.render import show
from flex_templates.theme import Tone


def trouble(reader: Reader, happened: str, person: Person, buttons: Sequence[Button] = ()) -> dict[str, Any]:
    """Something could not be done. `happened` says what; the card adds that nothing was changed."""
    card = Card(
        title=reader.t("沒有完成"),
        tone=Tone.OVERDUE,
        blocks=(Paragraph(happened, strong=True), Paragraph(reader.t("沒有扣款，也沒有任何資料被更動。"))),
        main=buttons[0] if buttons else None,
        others=(*buttons[1:], call(reader, person)),
    )
    return show(reader, happened, card)


def not_yet(reader: Reader, title: str, instead: str, person: Person) -> dict[str, Any]:
    """A capability that is not offered yet; `instead` says what one can do today."""
    card = Card(
        title=title,
        blocks=(Paragraph(reader.t("這項服務尚未開放。"), strong=True), Paragraph(instead)),
        others=(call(reader, person),),
    )
    return show(reader, reader.t("這項服務尚未開放。"), card)


def not_found(reader: Reader, words: str, person: Person) -> dict[str, Any]:
    """What was asked for is not here; `words` say so and what to do instead."""
    card = Card(
        title=reader.t("找不到"),
        blocks=(Paragraph(words),),
        main=Say(reader.t("查停車費"), reader.t("待繳")),
        others=(call(reader, person),),
    )
    return show(reader, reader.t("找不到"), card)
