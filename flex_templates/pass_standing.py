"""Cards of one's own entries and passes: 申請查詢, 抽籤結果, 我的月票."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from domain.amounts import money
from domain.passtexts import JUDGED, headline, moment, period, status
from domain.passview import EntryStanding
from domain.reader import Reader
from flex_templates.card import Block, Button, Card, Lead, Link, Note, Paragraph, Press, Rows, Say
from flex_templates.person import Person, call
from flex_templates.render import show
from flex_templates.theme import Tone

MOST_CARDS = 10


def none(reader: Reader, title: str, words: str, person: Person) -> dict[str, Any]:
    """There is nothing of the kind."""
    card = Card(
        title=title,
        blocks=[Paragraph(words)],
        main=Say(reader.t("申請月票"), reader.t("月票申請")),
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


def results(
    reader: Reader,
    shown: Sequence[EntryStanding],
    today: date,
    person: Person,
    pay_urls: Mapping[uuid.UUID, str] | None = None,
    days: Mapping[uuid.UUID, Link] | None = None,
) -> dict[str, Any]:
    """抽籤結果: the number first, then what to do. `pay_urls`: pay pages by entry; `days`: for a calendar."""
    cards = []
    for one in shown:
        blocks: list[Block] = [*_rehearsal(reader, one), Lead(headline(reader, one), one.plate)]
        blocks += [Paragraph(status(reader, one, today)), Rows(_about(reader, one, today))]
        tone = Tone.DONE if one.seat else Tone.NEUTRAL
        url = (pay_urls or {}).get(one.entry_id)
        pay = Link(reader.t("繳費 {amount}", amount=money(reader, one.price)), url) if url and one.price else None
        others: list[Button] = [day] if (day := (days or {}).get(one.entry_id)) else []
        others.append(call(reader, person))
        cards.append(Card(title=one.lot_name, tone=tone, blocks=blocks, main=pay, others=others))
    return show(reader, reader.t("月票抽籤結果"), *cards)


def announced(
    reader: Reader, one: EntryStanding, announce_sha256: str, draws_url: str, today: date, person: Person
) -> dict[str, Any]:
    """The list is public: the hash that proves later that nothing of it was chosen after the randomness."""
    card = Card(
        title=reader.t("登記清單已公告"),
        subtitle=one.lot_name,
        blocks=[
            *_rehearsal(reader, one),
            Paragraph(
                reader.t("您的申請 {no} 參加 {time} 的抽籤。", no=one.entry_no, time=moment(reader, one.draw_at, today))
            ),
            Rows([(reader.t("公告雜湊"), announce_sha256)]),
            Note(reader.t("請保留這則訊息：抽籤後可比對公告沒有被換過。")),
        ],
        main=Link(reader.t("看公開資料"), draws_url),
        others=[call(reader, person)],
    )
    return show(reader, reader.t("月票登記清單已公告"), card)


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


def proof(reader: Reader, one: EntryStanding, place: tuple[int, int], check_url: str, person: Person) -> dict[str, Any]:
    """What to do with the inclusion proof. `place`: the entry's row on the list, and how many there are."""
    row, rows = place
    card = Card(
        title=reader.t("核對我的申請"),
        subtitle=one.lot_name,
        blocks=[
            *_rehearsal(reader, one),
            Paragraph(
                reader.t("申請 {no} 是登記清單的第 {row} 筆，共 {rows} 筆。", no=one.entry_no, row=row, rows=rows)
            ),
            Paragraph(reader.t("上面第一則是收據，第二則是證明。要自己核對：")),
            Note(
                reader.t(
                    "1. 打開核對網頁，貼上收據與證明，輸入車牌與手機號碼。\n"
                    "2. 網頁只在您的手機上計算，不會傳出任何資料。\n"
                    "3. 算出的清單雜湊，應與公告 announce.txt 的 merkle_root 相同。"
                )
            ),
            Note(reader.t("對不上時，抽籤前請立即向停車場反映。")),
        ],
        main=Link(reader.t("打開核對網頁"), check_url),
        others=[call(reader, person)],
    )
    return show(reader, reader.t("核對月票申請"), card)


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
        main=Say(reader.t("申請月票"), reader.t("月票申請")),
    )
    return show(reader, reader.t("已撤回申請"), card)


def _about(reader: Reader, one: EntryStanding, today: date) -> list[tuple[str, str]]:
    wish = reader.t("第 {choice} 志願，共 {choices} 處", choice=one.choice, choices=one.choices)
    return [
        *([(reader.t("志願序"), wish)] if one.choices > 1 and one.status is None else []),
        (reader.t("申請編號"), one.entry_no),
        (reader.t("票種"), one.type_name(reader.language)),
        (reader.t("方案"), reader.t(one.plan)),
        *([(reader.t("資格審查"), reader.t(JUDGED[one.judged or ""]))] if one.evidence else []),
        (reader.t("使用期間"), period(reader, one.starts_on, one.ends_on, today)),
    ]


def _rehearsal(reader: Reader, one: EntryStanding) -> list[Block]:
    return [Note(reader.t("演練：這不是真正的抽籤。"))] if one.rehearsal else []
