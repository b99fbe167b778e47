"""Cards that ask for one choice: vehicle kind, plate, language, display. The conversation gives the buttons' data."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.reader import Display, Language, Reader
from domain.vehicles import VehicleKind
from flex_templates.card import Card, Note, Paragraph, Press, Say
from flex_templates.render import show
from flex_templates.theme import Tone
from flex_templates.words import display_name, kind_name

LANGUAGES = {Language.ZH: "中文", Language.EN: "English"}  # each in its own language, for those who read only that


def choose_kind(
    reader: Reader, plate: str, buttons: Sequence[tuple[VehicleKind, str]], hint: str = ""
) -> dict[str, Any]:
    """Which kind of vehicle carries this plate? `buttons` in the order to show; `hint`: what may be mistyped."""
    card = Card(
        title=reader.t("請選擇車種"),
        subtitle=plate,
        blocks=(
            Paragraph(reader.t("同一個車牌格式，汽車與機車都有人使用。請問這是哪一種車？")),
            *([Note(hint)] if hint else []),
        ),
        others=[Press(kind_name(reader, kind), data) for kind, data in buttons],
    )
    return show(reader, reader.t("請選擇車種"), card)


def choose_plate(reader: Reader, buttons: Sequence[tuple[str, str]], hint: str = "") -> dict[str, Any]:
    """The dash was left out and both readings exist: which plate is it? `buttons`: (plate, data); `hint`: as above."""
    card = Card(
        title=reader.t("請選擇車牌"),
        blocks=(
            Paragraph(reader.t("少了「-」，有不只一種寫法。請問您的車牌是哪一個？")),
            *([Note(hint)] if hint else []),
        ),
        others=[Press(plate, data) for plate, data in buttons],
    )
    return show(reader, reader.t("請選擇車牌"), card)


def choose_language(reader: Reader, buttons: Mapping[Language, str]) -> dict[str, Any]:
    """語言: the same card for everybody, in both languages."""
    card = Card(
        title="語言 Language",
        blocks=(Paragraph("請選擇語言。"), Paragraph("Choose your language.")),
        others=[Press(LANGUAGES[language], data) for language, data in buttons.items()],
    )
    return show(reader, "語言 Language", card)


def choose_display(reader: Reader, buttons: Mapping[Display, str]) -> dict[str, Any]:
    """顯示: how answers should look."""
    card = Card(
        title=reader.t("顯示方式"),
        blocks=(
            Paragraph(reader.t("目前是「{display}」。想用哪一種？", display=display_name(reader, reader.display))),
            Note(reader.t("「純文字」不用圖卡，適合螢幕報讀。")),
        ),
        others=[Press(display_name(reader, display), data) for display, data in buttons.items()],
    )
    return show(reader, reader.t("顯示方式"), card)


def chosen(reader: Reader, words: str) -> dict[str, Any]:
    """The choice holds: said in the very language and display that were chosen."""
    card = Card(
        title=reader.t("已更改"),
        tone=Tone.DONE,
        blocks=(Paragraph(words),),
        main=Say(reader.t("查停車費"), reader.t("待繳")),
    )
    return show(reader, words, card)
