"""Cards of applying for a monthly pass (月票申請): lot, vehicle, plan, confirmation, receipt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from domain.amounts import money
from domain.bindings import Vehicle
from domain.passtexts import first_buyers, moment, odds_text, period
from domain.passview import QR_SIDE, OpenRound, PassPlan
from domain.reader import Reader, msgid
from flex_templates.card import Block, Button, Card, Lead, Link, Note, Paragraph, Picture, Press, Rows, Say
from flex_templates.person import Person, call
from flex_templates.punctuation import beside
from flex_templates.render import show
from flex_templates.theme import Tone
from flex_templates.words import vehicle_name

# Plans (優惠方案) of the city; others are shown as staff named them.
PLANS = (msgid("一般月票"), msgid("優惠里月票"), msgid("所在里月票"))
MOST_LOTS = 8  # buttons of one card; more are found by name or place


@dataclass(frozen=True, slots=True)
class Applied:
    """An entry that was just made. `changed`: in the place of another. Addresses of its receipt and its QR code."""

    entry_no: str
    commit: str
    plate: str
    page_url: str
    code_url: str
    changed: bool = False
    evidence: str = ""  # what must be shown for its plan, by a button with the data `send`
    send: str = ""


def lot_label(reader: Reader, one: OpenRound, *, with_type: bool = False) -> str:
    """The lot, with its pass type where several are offered; a rehearsal says so first."""
    what = beside(reader, one.lot_name, one.type_name(reader.language)) if with_type else one.lot_name
    return reader.t("演練 {what}", what=what) if one.rehearsal else what


def none_open(reader: Reader, person: Person) -> dict[str, Any]:
    """No registration is open."""
    card = Card(
        title=reader.t("目前沒有開放登記的月票"),
        blocks=[Paragraph(reader.t("登記通常在每月 5 日 07:00 至 20 日 14:00，以各停車場公告為準。"))],
        others=[Say(reader.t("申請規定"), reader.t("申請規定")), call(reader, person)],
    )
    return show(reader, reader.t("目前沒有開放登記的月票"), card)


def ask_lot(
    reader: Reader,
    rounds: Sequence[tuple[OpenRound, str]],
    more: int,
    again: Press | None,
    remark: str = "",
    about: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    """Which lot? `rounds` with their buttons' data; `more`: how many are not shown; `again`: 「比照上月申請」;
    `about`: what is to be known of them, by name.
    """
    blocks: list[Block] = [Paragraph(remark)] if remark else []
    if about:
        blocks.append(Rows(about))
    blocks.append(Paragraph(reader.t("請選擇停車場。也可以輸入停車場名稱，或傳送位置找附近的。")))
    if more:
        blocks.append(Note(reader.t("還有 {count} 處，請輸入名稱找。", count=more)))
    several = len({one.type_names for one, _ in rounds}) > 1
    buttons: list[Button] = [Press(lot_label(reader, one, with_type=several), data) for one, data in rounds]
    card = Card(title=reader.t("月票申請"), blocks=blocks, main=again, others=buttons)
    return show(reader, reader.t("請選擇停車場"), card)


def near_text(reader: Reader, one: OpenRound, metres: int) -> str:
    """How far a lot is, and how its last draw went."""
    far = reader.t("約 {metres} 公尺", metres=round(metres, -1))
    return "\n".join([far, *(odds_text(reader, last) for last in one.odds[:1])])


def ask_vehicle(reader: Reader, lot: str, vehicles: Sequence[tuple[Vehicle, str]]) -> dict[str, Any]:
    """Which vehicle? Those bound, or a plate to be typed."""
    words = reader.t("請選擇車輛，或直接輸入車牌。") if vehicles else reader.t("請輸入車牌，例如 ABC-1234。")
    buttons = [Press(vehicle_name(reader, one.plate.canonical, one.kind), data) for one, data in vehicles]
    card = Card(title=reader.t("哪一輛車？"), subtitle=lot, blocks=[Paragraph(words)], others=buttons)
    return show(reader, reader.t("請選擇車輛"), card)


def ask_plan(reader: Reader, one: OpenRound, plans: Sequence[tuple[PassPlan, str]]) -> dict[str, Any]:
    """Which plan? A reduced price must be proven."""
    buttons = [Press(f"{reader.t(plan.name)} {money(reader, plan.price)}", data) for plan, data in plans]
    card = Card(
        title=reader.t("優惠方案"),
        subtitle=one.lot_name,
        blocks=[Note(reader.t("優惠里、所在里等方案須經資格審查；未通過者以一般方案參加抽籤。"))],
        others=buttons,
    )
    return show(reader, reader.t("請選擇優惠方案"), card)


def confirm(
    reader: Reader, one: OpenRound, plate: str, plan: PassPlan, today: date, yes: Press, other: Press | None
) -> dict[str, Any]:
    """Everything once more. `other`: choose another plan, where there are several."""
    pairs = [
        (reader.t("停車場"), lot_label(reader, one)),
        (reader.t("車牌"), plate),
        (reader.t("票種"), one.type_name(reader.language)),
        (reader.t("方案"), reader.t(plan.name)),
        (reader.t("使用期間"), period(reader, one.starts_on, one.ends_on, today)),
        (reader.t("開放張數"), str(one.places)),
        (reader.t("抽籤"), moment(reader, one.draw_at, today)),
    ]
    evidence = plan.evidence_name(reader.language)
    card = Card(
        title=reader.t("確認申請"),
        blocks=[
            Lead(money(reader, plan.price), reader.t("中籤後才需要繳費")),
            Rows(pairs),
            *([_to_show(reader, evidence, one.closes_at, today)] if evidence else []),
            Note(reader.t("{time} 截止前都可以變更或撤回。", time=moment(reader, one.closes_at, today))),
            *[Note(first_buyers(reader, window, today)) for window in one.first_buyers],
        ],
        main=yes,
        others=[other] if other else [],
    )
    return show(reader, reader.t("請確認月票申請"), card)


def applied(
    reader: Reader, one: OpenRound, told: Applied, today: date, buttons: Sequence[Button], person: Person
) -> dict[str, Any]:
    """The receipt: the number, the QR code, and what proves later that the entry was there."""
    title = reader.t("申請已變更") if told.changed else reader.t("申請完成")
    receipt = Link(reader.t("收據與 QR"), told.page_url)
    card = Card(
        title=title,
        subtitle=lot_label(reader, one),
        tone=Tone.DONE,
        blocks=[
            Lead(told.entry_no, reader.t("申請編號")),
            *([Paragraph(reader.t("原來的申請編號與收據已作廢，志願序不變。"))] if told.changed else []),
            Rows(
                [
                    (reader.t("車牌"), told.plate),
                    (reader.t("票種"), one.type_name(reader.language)),
                    (reader.t("抽籤"), moment(reader, one.draw_at, today)),
                    (reader.t("承諾碼"), told.commit),
                ]
            ),
            Picture(told.code_url, QR_SIDE, QR_SIDE),
            Note(reader.t("請保留上一則收據文字或 QR，抽籤前後都能自行核對您的申請。")),
            *([_to_show(reader, told.evidence, one.closes_at, today)] if told.evidence else []),
        ],
        main=Press(reader.t("傳證明文件照片"), told.send) if told.evidence else receipt,
        others=[
            *([receipt] if told.evidence else []),
            Say(reader.t("申請查詢"), reader.t("申請查詢")),
            *buttons,
            call(reader, person),
        ],
    )
    return show(reader, title, card)


def _to_show(reader: Reader, evidence: str, closes_at: datetime, today: date) -> Block:
    words = reader.t(
        "這個方案要資格審查：請在 {time} 截止前傳{evidence}的照片，或到停車場出示。未通過時以一般方案參加抽籤與計價。",
        time=moment(reader, closes_at, today),
        evidence=evidence,
    )
    return Paragraph(words, strong=True)
