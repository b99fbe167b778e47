"""The card beside the picture of a store barcode (超商繳費條碼): what it pays, until when, and what to know."""

from datetime import date
from typing import Any

from domain.amounts import money
from domain.dates import deadline
from domain.reader import Reader
from flex_templates.card import Card, Lead, Note, Press, Rows
from flex_templates.render import show


def beside_picture(
    reader: Reader,
    *,
    number: str,
    amount: int,
    pay_by: date,
    today: date,
    page: int,
    count: int,
    following: Press | None,
) -> dict[str, Any]:
    """One bill's barcode, `page` of `count`. `amount` in NT$; `following`: shows the next one."""
    title = reader.t("超商繳費條碼")
    if count > 1:
        title = f"{title} {page}/{count}"
    last_day = deadline(reader, pay_by, today)
    notes = (
        reader.t("點開圖片、調高螢幕亮度，由店員依序掃描三段條碼。"),
        reader.t("超商繳費約需數日入帳，這幾天仍會顯示待繳；請保留超商收據，請勿重複繳費。"),
    )
    card = Card(
        title=title,
        blocks=[
            Lead(money(reader, amount), last_day),
            Rows([(reader.t("單號"), number)]),
            Note("\n".join(notes)),
        ],
        main=following,
    )
    return show(reader, reader.t("超商繳費條碼，{amount}", amount=money(reader, amount)), card)
