"""身分證字號: the warning to whoever typed it into the chat, and the way to the page that may be told it."""

from typing import Any

from domain.reader import Reader
from flex_templates.card import Card, Link, Note, Paragraph, Press
from flex_templates.person import Person, call
from flex_templates.render import show
from flex_templates.theme import Tone


def take_back(reader: Reader, ask: Press | None, person: Person) -> dict[str, Any]:
    """It was typed into the chat. `ask`: asks for the page; None while no agency can be asked."""
    title = reader.t("請收回剛才的訊息")
    card = Card(
        title=title,
        tone=Tone.OVERDUE,
        blocks=[
            Paragraph(reader.t("訊息裡像是有身分證字號。請長按那則訊息，選「收回」，別讓它留在對話裡。"), strong=True),
            Paragraph(reader.t("我們沒有使用，也沒有留存。")),
            *([Note(reader.t("要用身分證字號查帳單，請開啟一次性的查詢頁，在頁面裡輸入。"))] if ask else []),
        ],
        main=ask,
        others=[call(reader, person)],
    )
    return show(reader, title, card)


def page(reader: Reader, way: Link, person: Person) -> dict[str, Any]:
    """The way to the page."""
    title = reader.t("用身分證字號查帳單")
    card = Card(
        title=title,
        blocks=[
            Paragraph(reader.t("請在查詢頁輸入身分證字號與生日。這一頁只能用一次，10 分鐘內有效。")),
            Note(reader.t("請勿在對話裡輸入身分證字號。我們不留存您在查詢頁輸入的資料。")),
        ],
        main=way,
        others=[call(reader, person)],
    )
    return show(reader, title, card)


def nobody(reader: Reader, person: Person) -> dict[str, Any]:
    """No agency offers it."""
    title = reader.t("用身分證字號查帳單")
    words = reader.t("目前沒有機關提供這項查詢。請用帳單號碼或車牌查，並請勿在對話裡輸入身分證字號。")
    return show(reader, title, Card(title=title, blocks=[Paragraph(words)], others=[call(reader, person)]))
