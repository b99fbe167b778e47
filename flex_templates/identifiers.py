"""Bound numbers (水號、電號): a card for each with its reminder, and the cards that change or end it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from domain.bindings import IdentifierBinding
from domain.reader import Reader
from flex_templates.card import Button, Card, Paragraph, Press, Rows, Say
from flex_templates.person import Person, call
from flex_templates.render import show
from flex_templates.theme import Tone
from flex_templates.vehicles import since


def card(
    reader: Reader,
    item: str,
    named: str,
    binding: IdentifierBinding,
    today: date,
    buttons: Sequence[Button],
    title: str = "",
) -> Card:
    """One number. `item`: its fee item, `named`: 水號 9112430446, `title`: what happened to it."""
    told = since(reader, binding.slot.hours, binding.reminder_from, today) if binding.slot else reader.t("未申請")
    return Card(
        title=title or named,
        subtitle=named if title else item,
        tone=Tone.DONE if title else Tone.NEUTRAL,
        blocks=[Rows([(reader.t("繳費項目"), item), (reader.t("繳費提醒"), told)])],
        others=buttons,
    )


def all_of(reader: Reader, cards: Sequence[Card]) -> dict[str, Any]:
    """Every number of the citizen."""
    return show(reader, reader.t("您綁定的號碼"), *cards)


def none_bound(reader: Reader, binds: Sequence[Press], person: Person) -> dict[str, Any]:
    """Nothing is bound here. `binds`: a button for each kind of number there is."""
    words = reader.t("綁定水號、電號等號碼後，「待繳」會一起查，新帳單與繳費期限會提醒您。")
    nothing = reader.t("還沒有綁定號碼")
    return show(reader, nothing, Card(title=nothing, blocks=[Paragraph(words)], others=[*binds, call(reader, person)]))


def confirm_unbinding(reader: Reader, named: str, yes: Press) -> dict[str, Any]:
    """解除綁定: what ends with it."""
    words = reader.t("這個號碼的提醒會停止，「待繳」不再一起查它。")
    title = reader.t("要解除綁定嗎？")
    return show(reader, title, Card(title=title, subtitle=named, blocks=[Paragraph(words)], main=yes))


def unbound(reader: Reader, named: str) -> dict[str, Any]:
    """It is done."""
    done = Card(
        title=reader.t("已解除綁定"),
        subtitle=named,
        tone=Tone.DONE,
        blocks=[Paragraph(reader.t("這個號碼不會再提醒您。需要時可隨時再綁定。"))],
        main=Say(reader.t("待繳"), reader.t("待繳")),
    )
    return show(reader, reader.t("已解除綁定"), done)
