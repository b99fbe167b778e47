"""The card that leads to the pay page (繳費連結), and the one that leads to an agency's own way to pay."""

from datetime import datetime
from typing import Any

from domain.amounts import money
from domain.clock import city_date
from domain.dates import day_and_time
from domain.reader import Reader
from flex_templates.card import Card, Lead, Link, Note, Paragraph
from flex_templates.person import Person, call
from flex_templates.render import show


def message(reader: Reader, url: str, *, count: int, total: int, expires_at: datetime, now: datetime) -> dict[str, Any]:
    """A pay link for `count` bills of `total` NT$, good until `expires_at`."""
    amount = money(reader, total)
    bills = reader.t("1 筆帳單") if count == 1 else reader.t("{count} 筆帳單", count=count)
    until = day_and_time(reader, expires_at, city_date(now))
    valid = reader.t("連結在 {time} 前有效。付款前會再向機關確認一次金額。", time=until)
    card = Card(
        title=reader.t("繳費連結"),
        blocks=(
            Lead(amount, bills),
            Note(f"{valid}\n{reader.t('請勿重複繳費。')}"),
        ),
        main=Link(reader.t("繳費 {amount}", amount=amount), url),
    )
    return show(reader, reader.t("繳費連結，共 {total}", total=amount), card)


def official(reader: Reader, office: str, url: str | None, person: Person) -> dict[str, Any]:
    """This bill is not paid here: its official way. `office`: the city or agency, in the reader's language."""
    words = reader.t("這筆帳單不在這裡收，請用{office}的官方方式繳費。", office=office)
    card = Card(
        title=reader.t("官方繳費方式"),
        blocks=(Paragraph(words),),
        main=official_link(reader, office, url) if url else None,
        others=(call(reader, person),),
    )
    return show(reader, reader.t("官方繳費方式"), card)


def official_link(reader: Reader, office: str, url: str) -> Link:
    """「前往臺中市官方繳費」: says whose page opens, so that nobody takes us for its collector."""
    return Link(reader.t("前往{office}官方繳費", office=office), url)
