"""代繳查詢: which firm holds a vehicle's automatic payment, how to leave it, when another may bind it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.autopay import AutopayRules, Firm, HolderReport
from domain.bindings import Vehicle
from domain.clock import city_date
from domain.dates import day_and_time
from domain.reader import Reader
from flex_templates.card import Button, Card, Link, Note, Paragraph, Press, Rows, Say
from flex_templates.person import Person, call
from flex_templates.punctuation import listed
from flex_templates.render import show
from flex_templates.theme import Tone
from flex_templates.vehicles import named


def in_a_row(reader: Reader, reports: Sequence[HolderReport], rules: AutopayRules, now: datetime) -> str:
    """Who holds it, and as of when, for a row among others; where nobody has reported it, how to ask."""
    if not reports:
        return reader.t("機關未回報，請看「代繳查詢」")
    today = city_date(now)
    said = []
    for report in reports:
        firm = rules.firm(report.holder).name(reader.language) if report.holder else reader.t("無")
        time = day_and_time(reader, report.reported_at, today)
        said.append(reader.t("{firm}（{agency}，{time} 回報）", firm=firm, agency=report.agency_name, time=time))
    return listed(reader, said)


def which(reader: Reader, buttons: Sequence[tuple[Vehicle, str]]) -> dict[str, Any]:
    """Several vehicles are bound: one at a time."""
    card = Card(
        title=reader.t("要查哪一輛車的代繳單位？"),
        others=[Press(named(reader, vehicle), data, vehicle.plate.canonical) for vehicle, data in buttons],
    )
    return show(reader, reader.t("要查哪一輛車的代繳單位？"), card)


def none_bound(reader: Reader, person: Person) -> dict[str, Any]:
    """Only one's own vehicles are told about."""
    card = Card(
        title=reader.t("代繳查詢"),
        blocks=(Paragraph(reader.t("為保護車主，只能查您自己綁定的車輛。請先綁定車牌，再查代繳單位。")),),
        main=Say(reader.t("綁定車牌"), reader.t("綁定車牌")),
        others=(call(reader, person),),
    )
    return show(reader, reader.t("代繳查詢"), card)


def standing(
    reader: Reader,
    vehicle: Vehicle,
    reports: Sequence[HolderReport],
    rules: AutopayRules,
    now: datetime,
    remind: Press,
    person: Person,
) -> dict[str, Any]:
    """What agencies report, a card each. `remind`: asks for the reminder, or takes it back."""
    cards = [
        _held(reader, vehicle, report, rules, now, remind, person)
        if report.holder
        else _free(reader, vehicle, report, rules, now, person)
        for report in reports
    ]
    return show(reader, reader.t("代繳查詢結果"), *(cards or [_unknown(reader, vehicle, rules, person)]))


def reminded(reader: Reader, vehicle: Vehicle, day: str, forget: Press, person: Person) -> dict[str, Any]:
    """The reminder will come. `day`: ready to show."""
    card = Card(
        title=reader.t("會提醒您重新綁定"),
        subtitle=named(reader, vehicle),
        tone=Tone.DONE,
        blocks=(
            Paragraph(reader.t("{day}起，在您的通知時段提醒一次。", day=day)),
            Note(reader.t("請記得先向目前的代繳單位解除；沒有解除就不能改綁。")),
        ),
        others=(forget, call(reader, person)),
    )
    return show(reader, reader.t("會提醒您重新綁定"), card)


def again(
    reader: Reader,
    vehicle: Vehicle,
    held: Sequence[tuple[Firm, HolderReport]],
    now: datetime,
    look: Press,
    person: Person,
) -> dict[str, Any]:
    """The reminder. `held`: firms that are reported to hold it all the same."""
    notes = [
        Note(
            reader.t(
                "{agency}最近的回報（{time}）仍由{firm}代繳。若剛解除，請再等一天；若還沒解除，請先向{firm}解除。",
                agency=report.agency_name,
                time=day_and_time(reader, report.reported_at, city_date(now)),
                firm=firm.name(reader.language),
            )
        )
        for firm, report in held
    ]
    if held:
        title, words = reader.t("代繳單位還沒有變更"), reader.t("等候時間已過，但機關回報的代繳單位還是原來的。")
    else:
        title, words = reader.t("可以重新綁定代繳了"), reader.t("解除後的等候時間已過，現在可以到您選的業者綁定車牌。")
    card = Card(
        title=title,
        subtitle=named(reader, vehicle),
        blocks=(Paragraph(words), *notes),
        main=look,
        others=(call(reader, person),),
    )
    return show(reader, title, card)


def _held(
    reader: Reader,
    vehicle: Vehicle,
    report: HolderReport,
    rules: AutopayRules,
    now: datetime,
    remind: Press,
    person: Person,
) -> Card:
    firm = rules.firm(report.holder or "")
    name = firm.name(reader.language)
    one_only = reader.t("一個車牌只能由一家業者代繳。要換一家，請先向{firm}解除，再向新的業者綁定。", firm=name)
    fails = reader.t("綁定失敗時，無法以車牌辨識自動進出公有停車場及自動扣繳；路邊停車與其他合作停車場不受影響。")
    wait = reader.t(
        "解除後系統更新需要 {first}–{last} 天，之後才能重新綁定。", first=rules.first_day, last=rules.last_day
    )
    leave: list[Button] = [Link(reader.t("{firm}的解除說明", firm=name), firm.page)] if firm.page else []
    leave += [call(reader, Person(name, firm.phone))] if firm.phone else []
    return Card(
        title=reader.t("代繳單位：{firm}", firm=name),
        subtitle=named(reader, vehicle),
        blocks=(
            Rows(_rows(reader, report, now)),
            Paragraph(one_only),
            Paragraph(fails),
            Note(wait + _old(reader, report, rules, now)),
        ),
        main=remind,
        others=(*leave, Link(reader.t("各家業者的解除說明"), rules.guide), call(reader, person)),
    )


def _free(
    reader: Reader, vehicle: Vehicle, report: HolderReport, rules: AutopayRules, now: datetime, person: Person
) -> Card:
    old = _old(reader, report, rules, now).strip()
    return Card(
        title=reader.t("沒有代繳單位"),
        subtitle=named(reader, vehicle),
        blocks=(
            Rows(_rows(reader, report, now)),
            Paragraph(reader.t("目前沒有業者代繳這輛車，可以向您選的業者綁定。")),
            *([Note(old)] if old else []),
        ),
        others=(call(reader, person),),
    )


def _unknown(reader: Reader, vehicle: Vehicle, rules: AutopayRules, person: Person) -> Card:
    return Card(
        title=reader.t("查不到代繳單位"),
        subtitle=named(reader, vehicle),
        blocks=(
            Paragraph(reader.t("機關還沒有回報這輛車，我們不知道由哪一家代繳；這不代表沒有。")),
            Note(
                reader.t(
                    "臺北市可自行查詢：登入智慧支付平台，點「我的帳單」「北市停車費」「新增綁定」，輸入車牌即顯示。"
                )
            ),
        ),
        main=Link(reader.t("到智慧支付平台查"), rules.official),
        others=(call(reader, person),),
    )


def _rows(reader: Reader, report: HolderReport, now: datetime) -> list[tuple[str, str]]:
    today = city_date(now)
    return [
        (reader.t("機關"), report.agency_name),
        (reader.t("自何時起"), day_and_time(reader, report.since, today)),
        (reader.t("回報時間"), day_and_time(reader, report.reported_at, today)),
    ]


def _old(reader: Reader, report: HolderReport, rules: AutopayRules, now: datetime) -> str:
    """A line on a report that is old; nothing for a fresh one."""
    if not rules.is_stale(report, now):
        return ""
    return "\n" + reader.t("這是 {days} 天前的回報，可能已經變動。", days=(now - report.reported_at).days)
