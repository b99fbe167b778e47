"""Cards of applying for a monthly pass (月票申請): lot, vehicle, plan, confirmation, receipt; open rounds, rules."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from domain.amounts import money
from domain.bindings import Vehicle
from domain.passtexts import moment, period
from domain.passview import Odds, OpenRound, PassPlan
from domain.reader import Reader, msgid
from flex_templates.card import Block, Button, Card, Lead, Link, Note, Paragraph, Press, Rows, Say
from flex_templates.person import Person, call
from flex_templates.punctuation import beside
from flex_templates.render import show
from flex_templates.theme import Tone
from flex_templates.words import vehicle_name

# Plans (優惠方案) of the city; others are shown as staff named them.
PLANS = (msgid("一般月票"), msgid("優惠里月票"), msgid("所在里月票"))
MOST_LOTS = 8  # buttons of one card; more are found by name or place


def lot_label(reader: Reader, one: OpenRound, *, with_type: bool = False) -> str:
    """The lot, with its pass type where several are offered; a rehearsal says so first."""
    what = beside(reader, one.lot_name, one.type_name(reader.language)) if with_type else one.lot_name
    return reader.t("演練 {what}", what=what) if one.rehearsal else what


def odds_text(reader: Reader, odds: Odds) -> str:
    """How the last draw went."""
    return reader.t("上期 {entries} 人抽 {places} 張", entries=odds.entries, places=odds.places)


def none_open(reader: Reader, person: Person) -> dict[str, Any]:
    """No registration is open."""
    card = Card(
        title=reader.t("目前沒有開放登記的月票"),
        blocks=[Paragraph(reader.t("登記通常在每月 5 日 07:00 至 20 日 14:00，以各停車場公告為準。"))],
        others=[Say(reader.t("申請規定"), reader.t("申請規定")), call(reader, person)],
    )
    return show(reader, reader.t("目前沒有開放登記的月票"), card)


def ask_lot(
    reader: Reader, rounds: Sequence[tuple[OpenRound, str]], more: int, again: Press | None, remark: str = ""
) -> dict[str, Any]:
    """Which lot? `rounds` with their buttons' data; `more`: how many are not shown; `again`: 「比照上月申請」."""
    blocks: list[Block] = [Paragraph(remark)] if remark else []
    blocks.append(Paragraph(reader.t("請選擇停車場。也可以輸入停車場名稱，或傳送位置找附近的。")))
    if more:
        blocks.append(Note(reader.t("還有 {count} 處，請輸入名稱找。", count=more)))
    several = len({one.type_names for one, _ in rounds}) > 1
    buttons: list[Button] = [Press(lot_label(reader, one, with_type=several), data) for one, data in rounds]
    card = Card(title=reader.t("月票申請"), blocks=blocks, main=again, others=buttons)
    return show(reader, reader.t("請選擇停車場"), card)


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
    card = Card(
        title=reader.t("確認申請"),
        blocks=[
            Lead(money(reader, plan.price), reader.t("中籤後才需要繳費")),
            Rows(pairs),
            Note(reader.t("{time} 截止前都可以撤回。", time=moment(reader, one.closes_at, today))),
        ],
        main=yes,
        others=[other] if other else [],
    )
    return show(reader, reader.t("請確認月票申請"), card)


def applied(
    reader: Reader, one: OpenRound, plate: str, entry_no: str, commit: str, today: date, page: Link, person: Person
) -> dict[str, Any]:
    """The receipt: the number, and what proves later that the entry was there."""
    card = Card(
        title=reader.t("申請完成"),
        subtitle=lot_label(reader, one),
        tone=Tone.DONE,
        blocks=[
            Lead(entry_no, reader.t("申請編號")),
            Rows(
                [
                    (reader.t("車牌"), plate),
                    (reader.t("票種"), one.type_name(reader.language)),
                    (reader.t("抽籤"), moment(reader, one.draw_at, today)),
                    (reader.t("承諾碼"), commit),
                ]
            ),
            Note(reader.t("請保留上一則收據文字或 QR，抽籤前後都能自行核對您的申請。")),
        ],
        main=page,
        others=[Say(reader.t("申請查詢"), reader.t("申請查詢")), call(reader, person)],
    )
    return show(reader, reader.t("月票申請完成"), card)


def openings(reader: Reader, rounds: Sequence[OpenRound], more: int, today: date) -> dict[str, Any]:
    """開放數量: places of each lot, with how the last draw went."""
    pairs = []
    for one in rounds:
        what = reader.t("{type} {places} 張", type=one.type_name(reader.language), places=one.places)
        last = f"\n{odds_text(reader, one.odds)}" if one.odds else ""
        pairs.append((lot_label(reader, one), what + last))
    blocks: list[Block] = [Rows(pairs)]
    if more:
        blocks.append(Note(reader.t("還有 {count} 處，請在「月票申請」輸入名稱找。", count=more)))
    if rounds:
        blocks.append(Note(reader.t("登記到 {time}。", time=moment(reader, rounds[0].closes_at, today))))
    card = Card(title=reader.t("開放數量"), blocks=blocks, main=Say(reader.t("申請月票"), reader.t("月票申請")))
    return show(reader, reader.t("月票開放數量"), card)


def rules(reader: Reader, limit: int, draws_url: str, person: Person) -> dict[str, Any]:
    """申請規定."""
    card = Card(
        title=reader.t("申請規定"),
        blocks=[
            Paragraph(reader.t("一車一期在同一停車場限申請一次；每人每期最多 {limit} 筆。", limit=limit)),
            Paragraph(reader.t("同一輛車可申請多處，志願序為申請的先後；都中籤時保留志願較前的一處。")),
            Paragraph(reader.t("優惠里、所在里等方案須經資格審查；未通過者以一般方案參加抽籤。")),
            Paragraph(reader.t("正取者逾期未繳費視同放棄，由備取依序遞補。")),
            Note(reader.t("抽籤的清單、公告、結果與驗證程式都公開，任何人都能重算：")),
            Note(draws_url),
        ],
        main=Say(reader.t("申請月票"), reader.t("月票申請")),
        others=[call(reader, person)],
    )
    return show(reader, reader.t("月票申請規定"), card)
