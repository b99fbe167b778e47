"""What is said after money has come: paid, with its receipt; or to be refunded."""

from typing import Any

from domain.amounts import money
from domain.reader import Reader
from flex_templates.card import Card, Lead, Link, Note, Paragraph
from flex_templates.person import Person, call
from flex_templates.render import show
from flex_templates.theme import Tone


def paid(reader: Reader, *, amount: int, count: int, receipt_url: str, trial: bool) -> dict[str, Any]:
    """繳費成功. `amount` in NT$, the provider's fee included; `count` bills and notices; `trial`: no real money."""
    total = money(reader, amount)
    bills = reader.t("1 筆帳單") if count == 1 else reader.t("{count} 筆帳單", count=count)
    card = Card(
        title=_marked(reader, reader.t("繳費成功"), trial),
        tone=Tone.DONE,
        blocks=(
            Lead(total, bills),
            *_trial(reader, trial),
            Note(reader.t("機關銷帳可能需要幾天，期間官網可能仍會列出，請勿重複繳費。")),
        ),
        main=Link(reader.t("看收據"), receipt_url),
    )
    return show(reader, _marked(reader, reader.t("繳費成功，共 {total}", total=total), trial), card)


def written_off(reader: Reader, *, amount: int, count: int, receipt_url: str, trial: bool) -> dict[str, Any]:
    """銷帳完成. `amount` in NT$, without the provider's fee; `count` bills and notices; `trial`: no real money."""
    total = money(reader, amount)
    bills = reader.t("1 筆帳單") if count == 1 else reader.t("{count} 筆帳單", count=count)
    card = Card(
        title=_marked(reader, reader.t("銷帳完成"), trial),
        tone=Tone.DONE,
        blocks=(
            Lead(total, bills),
            *_trial(reader, trial),
            Paragraph(reader.t("開單機關已收到您的繳費並完成銷帳。")),
        ),
        main=Link(reader.t("看收據"), receipt_url),
    )
    return show(reader, _marked(reader, reader.t("銷帳完成，共 {total}", total=total), trial), card)


def to_refund(reader: Reader, *, amount: int, person: Person, trial: bool, lost: bool = False) -> dict[str, Any]:
    """Money that paid nothing; `trial`: no real money; `lost`: it was for a monthly pass that was theirs no longer.

    No date is promised: refunds are staff's work.
    """
    total = money(reader, amount)
    why = reader.t("這筆款項入帳時帳單已繳清或交易已結束，沒有用來繳費，已列入退款。請勿再繳一次。")
    if lost:
        why = reader.t("這筆款項入帳時月票的名額已繳過，或繳費期限已過，沒有用來繳費，已列入退款。請勿再繳一次。")
    card = Card(
        title=_marked(reader, reader.t("有一筆款項要退給您"), trial),
        blocks=(
            Lead(total),
            *_trial(reader, trial),
            Paragraph(why),
        ),
        others=(call(reader, person),),
    )
    return show(reader, _marked(reader, reader.t("有一筆款項要退給您，{total}", total=total), trial), card)


def _marked(reader: Reader, title: str, trial: bool) -> str:
    return reader.t("測試：{title}", title=title) if trial else title


def _trial(reader: Reader, trial: bool) -> list[Paragraph]:
    words = reader.t("這是測試交易，沒有真的扣款，不能當作繳費憑證。")
    return [Paragraph(words, strong=True)] if trial else []
