"""我的資料: what is kept, how to correct it, and a copy of it. Only its own citizen ever sees these cards."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.reader import Reader
from flex_templates.card import Card, Link, Note, Paragraph, Press, Rows, Say
from flex_templates.person import Person, call
from flex_templates.render import show
from flex_templates.theme import Tone


@dataclass(frozen=True, slots=True)
class Doors:
    """Data of the buttons: what each corrects, and the copy of everything. No e-mail where none is used or kept.

    `members`: the city's own site has members who can be linked.
    """

    name: str
    email: str
    mobile: str
    download: str
    members: bool = False


def registered(reader: Reader, name: str, mobile: str, email: str | None, since: str, doors: Doors) -> dict[str, Any]:
    """What a registered citizen let us know. `mobile` ready to show, `since` a day."""
    rows = [(reader.t("姓名"), name), (reader.t("手機號碼"), mobile)]
    if doors.email:
        rows.append((reader.t("E-mail"), email or reader.t("未提供")))
    rows.append((reader.t("註冊日期"), since))
    notes = [Note(reader.t("E-mail 只用來寄收據。"))] if doors.email else []
    correct_email = [Press(reader.t("更正 E-mail"), doors.email)] if doors.email else []
    card = Card(
        title=reader.t("我的資料"),
        blocks=(Rows(rows), *notes),
        main=Press(reader.t("下載全部資料"), doors.download),
        others=(
            Press(reader.t("更正姓名"), doors.name),
            *correct_email,
            Press(reader.t("更換手機號碼"), doors.mobile),
            *_members(reader, doors),
            Say(reader.t("歷程"), reader.t("歷程")),
            Say(reader.t("註銷"), reader.t("註銷")),
        ),
    )
    return show(reader, reader.t("我的資料"), card)


def _members(reader: Reader, doors: Doors) -> Sequence[Say]:
    return [Say(reader.t("連結官網會員"), reader.t("連結官網會員"))] if doors.members else []


def unregistered(reader: Reader, download: str) -> dict[str, Any]:
    """Somebody without an account: what is kept all the same."""
    card = Card(
        title=reader.t("我的資料"),
        blocks=(
            Paragraph(reader.t("您還沒有註冊，我們沒有您的姓名、電話與 E-mail。")),
            Note(reader.t("留存的是您選的語言與顯示方式、儲存的帳單，以及在這裡開立的繳費連結與繳費。")),
        ),
        main=Say(reader.t("註冊"), reader.t("註冊")),
        others=(Press(reader.t("下載全部資料"), download), Say(reader.t("註銷"), reader.t("註銷"))),
    )
    return show(reader, reader.t("我的資料"), card)


def copy_ready(reader: Reader, link: str, minutes: int, person: Person) -> dict[str, Any]:
    """The link to a copy of everything."""
    card = Card(
        title=reader.t("下載全部資料"),
        blocks=(
            Paragraph(reader.t("PDF 供閱讀與列印，JSON 供其他系統使用，各可下載一次。")),
            Note(reader.t("連結 {minutes} 分鐘內有效，請勿轉傳：拿到連結的人就能下載。", minutes=minutes)),
        ),
        main=Link(reader.t("開啟下載頁"), link),
        others=(call(reader, person),),
    )
    return show(reader, reader.t("下載全部資料"), card)


def corrected(reader: Reader, words: str) -> dict[str, Any]:
    """What was corrected; without the value, which the citizen has just typed."""
    card = Card(
        title=reader.t("已更正"),
        tone=Tone.DONE,
        blocks=(Paragraph(words),),
        main=Say(reader.t("我的資料"), reader.t("我的資料")),
    )
    return show(reader, words, card)


def changes(reader: Reader, rows: Sequence[tuple[str, str]], person: Person) -> dict[str, Any]:
    """歷程. `rows`: a day and what changed on it, line by line; the newest first."""
    card = Card(
        title=reader.t("歷程"),
        blocks=(
            Rows(rows),
            Note(reader.t("列出最近的更動，不含內容。若有不是您做的更動，請立即撥打電話。")),
        ),
        main=Say(reader.t("我的資料"), reader.t("我的資料")),
        others=(call(reader, person),),
    )
    return show(reader, reader.t("歷程"), card)
