"""註銷: what ends and what must finish first, the one button that does it, and what was done."""

from collections.abc import Sequence
from typing import Any

from domain.leaving import Ending, Unfinished
from domain.reader import Reader
from flex_templates.card import Block, Card, Note, Paragraph, Press, Rows, Say
from flex_templates.person import Person, call
from flex_templates.render import show
from flex_templates.theme import Tone


def ask(reader: Reader, ending: Ending, confirm: str, latest: str, person: Person) -> dict[str, Any]:
    """What would end. `latest`: the day by which locked data are erased."""
    blocks: list[Block] = [
        Paragraph(reader.t("註銷後無法復原，以下隨即結束："), strong=True),
        Rows(_ends(reader, ending)),
    ]
    blocks += _unfinished(reader, ending.unfinished, latest)
    blocks.append(Note(reader.t("收付款紀錄依法保存，但不再連到您。尚未繳清的帳單仍須繳納。")))
    card = Card(
        title=reader.t("確定要註銷嗎？"),
        tone=Tone.OVERDUE,
        blocks=blocks,
        main=Press(reader.t("確定註銷"), confirm),
        others=(Say(reader.t("先下載我的資料"), reader.t("我的資料")), call(reader, person)),
    )
    return show(reader, reader.t("確定要註銷嗎？"), card)


def done(reader: Reader, unfinished: Sequence[Unfinished], latest: str, person: Person) -> dict[str, Any]:
    """It is done, or stands as it was left."""
    blocks: list[Block] = [Paragraph(reader.t("服務已停止，綁定已解除。"), strong=True)]
    if unfinished:
        blocks += _unfinished(reader, unfinished, latest)
    else:
        blocks.append(Paragraph(reader.t("您的資料將在幾分鐘內刪除。")))
    blocks.append(Note(reader.t("若不想再收到訊息，也可以在 LINE 封鎖本帳號。隨時可以重新註冊。")))
    card = Card(
        title=reader.t("已註銷"),
        tone=Tone.DONE,
        blocks=blocks,
        others=(call(reader, person),),
    )
    return show(reader, reader.t("已註銷"), card)


def _ends(reader: Reader, ending: Ending) -> list[tuple[str, str]]:
    rows = []
    if ending.registered:
        rows.append((reader.t("帳號"), reader.t("姓名、手機號碼與 E-mail 刪除")))
    if ending.vehicles:
        rows.append((reader.t("車輛"), reader.t("{count} 輛解除綁定，不再提醒", count=ending.vehicles)))
    if ending.paperless:
        words = reader.t("{count} 輛恢復紙本停車單，除非有其他綁定的人也申請", count=ending.paperless)
        rows.append((reader.t("開單無紙化"), words))
    if ending.identifiers:
        rows.append((reader.t("號碼"), reader.t("{count} 個解除綁定，不再提醒", count=ending.identifiers)))
    if ending.saved_bills:
        rows.append((reader.t("儲存的帳單"), reader.t("{count} 筆移除", count=ending.saved_bills)))
    if ending.entries:
        rows.append((reader.t("月票申請"), reader.t("{count} 筆撤回", count=ending.entries)))
    rows.append((reader.t("聊天設定"), reader.t("語言、顯示方式與查詢紀錄刪除")))
    return rows


def _unfinished(reader: Reader, unfinished: Sequence[Unfinished], latest: str) -> list[Block]:
    if not unfinished:
        return []
    said = [reader.t("必須先完成，資料鎖定保留到那時為止，最遲 {day} 刪除：", day=latest)]
    if Unfinished.PAYMENT in unfinished:
        said.append(reader.t("有一筆繳費還在進行，或結果尚未確定。"))
    if Unfinished.REFUND in unfinished:
        said.append(reader.t("有款項要退給您。"))
    if Unfinished.ENTRY in unfinished:
        said.append(reader.t("有月票申請已截止，抽籤或申訴期間還沒結束。"))
    return [Note("\n".join(said))]
