"""Fee items (繳費項目): what each is for and what to know, and the choice among several."""

from collections.abc import Sequence
from typing import Any

from domain.feeitems import AFTER_DEADLINE, REFUNDS, FeeItem
from domain.reader import Reader
from flex_templates.card import Button, Card, Note, Paragraph, Press, Rows
from flex_templates.limits import QUICK_REPLY_LABEL
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
    return show(reader, title, Card(title=title, others=[pressed(reader, item, data) for item, data in choices]))


def pressed(reader: Reader, item: FeeItem, data: str) -> Press:
    """A button that bears an item's name, cut where it is too long for a small one."""
    name = item.name.of(reader.language)
    short = name if len(name) <= QUICK_REPLY_LABEL else f"{name[: QUICK_REPLY_LABEL - 1]}…"
    return Press(name, data, short)


def not_known(reader: Reader, words: str, person: Person, buttons: Sequence[Button]) -> dict[str, Any]:
    """No bill with this number is here. `buttons`: what can be done with it nevertheless."""
    card = Card(title=reader.t("找不到"), blocks=[Paragraph(words)], others=[*buttons, call(reader, person)])
    return show(reader, reader.t("找不到"), card)
