"""Cards of 資格審查: photos of what a plan asks to be shown, and what staff said of them."""

from datetime import date
from typing import Any

from domain.amounts import money
from domain.passtexts import moment
from domain.passview import EntryStanding
from domain.reader import Reader, msgid
from flex_templates.card import Block, Card, Lead, Note, Paragraph, Press, Say
from flex_templates.person import Person, call
from flex_templates.render import show
from flex_templates.theme import Tone

_TITLES = {
    "passed": msgid("資格審查通過"),
    "more": msgid("資格審查請補件"),
    "refused": msgid("資格審查不符"),
    "gone": msgid("照片沒有收到"),
    "unreadable": msgid("照片無法讀取"),
}


def ask_photo(reader: Reader, one: EntryStanding, sent: int, today: date, enough: Press) -> dict[str, Any]:
    """Send a photo; after the first, that may be all."""
    words = reader.t("請傳{evidence}的照片，一次一張或多張都可以。", evidence=_evidence(reader, one))
    blocks: list[Block] = [Paragraph(words)]
    if sent:
        blocks.insert(0, Lead(reader.t("已收到 {count} 張", count=sent)))
    blocks += [
        Note(reader.t("照片加密保存，只有審查的承辦人員看得到，申訴期間後刪除。")),
        Note(reader.t("{time} 前可以傳送。", time=moment(reader, one.closes_at, today))),
    ]
    main = enough if sent else None
    card = Card(title=reader.t("傳證明文件照片"), subtitle=one.lot_name, blocks=blocks, main=main)
    return show(reader, reader.t("請傳證明文件照片"), card)


def sent_all(reader: Reader, one: EntryStanding, sent: int, person: Person) -> dict[str, Any]:
    """They are with staff now."""
    card = Card(
        title=reader.t("已送出資格審查"),
        subtitle=one.lot_name,
        tone=Tone.DONE,
        blocks=[
            Lead(reader.t("已收到 {count} 張", count=sent)),
            Paragraph(reader.t("承辦人員審查後會通知您。未通過時以一般方案參加抽籤與計價。")),
        ],
        main=Say(reader.t("申請查詢"), reader.t("申請查詢")),
        others=[call(reader, person)],
    )
    return show(reader, reader.t("已送出資格審查"), card)


def judged(
    reader: Reader, one: EntryStanding, state: str, reason: str, today: date, again: Press, person: Person
) -> dict[str, Any]:
    """What staff said, or that a photo could not be had. `again`: send more; `reason`: staff's words."""
    blocks: list[Block] = [Lead(one.entry_no, reader.t("申請編號")), Paragraph(_said(reader, one, state))]
    if reason:
        blocks.append(Note(reader.t("審查說明：{reason}", reason=reason)))
    wants_more = state in ("more", "gone", "unreadable")
    if wants_more:
        blocks.append(Note(reader.t("{time} 前可以傳送。", time=moment(reader, one.closes_at, today))))
    card = Card(
        title=reader.t(_TITLES[state]),
        subtitle=one.lot_name,
        tone=Tone.DONE if state == "passed" else Tone.NEUTRAL,
        blocks=blocks,
        main=again if wants_more else Say(reader.t("申請查詢"), reader.t("申請查詢")),
        others=[call(reader, person)],
    )
    return show(reader, reader.t(_TITLES[state]), card)


def _said(reader: Reader, one: EntryStanding, state: str) -> str:
    if state == "passed":
        amount = money(reader, one.price) if one.price else ""
        return reader.t("中籤後以{plan} {amount} 計價。", plan=reader.t(one.plan), amount=amount)
    if state == "more":
        return reader.t("還需要{evidence}，請再傳照片。", evidence=_evidence(reader, one))
    if state == "refused":
        return reader.t("申請仍然有效，以一般方案參加抽籤與計價。")
    return reader.t("請再傳一次{evidence}的照片。", evidence=_evidence(reader, one))


def _evidence(reader: Reader, one: EntryStanding) -> str:
    return one.evidence_name(reader.language) or reader.t("證明文件")
