"""The card that leads to the pay page (繳費連結), and the button that leads to an agency's own page."""

from datetime import datetime
from typing import Any

from domain.amounts import money
from domain.clock import city_date
from domain.dates import day_and_time
from domain.reader import Reader
from flex_templates.card import Card, Lead, Link, Note, Paragraph, Press
from flex_templates.render import show
from flex_templates.share import with_family


def message(
    reader: Reader,
    url: str,
    *,
    count: int,
    total: int,
    expires_at: datetime,
    now: datetime,
    discount: int = 0,
    store_code: Press | None = None,
) -> dict[str, Any]:
    """A pay link for `count` bills of `total` NT$, good until `expires_at`.

    `discount`: NT$ taken off for it; `store_code`: shows the barcode for a till instead.
    """
    amount = money(reader, total)
    bills = reader.t("1 筆帳單") if count == 1 else reader.t("{count} 筆帳單", count=count)
    until = day_and_time(reader, expires_at, city_date(now))
    valid = reader.t("連結在 {time} 前有效。付款前會再向機關確認一次金額。", time=until)
    card = Card(
        title=reader.t("繳費連結"),
        blocks=(
            Lead(amount, bills),
            *_discounted(reader, total, discount),
            Note(f"{valid}\n{reader.t('請勿重複繳費。')}"),
        ),
        main=Link(reader.t("繳費 {amount}", amount=amount), url),
        others=[*([store_code] if store_code else []), *with_family(reader, url, total)],
    )
    return show(reader, reader.t("繳費連結，共 {total}", total=amount), card)


def _discounted(reader: Reader, total: int, discount: int) -> list[Paragraph]:
    if not discount:
        return []
    billed, less = money(reader, total + discount), money(reader, total)
    return [Paragraph(reader.t("帳單 {billed}，行動支付優惠後 {total}。", billed=billed, total=less))]


def official_link(reader: Reader, office: str, url: str) -> Link:
    """「前往臺中市官方繳費」: says whose page opens, so that nobody takes us for its collector."""
    return Link(reader.t("前往{office}官方繳費", office=office), url)
