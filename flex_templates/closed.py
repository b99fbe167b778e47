"""A bill that is owed no longer."""

from typing import Any

from domain.reader import Reader
from flex_templates.card import Card, Paragraph, Rows, Say
from flex_templates.person import Person, call
from flex_templates.render import show
from flex_templates.theme import Tone


def message(
    reader: Reader, item: str, agency: str, number: str, paid_at: str, person: Person, *, withdrawn: bool = False
) -> dict[str, Any]:
    """`paid_at`: when it was paid here; "": elsewhere, or `withdrawn`. Nothing is said of who paid."""
    rows = [(reader.t("繳費項目"), item), (reader.t("機關"), agency), (reader.t("帳單號碼"), number)]
    if withdrawn:
        title, words = reader.t("這筆帳單已撤銷"), reader.t("機關已撤銷這筆帳單，不用繳費。")
    elif paid_at:
        rows.append((reader.t("繳費時間"), paid_at))
        title = reader.t("這筆帳單已繳清")
        words = reader.t("已在這裡繳清，請勿再繳。以您的 LINE 繳的，收據在「繳費紀錄」。")
    else:
        title, words = reader.t("這筆帳單已繳清"), reader.t("機關已收到這筆款項，請勿再繳。")
    card = Card(
        title=title,
        tone=Tone.DONE,
        blocks=(Rows(rows), Paragraph(words)),
        main=Say(reader.t("繳費紀錄"), reader.t("繳費紀錄")) if paid_at else None,
        others=(call(reader, person),),
    )
    return show(reader, title, card)
