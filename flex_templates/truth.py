"""「這是真的嗎？」: what can be said of the addresses in a message, and whom to ask. Nothing here was opened."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.officialsites import Judgement, Reason, Verdict
from domain.reader import Reader, msgid
from flex_templates.card import Block, Card, Note, Paragraph, Rows, Say
from flex_templates.person import Person, call
from flex_templates.render import show
from flex_templates.theme import Tone

MOST_SHOWN = 4  # addresses
LONGEST_HOST = 48  # letters shown, of the end: there a host says whose it is

TITLES: Mapping[Verdict, str] = {
    Verdict.OFFICIAL: msgid("是官方網址"),
    Verdict.UNKNOWN: msgid("無法判斷真假"),
    Verdict.NOT_OFFICIAL: msgid("不是官方網址"),
}
TONES: Mapping[Verdict, Tone] = {
    Verdict.OFFICIAL: Tone.DONE,
    Verdict.UNKNOWN: Tone.NEUTRAL,
    Verdict.NOT_OFFICIAL: Tone.OVERDUE,
}
WHAT_TO_DO: Mapping[Verdict, str] = {
    Verdict.OFFICIAL: msgid("網址是官方的，但訊息裡的金額與說明可能有誤。有沒有欠費，請以這裡查到的為準。"),
    Verdict.UNKNOWN: msgid("請先不要點連結，也不要付款。有沒有欠費，請以這裡查到的為準。"),
    Verdict.NOT_OFFICIAL: msgid("請不要點連結，不要輸入信用卡、驗證碼或個人資料。有沒有欠費，請以這裡查到的為準。"),
}
WITHOUT_ADDRESS = msgid("請先不要回覆、回撥，也不要付款。有沒有欠費，請以這裡查到的為準。")


def fraud_line(reader: Reader) -> Person:
    """The police's line of advice against fraud."""
    return Person(reader.t("165 反詐騙諮詢專線"), "165")


def verdict(reader: Reader, judged: Sequence[Judgement], *, bills_follow: bool) -> dict[str, Any]:
    """What is said of a message. `judged`: its addresses; none: it holds none. `bills_follow`: the reader's own do."""
    worst = max((one.verdict for one in judged), default=Verdict.UNKNOWN)
    by_weight = sorted(judged, key=lambda one: -one.verdict)
    blocks: list[Block] = [Rows([(_host(one), _why(reader, one)) for one in by_weight[:MOST_SHOWN]])] if judged else []
    if not judged:
        blocks.append(Paragraph(reader.t("這則訊息裡沒有網址，只看文字無法分辨真假。")))
    blocks.append(Paragraph(reader.t(WHAT_TO_DO[worst] if judged else WITHOUT_ADDRESS), strong=True))
    if judged:
        blocks.append(Note(reader.t("我們只比對網址與官方名單，沒有打開連結，處理後也不留訊息內容。")))
    else:
        blocks.append(Note(reader.t("訊息內容處理後不留存。")))
    advice = call(reader, fraud_line(reader))
    bills = Say(reader.t("查我的待繳"), reader.t("待繳"))
    official = worst is Verdict.OFFICIAL
    main = advice if bills_follow and not official else bills if not bills_follow else None
    others = [] if main is advice else [advice]
    card = Card(title=reader.t(TITLES[worst]), tone=TONES[worst], blocks=blocks, main=main, others=others)
    return show(reader, reader.t(TITLES[worst]), card)


def ask(reader: Reader) -> dict[str, Any]:
    """What to send us."""
    card = Card(
        title=reader.t("這是真的嗎？"),
        blocks=(
            Paragraph(reader.t("請貼上您收到的簡訊或網址，我們比對是不是官方的繳費網址。")),
            Note(reader.t("我們不會打開連結，處理後也不留訊息內容。")),
        ),
        others=(call(reader, fraud_line(reader)),),
    )
    return show(reader, reader.t("這是真的嗎？"), card)


def _why(reader: Reader, one: Judgement) -> str:
    site = one.site.name(reader.language) if one.site else ""
    match one.reason:
        case Reason.LISTED:
            return reader.t("官方：{site}", site=site)
        case Reason.UNUSUAL:
            return reader.t("是{site}的名稱，但連線方式不尋常", site=site)
        case Reason.LOOKS_LIKE:
            return reader.t("不是官方：看起來像{site}，其實不是", site=site)
        case Reason.DISGUISED:
            return reader.t("不是官方：寫法會讓人看錯實際通往的地方")
        case Reason.SHORT:
            return reader.t("短網址或任何人都能放網頁的地方，看不出通往哪裡")
        case Reason.GOVERNMENT:
            return reader.t("政府機關的網域，但不在繳費網址名單上")
        case Reason.NOT_LISTED:
            return reader.t("不在官方繳費網址名單上")


def _host(one: Judgement) -> str:
    """The host, its end at least. What is not official is written so that no program makes a link of it."""
    host = one.link.host.encode("ascii", "replace").decode() if one.link.disguised else one.link.host
    shown = f"…{host[-LONGEST_HOST:]}" if len(host) > LONGEST_HOST else host
    return (shown if one.verdict is Verdict.OFFICIAL else shown.replace(".", "[.]")) or "…"
