"""Fee items (繳費項目): what each is for and what to know, and the choice among several."""

from collections.abc import Sequence
from typing import Any

from domain.feeitems import AFTER_DEADLINE, REFUNDS, FeeItem
from domain.reader import Reader
from flex_templates.card import Button, Card, Note, Paragraph, Press, Rows
from flex_templates.person import Person, call
from flex_templates.punctuation import listed
from flex_templates.render import show


def about(reader: Reader, item: FeeItem, ask: str, buttons: Sequence[Button]) -> dict[str, Any]:
    """繳費說明 and 注意事項 of one item. `ask`: what to type now; "" asks nothing."""
    name, language = item.name.of(reader.language), reader.language
    rows = [
        (reader.t("收費機關"), item.agencies.of(language)),
        (reader.t("逾期"), reader.t(AFTER_DEADLINE[item.after_deadline])),
        (reader.t("退費"), reader.t(REFUNDS[item.refund])),
    ]
    if discounts := [discount.name.of(language) for discount in item.discounts]:
        rows.append((reader.t("優惠"), listed(reader, discounts)))
    card = Card(
        title=name,
        blocks=[
            *([Paragraph(ask, strong=True)] if ask else []),
            Paragraph(item.about.of(language)),
            Rows(rows),
            Note(item.notes.of(language)),
        ],
        others=buttons,
    )
    return show(reader, name, card)


def which(reader: Reader, title: str, choices: Sequence[tuple[FeeItem, str]]) -> dict[str, Any]:
    """Several items: which is meant? `choices`: each with its button's data."""
    buttons = [Press(item.name.of(reader.language), data) for item, data in choices]
    return show(reader, title, Card(title=title, others=buttons))


def not_known(reader: Reader, words: str, person: Person, buttons: Sequence[Button]) -> dict[str, Any]:
    """No bill with this number is here. `buttons`: what can be done with it nevertheless."""
    card = Card(title=reader.t("找不到"), blocks=[Paragraph(words)], others=[*buttons, call(reader, person)])
    return show(reader, reader.t("找不到"), card)
