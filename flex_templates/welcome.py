"""The first card a new friend sees: what to type, and what we keep."""

from typing import Any

from domain.reader import Language, Reader
from flex_templates.card import Card, Link, Note, Paragraph, Press, Say
from flex_templates.person import Person, call
from flex_templates.render import show


def message(reader: Reader, other_language: str, person: Person, agency: str, privacy_url: str) -> dict[str, Any]:
    """Welcome. `other_language` is the data of the button that switches to the language not spoken now.

    The notice is told here in short: `agency` is who collects, `privacy_url` has the whole.
    """
    other = "English" if reader.language is Language.ZH else "中文"
    card = Card(
        title=reader.t("歡迎使用停車通"),
        blocks=(
            Paragraph(reader.t("輸入車牌，例如 ABC-1234，就能查各縣市待繳的停車費。"), strong=True),
            Paragraph(reader.t("查詢不必註冊。註冊後可以綁定車牌、收到繳費提醒。")),
            Note(reader.t("{agency}蒐集您的 LINE 識別碼與語言，用來回覆您；註冊時才另外徵求同意。", agency=agency)),
            Note(reader.t("字太小，或使用螢幕報讀？請輸入「顯示」。")),
        ),
        main=Say(reader.t("查停車費"), reader.t("待繳")),
        others=(
            Link(reader.t("個人資料告知事項"), privacy_url),
            Say(reader.t("說明"), reader.t("說明")),
            Press(other, other_language),
            call(reader, person),
        ),
    )
    return show(reader, reader.t("歡迎使用停車通"), card)
