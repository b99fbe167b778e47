"""退款: one refund's progress as a message, and all of a citizen's as a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.amounts import money
from domain.reader import Reader, msgid
from domain.refunds import RefundState
from flex_templates.card import Block, Card, Lead, Link, Note, Paragraph, Press, Rows
from flex_templates.person import Person, call
from flex_templates.render import show
from flex_templates.theme import Tone

TITLES: Mapping[RefundState, str] = {
    RefundState.ASKED: msgid("退款處理中"),
    RefundState.UNKNOWN: msgid("退款處理中"),
    RefundState.DONE: msgid("已退款"),
    RefundState.REFUSED: msgid("退款需要由專人處理"),
}
NEXT: Mapping[RefundState, str] = {
    RefundState.ASKED: msgid("已請支付業者退還，完成後會再通知您。"),
    RefundState.UNKNOWN: msgid("正在向支付業者確認，完成後會再通知您。"),
    RefundState.DONE: msgid("支付業者已退回您原來的付款方式；信用卡會在下一期帳單，其他方式以業者作業時間為準。"),
    RefundState.REFUSED: msgid("支付業者無法直接退回原付款方式，承辦人員會另外處理。請來電告知交易編號。"),
}

BY_TRANSFER = msgid("支付業者無法退回原付款方式，會改以匯款退還。請填寫您的銀行帳戶。")
TRANSFERRED = msgid("承辦人員已匯款退還，請查看您的帳戶。")


@dataclass(frozen=True, slots=True)
class Row:
    """One refund of the list. `asked_on`: the day as the reader reads it."""

    asked_on: str
    amount: int
    state: RefundState
    account: Press | None = None  # asks for the bank account it goes to, or for another one


def progress(
    reader: Reader,
    *,
    amount: int,
    state: RefundState,
    person: Person,
    trial: bool,
    account_url: str | None = None,
    transferred: bool = False,
) -> dict[str, Any]:
    """One refund. `amount` in NT$; `trial`: no real money moves.

    `account_url`: takes a bank account for it; `transferred`: staff have sent it by bank transfer.
    """
    title, total = reader.t(TITLES[state]), money(reader, amount)
    if trial:
        title = reader.t("測試：{title}", title=title)
    words = BY_TRANSFER if account_url else TRANSFERRED if transferred else NEXT[state]
    card = Card(
        title=title,
        tone=Tone.DONE if state is RefundState.DONE else Tone.NEUTRAL,
        blocks=(Lead(total), Paragraph(reader.t(words))),
        main=Link(reader.t("填寫退款帳戶"), account_url) if account_url else None,
        others=(call(reader, person),),
    )
    return show(reader, reader.t("{title}，{total}", title=title, total=total), card)


def listed(reader: Reader, rows: Sequence[Row], *, waiting: int, person: Person) -> dict[str, Any]:
    """退款進度: all of a citizen's refunds; `waiting`: NT$ on the list that nobody has sent back yet."""
    blocks: list[Block] = []
    if waiting:
        words = reader.t("{total} 已列入退款，承辦人員處理後會通知您。", total=money(reader, waiting))
        blocks.append(Paragraph(words, strong=True))
    if rows:
        pairs = [(row.asked_on, f"{money(reader, row.amount)} {reader.t(TITLES[row.state])}") for row in rows]
        blocks.append(Rows(pairs))
    if not blocks:
        blocks.append(Paragraph(reader.t("目前沒有退款紀錄。")))
    asks = [row.account for row in rows if row.account]
    if asks:
        blocks.append(Paragraph(reader.t(BY_TRANSFER)))
    blocks.append(Note(reader.t("這裡只列出以本服務繳納的款項；在超商、銀行或其他平台繳的，請洽開單機關。")))
    card = Card(title=reader.t("退款進度"), blocks=tuple(blocks), others=(*asks, call(reader, person)))
    return show(reader, reader.t("退款進度"), card)


def account_page(reader: Reader, url: str, amount: int, person: Person) -> dict[str, Any]:
    """The link to the page that takes the bank account of one refund. `amount` in NT$."""
    card = Card(
        title=reader.t("退款帳戶"),
        blocks=(
            Lead(money(reader, amount)),
            Paragraph(reader.t(BY_TRANSFER)),
            Note(reader.t("請在打開的頁面填寫，不要把帳號打在聊天室。請勿轉傳這個連結。")),
        ),
        main=Link(reader.t("填寫退款帳戶"), url),
        others=(call(reader, person),),
    )
    return show(reader, reader.t("退款帳戶"), card)
