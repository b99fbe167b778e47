"""Cards of one's own entries and passes: 申請查詢, 抽籤結果, 我的月票."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from domain.amounts import money
from domain.passview import EntryStanding
from domain.reader import Reader
from flex_templates.card import Block, Button, Card, Lead, Note, Paragraph, Press, Rows, Say
from flex_templates.passes import moment, period, until
from flex_templates.person import Person, call
from flex_templates.render import show
from flex_templates.theme import Tone

MOST_CARDS = 10


def none(reader: Reader, title: str, words: str, person: Person) -> dict[str, Any]:
    """There is nothing of the kind."""
    card = Card(
        title=title,
        blocks=[Paragraph(words)],
        main=Say(reader.t("月票申請"), reader.t("月票申請")),
        others=[call(reader, person)],
    )
    return show(reader, title, card)


def entries(
    reader: Reader, shown: Sequence[tuple[EntryStanding, Sequence[Button]]], today: date, more: int
) -> dict[str, Any]:
    """申請查詢: a card for each entry, with what can still be done."""
    cards = [
        Card(
            title=one.lot_name,
            subtitle=one.plate,
            blocks=[*_rehearsal(reader, one), Rows(_about(reader, one, today)), Note(status(reader, one, today))],
            others=buttons,
        )
        for one, buttons in shown
    ]
    if more:
        cards[-1].blocks = [*cards[-1].blocks, Note(reader.t("還有 {count} 筆較早的申請未列出。", count=more))]
    return show(reader, reader.t("您的月票申請"), *cards)


def results(reader: Reader, shown: Sequence[EntryStanding], today: date, person: Person) -> dict[str, Any]:
    """抽籤結果: the number first, then what to do."""
    cards = []
    for one in shown:
        blocks: list[Block] = [*_rehearsal(reader, one), Lead(headline(reader, one), one.plate)]
        blocks += [Paragraph(status(reader, one, today)), Rows(_about(reader, one, today))]
        tone = Tone.DONE if one.seat else Tone.NEUTRAL
        cards.append(Card(title=one.lot_name, tone=tone, blocks=blocks, others=[call(reader, person)]))
    return show(reader, reader.t("月票抽籤結果"), *cards)


def passes(reader: Reader, shown: Sequence[EntryStanding], today: date) -> dict[str, Any]:
    """我的月票: what is paid for and how long it is good."""
    cards = [
        Card(
            title=one.lot_name,
            tone=Tone.DONE,
            blocks=[
                *_rehearsal(reader, one),
                Lead(one.plate, one.type_name(reader.language)),
                Rows([(reader.t("使用期間"), period(reader, one.starts_on, one.ends_on, today))]),
            ],
        )
        for one in shown
    ]
    return show(reader, reader.t("您的月票"), *cards)


def ask_withdrawal(reader: Reader, one: EntryStanding, yes: Press) -> dict[str, Any]:
    """Withdraw? What is lost is said first."""
    card = Card(
        title=reader.t("撤回申請？"),
        subtitle=one.lot_name,
        blocks=[
            Paragraph(reader.t("{plate} 的這筆申請將不參加抽籤。截止前可以重新申請，編號會不同。", plate=one.plate))
        ],
        main=yes,
    )
    return show(reader, reader.t("撤回申請？"), card)


def withdrawn(reader: Reader, one: EntryStanding) -> dict[str, Any]:
    """It is withdrawn."""
    card = Card(
        title=reader.t("已撤回申請"),
        subtitle=one.lot_name,
        tone=Tone.DONE,
        blocks=[Paragraph(reader.t("這筆申請不參加抽籤。其他申請沒有變動。"))],
        main=Say(reader.t("月票申請"), reader.t("月票申請")),
    )
    return show(reader, reader.t("已撤回申請"), card)


def headline(reader: Reader, one: EntryStanding) -> str:
    """正取 12 號, 備取 8 號, 未中籤."""
    if one.status == "W":
        return reader.t("正取 {no} 號", no=one.no)
    return reader.t("備取 {no} 號", no=one.no) if one.status == "B" else reader.t("未中籤")


def status(reader: Reader, one: EntryStanding, today: date) -> str:
    """How it stands and what to do next, in a sentence or two."""
    if one.void:
        return reader.t("這次抽籤已作廢，停車場會另行公告。")
    if one.seat == "paid":
        return reader.t("已繳費。")
    if one.seat == "offered" and one.pay_by and one.price:
        what = reader.t("請於 {time}到停車場現場繳費", time=until(reader, one.pay_by, today))
        rest = reader.t("逾期視同放棄，由備取遞補。")
        return reader.t("{what} {amount}，{rest}", what=what, amount=money(reader, one.price), rest=rest)
    if one.status == "W" or (one.status == "B" and one.no <= one.promoted_to):
        return reader.t("繳費期限已過，名額已由備取遞補。")
    if one.status == "B":
        now = reader.t("目前遞補至 {no} 號。", no=one.promoted_to) if one.promoted_to else reader.t("目前尚未遞補。")
        return now + reader.t("輪到您時，「抽籤結果」會顯示繳費期限。")
    if one.status == "X":
        return reader.t("這次沒有抽中，也不在備取名單。")
    return reader.t("{time} 抽籤。", time=moment(reader, one.draw_at, today))


def _about(reader: Reader, one: EntryStanding, today: date) -> list[tuple[str, str]]:
    return [
        (reader.t("申請編號"), one.entry_no),
        (reader.t("票種"), one.type_name(reader.language)),
        (reader.t("方案"), reader.t(one.plan)),
        (reader.t("使用期間"), period(reader, one.starts_on, one.ends_on, today)),
    ]


def _rehearsal(reader: Reader, one: EntryStanding) -> list[Block]:
    return [Note(reader.t("演練：這不是真正的抽籤。"))] if one.rehearsal else []
