"""掃描: what a photo or a pasted code said, where it led to no bill. What only the code says is marked so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.amounts import money
from domain.codes import Refused, Source
from domain.dates import day
from domain.ports.scanning import Trouble
from domain.reader import Reader, msgid
from flex_templates.card import Block, Card, Link, Note, Paragraph, Rows, Say
from flex_templates.person import Person, call
from flex_templates.punctuation import listed
from flex_templates.render import show
from flex_templates.theme import Tone
from flex_templates.truth import fraud_line

TROUBLES: Mapping[Trouble, str] = {
    Trouble.GONE: msgid("這張照片已經收回或過期，讀不到了。請再傳一次。"),
    Trouble.TOO_LARGE: msgid("這張照片太大，沒有讀取。請用聊天室的相機重拍，或只拍條碼的部分。"),
    Trouble.NO_PHOTO: msgid("這個檔案打不開，可能不是完整的照片。請重拍一張。"),
    Trouble.TOO_LONG: msgid("這張照片讀了太久，已經放棄。請靠近一點，只拍條碼的部分。"),
    Trouble.AWAY: msgid("現在沒辦法讀這張照片。請過一會兒再傳一次。"),
}
NOTHING = msgid("照片裡讀不到 QR Code 或條碼。")

MISSED: Mapping[Source, str] = {
    Source.TAIPEI: msgid("這是臺北市的停車單，不能用單號查。輸入車牌就能查到並繳費，或到官方網頁繳費。"),
    Source.STORE: msgid("這裡沒有這筆帳單，可能已繳清，或機關還沒有提供。還沒繳過的話，可以拿原單到超商繳費。"),
    Source.TWQR: msgid("這裡沒有這筆帳單。可以用支援台灣Pay的銀行 App 掃描繳費，請先確認收款單位與金額。"),
    Source.CHAT: msgid("這裡沒有這筆帳單，可能已繳清，或機關還沒有提供。"),
    Source.NUMBER: msgid("這裡沒有這個號碼的帳單。各縣市的停車單不能用號碼查，請改為輸入車牌。"),
}

TAIPEI_WITHOUT_PAGE = msgid("這是臺北市的停車單，不能用單號查。輸入車牌就能查到並繳費，或依單子上的方式繳費。")

REFUSED: Mapping[Refused, str] = {
    Refused.CHECK_DIGITS: msgid("這個 QR Code 的檢查碼不對，可能拍得不清楚，也可能被改過。我們沒有打開它。"),
    Refused.PURCHASE: msgid("這是向店家付款的 QR Code，不是帳單。"),
    Refused.TRANSFER: msgid("這是轉帳到別人帳戶的 QR Code，不是帳單。請不要因為簡訊或陌生人的要求而轉帳。"),
    Refused.NO_NUMBER: msgid("這是台灣Pay的帳單，但號碼只有銀行讀得到。請用銀行 App 掃描，或輸入單子上的號碼。"),
    Refused.UNKNOWN: msgid("讀到條碼了，但不是我們認得的繳費單。"),
}


@dataclass(frozen=True, slots=True)
class Read:
    """A bill as its code tells of it. `official`: where it is surely paid."""

    source: Source
    number: str
    amount: int | None = None  # NT$
    deadline: date | None = None
    payee: str = ""
    official: Link | None = None


def ask(reader: Reader) -> dict[str, Any]:
    """What to send us."""
    title = reader.t("掃描繳費單")
    card = Card(
        title=title,
        blocks=(
            Paragraph(reader.t("請拍繳費單上的 QR Code，或三段條碼，把照片傳過來。")),
            _privacy(reader),
        ),
    )
    return show(reader, title, card)


def more(reader: Reader, read: int) -> dict[str, Any]:
    """Some of a slip's three barcodes have been read."""
    title = reader.t("還差幾段條碼")
    words = reader.t("已讀到 {count} 段條碼，一張單子有三段。請再拍其餘的，可以分次拍。", count=read)
    return show(reader, title, Card(title=title, blocks=(Paragraph(words, strong=True), _privacy(reader))))


def unread(reader: Reader, why: str, person: Person) -> dict[str, Any]:
    """Nothing could be read. `why`: a msgid."""
    title = reader.t("讀不到照片")
    tips = [Paragraph(reader.t("請把單子放平、光線充足，讓條碼佔滿畫面再拍。"))] if why == NOTHING else []
    card = Card(
        title=title,
        blocks=(
            Paragraph(reader.t(why), strong=True),
            *tips,
            Paragraph(reader.t("也可以輸入單子上的號碼，或直接輸入車牌。")),
            _privacy(reader),
        ),
        main=_bills(reader),
        others=(call(reader, person),),
    )
    return show(reader, title, card)


def missed(reader: Reader, read: Read, silent: Sequence[str], today: date, person: Person) -> dict[str, Any]:
    """A bill that was read, and is not known here. `silent`: cities that could not be asked about it."""
    title = reader.t("讀到了，但查不到")
    rows = [(reader.t("單號"), read.number)]
    if read.amount is not None:
        rows.append((reader.t("條碼上的金額"), money(reader, read.amount)))
    if read.deadline is not None:
        rows.append((reader.t("條碼上的期限"), day(reader, read.deadline, today)))
    if read.payee:
        rows.append((reader.t("條碼上的收款單位"), read.payee))
    pageless = read.source is Source.TAIPEI and read.official is None
    says = TAIPEI_WITHOUT_PAGE if pageless else MISSED[read.source]
    blocks: list[Block] = [Rows(rows), Paragraph(reader.t(says), strong=True)]
    if silent:
        cities = listed(reader, silent)
        blocks.append(Paragraph(reader.t("{cities}目前查不到，這筆也可能在那裡，請稍後再試。", cities=cities)))
    blocks.append(Note(reader.t("以上是條碼寫的，還沒有經機關確認。")))
    bills = _bills(reader)
    card = Card(
        title=title,
        blocks=blocks,
        main=bills,
        others=(*([read.official] if read.official else []), call(reader, person)),
    )
    return show(reader, title, card)


def refused(reader: Reader, why: Refused, person: Person) -> dict[str, Any]:
    """A code that is no bill."""
    title = reader.t("這不是繳費單")
    grave = why in (Refused.TRANSFER, Refused.CHECK_DIGITS)
    card = Card(
        title=title,
        tone=Tone.OVERDUE if grave else Tone.NEUTRAL,
        blocks=(Paragraph(reader.t(REFUSED[why]), strong=True), _privacy(reader)),
        main=_bills(reader),
        others=(call(reader, fraud_line(reader) if grave else person),),
    )
    return show(reader, title, card)


def _bills(reader: Reader) -> Say:
    return Say(reader.t("查停車費"), reader.t("待繳"))


def _privacy(reader: Reader) -> Note:
    return Note(reader.t("照片讀完就不留存，條碼裡的網址我們一律不打開。"))
