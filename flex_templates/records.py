"""繳費紀錄: payments as cards, each with its receipt; what to choose them by; the link to their files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.amounts import money
from domain.reader import Reader
from flex_templates.card import Button, Card, Lead, Link, Note, Paragraph, Press, Rows, Say
from flex_templates.person import Person, call
from flex_templates.render import show
from flex_templates.theme import Tone

LINES_SHOWN = 6  # bills named on a payment's card, the receipt has all


@dataclass(slots=True)
class Payment:
    """One payment. `when` as the reader reads it; `lines`: bill and amount each; amounts in NT$."""

    when: str
    total: int
    refunded: int
    lines: Sequence[tuple[str, str]]
    receipt_url: str
    trial: bool


@dataclass(slots=True)
class Shown:
    """A page of payments, already decided. `chosen`: what they were chosen by, in words; "" for all."""

    chosen: Sequence[tuple[str, str]]
    payments: Sequence[Payment]
    doors: Sequence[Press]  # other choices
    files: Press | None
    older: Press | None


def page(reader: Reader, shown: Shown, person: Person) -> dict[str, Any]:
    """A card with the choice and its buttons, then a card for each payment, the newest first."""
    title = reader.t("繳費紀錄")
    if not shown.payments:
        return show(reader, title, _nothing(reader, shown, person))
    total = sum(payment.total for payment in shown.payments)
    count = len(shown.payments)
    payments = reader.t("這一頁 1 次繳費") if count == 1 else reader.t("這一頁 {count} 次繳費", count=count)
    head = Card(
        title=title,
        blocks=[
            Lead(money(reader, total), payments),
            *([Rows(shown.chosen)] if shown.chosen else []),
            Note(reader.t("只列出以本服務繳納的款項。在超商、銀行或其他平台繳的，請看該處的紀錄。")),
        ],
        main=shown.files,
        others=[*([shown.older] if shown.older else []), *shown.doors],
    )
    return show(reader, title, head, *(_payment(reader, payment) for payment in shown.payments))


def _nothing(reader: Reader, shown: Shown, person: Person) -> Card:
    words = reader.t("沒有符合的繳費紀錄。") if shown.chosen else reader.t("目前沒有繳費紀錄。")
    everything: list[Button] = [Say(reader.t("看全部紀錄"), reader.t("繳費紀錄"))] if shown.chosen else []
    return Card(
        title=reader.t("繳費紀錄"),
        blocks=[
            Paragraph(words),
            *([Rows(shown.chosen)] if shown.chosen else []),
            Note(reader.t("只列出以本服務繳納的款項。在超商、銀行或其他平台繳的，請看該處的紀錄。")),
        ],
        main=Say(reader.t("查停車費"), reader.t("待繳")),
        others=[*everything, call(reader, person)],
    )


def _payment(reader: Reader, payment: Payment) -> Card:
    title = reader.t("測試：{title}", title=payment.when) if payment.trial else payment.when
    count = len(payment.lines)
    bills = reader.t("1 筆帳單") if count == 1 else reader.t("{count} 筆帳單", count=count)
    rows = list(payment.lines[:LINES_SHOWN])
    if count > LINES_SHOWN:
        rows.append((reader.t("其餘"), reader.t("{count} 筆，請看收據", count=count - LINES_SHOWN)))
    if payment.refunded:
        rows.append((reader.t("已退款"), money(reader, payment.refunded)))
    return Card(
        title=title,
        tone=Tone.DONE,
        blocks=[Lead(money(reader, payment.total), bills), Rows(rows)],
        others=[Link(reader.t("看收據"), payment.receipt_url)],
    )


def choose(reader: Reader, title: str, buttons: Sequence[Press]) -> dict[str, Any]:
    """One choice of several: a month, a fee item, a plate, a year."""
    card = Card(title=title, blocks=[Paragraph(reader.t("請選擇。"))], others=buttons)
    return show(reader, title, card)


def files_ready(reader: Reader, title: str, link: str, minutes: int, person: Person) -> dict[str, Any]:
    """The link to the files of the chosen payments."""
    card = Card(
        title=title,
        blocks=[
            Paragraph(reader.t("PDF 供閱讀與列印，CSV 供試算表使用，各可下載一次。")),
            Note(reader.t("連結 {minutes} 分鐘內有效，請勿轉傳：拿到連結的人就能下載。", minutes=minutes)),
        ],
        main=Link(reader.t("開啟下載頁"), link),
        others=[call(reader, person)],
    )
    return show(reader, title, card)
