"""聯絡我們: asking a person, what they answer, and how content one was. No words of a case on a lock screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.reader import Reader
from flex_templates.card import Card, Note, Paragraph, Press, Rows, Say
from flex_templates.person import Person, call
from flex_templates.render import show
from flex_templates.theme import Tone


@dataclass(frozen=True, slots=True)
class Judging:
    """The buttons under a case that is over."""

    good: Press
    bad: Press
    again: Press


def ask(reader: Reader, hours: str, persons: Sequence[Person]) -> dict[str, Any]:
    """What to write, when it is answered, and whom to call instead, the nearest first."""
    card = Card(
        title=reader.t("聯絡我們"),
        blocks=(
            Paragraph(reader.t("請直接在這裡寫下您的問題，也可以傳照片，由承辦人員回覆您。"), strong=True),
            Rows([(reader.t("服務時間"), hours), *((person.name, person.phone) for person in persons)]),
            Note(reader.t("請勿寫出密碼、驗證碼或信用卡號。")),
        ),
        others=[call(reader, person) for person in persons],
    )
    return show(reader, reader.t("請寫下您的問題"), card)


def received(reader: Reader, number: str, hours: str, answered_on: str = "") -> dict[str, Any]:
    """The first message has arrived. `answered_on`: the day of an answer, where the desk is closed now."""
    later = reader.t("現在不是服務時間，{day}起回覆您。", day=answered_on)
    card = Card(
        title=reader.t("已收到您的訊息"),
        tone=Tone.DONE,
        blocks=(
            Rows([(reader.t("案件編號"), number), (reader.t("服務時間"), hours)]),
            Paragraph(later if answered_on else reader.t("承辦人員會在這裡回覆您。")),
            _goes_on(reader),
        ),
        others=(_end(reader),),
    )
    return show(reader, reader.t("已收到您的訊息，案件編號 {number}", number=number), card)


def in_hand(reader: Reader, number: str, hours: str, persons: Sequence[Person]) -> dict[str, Any]:
    """聯絡我們 once more while a case is open."""
    card = Card(
        title=reader.t("您的案件正在處理"),
        blocks=(
            Rows([(reader.t("案件編號"), number), (reader.t("服務時間"), hours)]),
            _goes_on(reader),
        ),
        others=(_end(reader), *(call(reader, person) for person in persons)),
    )
    return show(reader, reader.t("您的案件正在處理"), card)


def answered(reader: Reader, number: str, words: str) -> dict[str, Any]:
    """What staff answer."""
    card = Card(
        title=reader.t("客服回覆"),
        subtitle=reader.t("案件 {number}", number=number),
        blocks=(Paragraph(words), Note(reader.t("直接在這裡寫就能回覆。"))),
        others=(_end(reader),),
    )
    return show(reader, reader.t("客服回覆了您的案件 {number}", number=number), card)


def closed(reader: Reader, number: str, judging: Judging) -> dict[str, Any]:
    """The case is over: 滿意 or 不滿意, or it goes on."""
    card = Card(
        title=reader.t("案件已結束"),
        subtitle=reader.t("案件 {number}", number=number),
        blocks=(Paragraph(reader.t("這次的服務，您滿意嗎？")),),
        main=judging.good,
        others=(judging.bad, judging.again),
    )
    return show(reader, reader.t("案件 {number} 已結束，請告訴我們您滿不滿意", number=number), card)


def judged(reader: Reader, number: str, *, satisfied: bool, again: Press) -> dict[str, Any]:
    """Thanks; where somebody is not content, the way on."""
    sorry = reader.t("很抱歉沒有幫上忙。若問題還沒解決，請按「還有問題」。")
    words = reader.t("您的意見會用來改善服務。") if satisfied else sorry
    card = Card(
        title=reader.t("謝謝您的意見"),
        subtitle=reader.t("案件 {number}", number=number),
        blocks=(Paragraph(words),),
        main=None if satisfied else again,
    )
    return show(reader, reader.t("謝謝您的意見"), card)


def opened_again(reader: Reader, number: str, hours: str) -> dict[str, Any]:
    """還有問題: the case goes on."""
    card = Card(
        title=reader.t("案件已重新開啟"),
        blocks=(
            Rows([(reader.t("案件編號"), number), (reader.t("服務時間"), hours)]),
            Paragraph(reader.t("請直接在這裡寫下還沒解決的問題。")),
            _goes_on(reader),
        ),
        others=(_end(reader),),
    )
    return show(reader, reader.t("案件已重新開啟"), card)


def opened_by_staff(reader: Reader, number: str, going_on: Press) -> dict[str, Any]:
    """Staff go on with a case that was closed."""
    card = Card(
        title=reader.t("客服重新開啟了您的案件"),
        subtitle=reader.t("案件 {number}", number=number),
        blocks=(
            Paragraph(reader.t("承辦人員會繼續處理，並在這裡回覆您。")),
            Note(reader.t("要補充時請先按「繼續這個案件」，之後直接寫在這裡就會送到。")),
        ),
        main=going_on,
        others=(_end(reader),),
    )
    return show(reader, reader.t("客服重新開啟了您的案件 {number}", number=number), card)


def photo_lost(reader: Reader, number: str, person: Person) -> dict[str, Any]:
    """Staff will not see a photo."""
    card = Card(
        title=reader.t("照片沒有收到"),
        subtitle=reader.t("案件 {number}", number=number),
        tone=Tone.OVERDUE,
        blocks=(Paragraph(reader.t("您傳的一張照片無法讀取，承辦人員看不到。請再拍一張傳來，或用文字說明。")),),
        others=(call(reader, person),),
    )
    return show(reader, reader.t("您傳的一張照片沒有收到"), card)


def _goes_on(reader: Reader) -> Note:
    return Note(
        reader.t("要補充的直接寫在這裡就會送到，車牌與照片也是。\n選單的功能照常使用；要結束案件請輸入「結束」。")
    )


def _end(reader: Reader) -> Say:
    return Say(reader.t("結束案件"), reader.t("結束"))
