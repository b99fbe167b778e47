"""通知設定 and 通知紀錄: what one is told, when and how, and what was sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.notices import WAKING
from domain.reader import Reader
from flex_templates.card import Block, Card, Note, Paragraph, Press, Rows, Say
from flex_templates.person import Person, call
from flex_templates.punctuation import listed
from flex_templates.render import show
from flex_templates.theme import Tone


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be chosen: its name, whether it is now, and the data of the button that chooses it."""

    name: str
    chosen: bool
    data: str


def settings(
    reader: Reader,
    topics: Sequence[Choice],
    slots: Sequence[Choice],
    channels: Sequence[Choice],
    person: Person,
    *,
    changed: bool,
) -> dict[str, Any]:
    """Three cards: what, when, how. `topics` are turned over one by one, of the others one holds."""
    on, off = reader.t("會通知"), reader.t("不通知")
    what = Card(
        title=reader.t("已更改通知設定") if changed else reader.t("通知設定"),
        tone=Tone.DONE if changed else Tone.NEUTRAL,
        blocks=(
            Rows([(topic.name, on if topic.chosen else off) for topic in topics]),
            Note(reader.t("繳費結果、退款、帳號安全與抽籤結果一定會通知。")),
        ),
        others=[_turn_over(reader, topic) for topic in topics],
    )
    chosen = [slot.name for slot in slots if slot.chosen]
    hours = reader.t("目前是「{choice}」。", choice=chosen[0]) if chosen else reader.t("目前各車輛的時段不同。")
    when = Card(
        title=reader.t("通知時段"),
        blocks=(
            Paragraph(hours),
            Note(
                reader.t(
                    "更改後，所有車輛的繳費提醒從明天起都在這個時段。"
                    "{until}:00 到隔天 {start}:00 不打擾您，防汛通知除外。",
                    until=WAKING.end,
                    start=WAKING.start,
                )
            ),
        ),
        others=[Press(slot.name, slot.data) for slot in slots if not slot.chosen],
    )
    how = Card(
        title=reader.t("通知管道"),
        blocks=(
            Paragraph(reader.t("目前是「{choice}」。", choice=listed(reader, [c.name for c in channels if c.chosen]))),
            Note(reader.t("簡訊傳到您註冊的手機號碼，不含車牌。封鎖我們的 LINE 時，重要通知改傳簡訊。")),
        ),
        others=[*(Press(one.name, one.data) for one in channels if not one.chosen), _record(reader)],
    )
    if person.phone:
        how.others = [*how.others, call(reader, person)]
    return show(reader, what.title, what, when, how)


def _turn_over(reader: Reader, topic: Choice) -> Press:
    label = (
        reader.t("不要「{topic}」", topic=topic.name) if topic.chosen else reader.t("要「{topic}」", topic=topic.name)
    )
    return Press(label, topic.data, short=label)


def _record(reader: Reader) -> Say:
    return Say(reader.t("通知紀錄"), reader.t("通知紀錄"))


def record(
    reader: Reader, rows: Sequence[tuple[str, str]], days: int, older: str | None, person: Person, stopped: str = ""
) -> dict[str, Any]:
    """通知紀錄. `rows`: a day and what was sent on it, line by line. `older`: data of the button for earlier ones.

    `stopped`: why no notices are sent at the moment.
    """
    title = reader.t("通知紀錄")
    blocks: list[Block] = [Paragraph(stopped, strong=True)] if stopped else []
    if rows:
        blocks += [Rows(rows), Note(reader.t("列出最近 {days} 天主動傳給您的通知，不含內容。", days=days))]
    else:
        blocks.append(Paragraph(reader.t("最近 {days} 天沒有傳過通知給您。", days=days)))
    more = [Press(reader.t("看更早的通知"), older)] if older else []
    card = Card(
        title=title,
        blocks=blocks,
        main=Say(reader.t("通知設定"), reader.t("通知設定")),
        others=(*more, call(reader, person)),
    )
    return show(reader, title, card)
