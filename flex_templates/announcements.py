"""公告: the newest announcements, a card each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.reader import Reader
from flex_templates.card import Button, Card, Paragraph
from flex_templates.limits import CAROUSEL_BUBBLES
from flex_templates.person import Person, call
from flex_templates.render import show


@dataclass(frozen=True, slots=True)
class News:
    """One announcement, ready to show."""

    title: str
    day: str
    body: str


def message(reader: Reader, news: Sequence[News], person: Person, *others: Button) -> dict[str, Any]:
    """Announcements, the newest first, each with these buttons; says so when there is none."""
    if not news:
        card = Card(
            title=reader.t("公告"),
            blocks=(Paragraph(reader.t("目前沒有公告。")),),
            others=(call(reader, person),),
        )
        return show(reader, reader.t("目前沒有公告。"), card)
    cards = [
        Card(title=one.title, subtitle=one.day, blocks=(Paragraph(one.body),), others=(*others, call(reader, person)))
        for one in news[:CAROUSEL_BUBBLES]
    ]
    return show(reader, reader.t("公告：{title}", title=news[0].title), *cards)
