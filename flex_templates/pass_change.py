"""Cards that change an application before closing: another vehicle or plan, then a new number and receipt."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from domain.amounts import money
from domain.bindings import Vehicle
from domain.passtexts import moment
from domain.passview import QR_SIDE, EntryStanding, PassPlan
from domain.reader import Reader
from flex_templates.card import Button, Card, Lead, Link, Note, Paragraph, Picture, Press, Rows, Say
from flex_templates.person import Person, call
from flex_templates.render import show
from flex_templates.words import vehicle_name


def ask_change(
    reader: Reader,
    one: EntryStanding,
    vehicles: Sequence[tuple[Vehicle, str]],
    plans: Sequence[tuple[PassPlan, str]],
) -> dict[str, Any]:
    """Change to what? Other vehicles of the citizen's, other plans, or a plate to be typed."""
    buttons: list[Button] = [
        Press(_to_vehicle(reader, other), data, short=other.plate.canonical) for other, data in vehicles
    ]
    buttons += [Press(_to_plan(reader, plan), data, short=reader.t(plan.name)) for plan, data in plans]
    card = Card(
        title=reader.t("變更申請"),
        subtitle=one.lot_name,
        blocks=[
            Rows([(reader.t("車牌"), one.plate), (reader.t("方案"), reader.t(one.plan))]),
            Paragraph(reader.t("請選擇要改成什麼，或直接輸入另一個車牌。")),
        ],
        others=buttons,
    )
    return show(reader, reader.t("變更申請"), card)


def confirm_change(
    reader: Reader, one: EntryStanding, plate: str, plan: PassPlan, today: date, yes: Press
) -> dict[str, Any]:
    """Before and after, and what a change costs: the old receipt."""
    card = Card(
        title=reader.t("確認變更"),
        subtitle=one.lot_name,
        blocks=[
            Rows(
                [
                    (reader.t("車牌"), _to(reader, one.plate, plate)),
                    (reader.t("方案"), _to(reader, reader.t(one.plan), reader.t(plan.name))),
                    (reader.t("金額"), money(reader, plan.price)),
                ]
            ),
            Note(reader.t("變更後會換新的申請編號與收據，原來的作廢；志願序不變。")),
            Note(reader.t("{time} 截止前都可以變更或撤回。", time=moment(reader, one.closes_at, today))),
        ],
        main=yes,
    )
    return show(reader, reader.t("請確認變更"), card)


def changed_by_staff(
    reader: Reader, one: EntryStanding, page_url: str, code_url: str, today: date, person: Person
) -> dict[str, Any]:
    """Staff changed it, on a call or in 資格審查: the new number and receipt are what counts now."""
    words = reader.t("承辦人員已更新您的申請。原來的申請編號與收據已作廢，請改留這一份。")
    return _by_staff(reader, reader.t("月票申請已變更"), words, one, page_url, code_url, today, person)


def entered_by_staff(
    reader: Reader, one: EntryStanding, page_url: str, code_url: str, today: date, person: Person
) -> dict[str, Any]:
    """Staff wrote it down at the counter."""
    words = reader.t("停車場現場已為您登記申請。請保留這份收據，抽籤前後都能自行核對。")
    return _by_staff(reader, reader.t("月票申請已登記"), words, one, page_url, code_url, today, person)


def _by_staff(
    reader: Reader,
    title: str,
    words: str,
    one: EntryStanding,
    page_url: str,
    code_url: str,
    today: date,
    person: Person,
) -> dict[str, Any]:
    card = Card(
        title=title,
        subtitle=one.lot_name,
        blocks=[
            Lead(one.entry_no, reader.t("申請編號")),
            Paragraph(words),
            Rows([(reader.t("車牌"), one.plate), (reader.t("方案"), reader.t(one.plan))]),
            Picture(code_url, QR_SIDE, QR_SIDE),
            Note(reader.t("{time} 截止前都可以變更或撤回。", time=moment(reader, one.closes_at, today))),
        ],
        main=Link(reader.t("收據與 QR"), page_url),
        others=[Say(reader.t("申請查詢"), reader.t("申請查詢")), call(reader, person)],
    )
    return show(reader, title, card)


def taken_off(reader: Reader, one: EntryStanding, person: Person) -> dict[str, Any]:
    """Staff took it off the list."""
    card = Card(
        title=reader.t("月票申請不列入抽籤"),
        subtitle=one.lot_name,
        blocks=[
            Lead(one.entry_no, reader.t("申請編號")),
            Paragraph(reader.t("這筆申請經承辦人員審查，不列入這次抽籤。其他申請沒有變動。")),
            Rows([(reader.t("車牌"), one.plate), (reader.t("方案"), reader.t(one.plan))]),
            Note(reader.t("有疑問請在截止前洽停車場。")),
        ],
        main=Say(reader.t("申請查詢"), reader.t("申請查詢")),
        others=[call(reader, person)],
    )
    return show(reader, reader.t("月票申請不列入抽籤"), card)


def _to_vehicle(reader: Reader, vehicle: Vehicle) -> str:
    return reader.t("改用 {vehicle}", vehicle=vehicle_name(reader, vehicle.plate.canonical, vehicle.kind))


def _to_plan(reader: Reader, plan: PassPlan) -> str:
    return reader.t("改為 {plan}", plan=f"{reader.t(plan.name)} {money(reader, plan.price)}")


def _to(reader: Reader, before: str, after: str) -> str:
    return after if before == after else reader.t("{before} 改為 {after}", before=before, after=after)
