"""The first card a new friend sees: what to type, and what we keep."""

from typing import Any

from domain.reader import Language, Reader
from flex_templates.card import Card, Note, Paragraph, Press, Say
from flex_templates.person import Person, call
from flex_templates.render import show


def message(reader: Reader, other_language: str, person: Person) -> dict[str, Any]:
    """Welcome. `other_language` is the data of the button that switches to the language not spoken now."""
    other = "English" if reader.language is Language.ZH else "中文"
    card = Card(
        title=reader.t("歡迎使用停車通"),
        blocks=(
            Paragraph(reader.t("輸入車牌，例如 ABC-1234，就能查各縣市待繳的停車費。"), strong=True),
            Paragraph(reader.t("查詢不必註冊。")),
            Note(reader.t("字太小，或使用螢幕報讀？請輸入「顯示」。")),
        ),
        main=Say(reader.t("查停車費"), reader.t("待繳")),
        others=(Say(reader.t("說明"), reader.t("說明")), Press(other, other_language), call(reader, person)),
    )
    return show(reader, reader.t("歡迎使用停車通"), card)
