"""A bill is kept without binding its vehicle (儲存)."""

from typing import Any

from domain.reader import Reader
from flex_templates.card import Card, Paragraph, Say
from flex_templates.render import show
from flex_templates.theme import Tone


def bill_saved(reader: Reader) -> dict[str, Any]:
    """It is kept, and where it is seen."""
    card = Card(
        title=reader.t("已儲存帳單"),
        tone=Tone.DONE,
        blocks=[Paragraph(reader.t("輸入「待繳」就看得到這筆帳單。繳清後會自動移除。"))],
        main=Say(reader.t("待繳"), reader.t("待繳")),
    )
    return show(reader, reader.t("已儲存帳單"), card)
