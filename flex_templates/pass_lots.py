"""Cards of what lots offer: 開放數量, one lot with how its last draws went, 申請規定."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from domain.amounts import money
from domain.passtexts import first_buyers, moment, odds_text, percent, period
from domain.passview import ODDS_CHART, Odds, OpenRound
from domain.reader import Reader
from flex_templates.card import Block, Button, Card, Note, Paragraph, Picture, Press, Rows, Say
from flex_templates.passes import lot_label
from flex_templates.person import Person, call
from flex_templates.punctuation import beside
from flex_templates.render import show


def openings(
    reader: Reader, rounds: Sequence[OpenRound], buttons: Sequence[Button], more: int, today: date
) -> dict[str, Any]:
    """開放數量: places of each lot, with how the last draw went. `buttons`: one for each lot that is shown closer."""
    pairs = []
    for one in rounds:
        what = reader.t("{type} {places} 張", type=one.type_name(reader.language), places=one.places)
        pairs.append((lot_label(reader, one), "\n".join([what, *(odds_text(reader, last) for last in one.odds[:1])])))
    blocks: list[Block] = [Rows(pairs)]
    if more:
        blocks.append(Note(reader.t("還有 {count} 處，請在「月票申請」輸入名稱找。", count=more)))
    blocks.append(Note(reader.t("登記到 {time}。", time=moment(reader, rounds[0].closes_at, today))))
    apply = Say(reader.t("申請月票"), reader.t("月票申請"))
    card = Card(title=reader.t("開放數量"), blocks=blocks, main=apply, others=buttons)
    return show(reader, reader.t("月票開放數量"), card)


def lot(
    reader: Reader, one: OpenRound, chart_url: str, today: date, apply: Press | None, others: Sequence[Button]
) -> dict[str, Any]:
    """One lot: places, prices, and its last draws as a picture and in words. `apply`: None where only the lot does."""
    pairs = [
        (reader.t("開放張數"), str(one.places)),
        (reader.t("使用期間"), period(reader, one.starts_on, one.ends_on, today)),
        (reader.t("登記截止"), moment(reader, one.closes_at, today)),
        (reader.t("抽籤"), moment(reader, one.draw_at, today)),
        *((reader.t(plan.name), money(reader, plan.price)) for plan in one.plans),
    ]
    blocks: list[Block] = [Rows(pairs)]
    if chart_url:
        blocks.append(Picture(chart_url, *ODDS_CHART))
    blocks.append(Rows([(last.month, _drawn(reader, last)) for last in one.odds]) if one.odds else _unknown(reader))
    blocks += [Note(first_buyers(reader, window, today)) for window in one.first_buyers]
    if not one.online:
        blocks.append(Note(reader.t("這個停車場的月票只在現場受理，請洽現場管理員。")))
    title, kind = lot_label(reader, one), one.type_name(reader.language)
    card = Card(title=title, subtitle=kind, blocks=blocks, main=apply, others=others)
    return show(reader, reader.t("月票開放數量"), card)


def opened(reader: Reader, one: OpenRound, today: date, apply: Press, fewer: Press) -> dict[str, Any]:
    """A round of a starred lot has opened."""
    pairs = [
        (reader.t("使用期間"), period(reader, one.starts_on, one.ends_on, today)),
        (reader.t("開放張數"), str(one.places)),
        (reader.t("登記截止"), moment(reader, one.closes_at, today)),
    ]
    blocks: list[Block] = [Rows(pairs), *(Note(odds_text(reader, last)) for last in one.odds[:1])]
    blocks += [Note(first_buyers(reader, window, today)) for window in one.first_buyers]
    title, kind = reader.t("收藏的停車場開放登記"), one.type_name(reader.language)
    where = beside(reader, one.lot_name, kind)
    return show(reader, title, Card(title=title, subtitle=where, blocks=blocks, main=apply, others=[fewer]))


def rules(
    reader: Reader, limit: int, priority: Sequence[tuple[str, int, int]], draws_url: str, person: Person
) -> dict[str, Any]:
    """申請規定. `priority`: categories of 優先購買 with their first and last day of the draw's month."""
    first = [
        Paragraph(
            reader.t(
                "{who}優先購買：抽籤當月 {first} 日至 {last} 日持證明到停車場購買，不必抽籤；未售出的名額併入抽籤。",
                who=reader.t(name),
                first=first_day,
                last=last_day,
            )
        )
        for name, first_day, last_day in priority
    ]
    card = Card(
        title=reader.t("申請規定"),
        blocks=[
            Paragraph(reader.t("一車一期在同一停車場限申請一次；每人每期最多 {limit} 筆。", limit=limit)),
            Paragraph(reader.t("同一輛車可申請多處，志願序為申請的先後，截止前可在「申請查詢」調整。")),
            Paragraph(reader.t("都中籤時保留志願較前的一處，其他由備取遞補。")),
            Paragraph(reader.t("截止前可變更車輛、方案或撤回；變更後會換新的申請編號與收據。")),
            Paragraph(reader.t("優惠里、所在里等方案須經資格審查；未通過者以一般方案參加抽籤。")),
            *first,
            Paragraph(reader.t("正取者逾期未繳費視同放棄，由備取依序遞補。")),
            Note(reader.t("抽籤的清單、公告、結果與驗證程式都公開，任何人都能重算：")),
            Note(draws_url),
        ],
        main=Say(reader.t("申請月票"), reader.t("月票申請")),
        others=[call(reader, person)],
    )
    return show(reader, reader.t("月票申請規定"), card)


def _drawn(reader: Reader, last: Odds) -> str:
    values = {"entries": last.entries, "places": last.places, "percent": percent(last), "no": last.highest}
    if last.highest:
        return reader.t("{entries} 人抽 {places} 張（{percent}），遞補至備取 {no} 號", **values)
    return reader.t("{entries} 人抽 {places} 張（{percent}）", **values)


def _unknown(reader: Reader) -> Note:
    return Note(reader.t("這個停車場還沒有公開的抽籤紀錄。"))
