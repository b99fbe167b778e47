"""Cards of binding a vehicle: kind, services, 開單無紙化 with its own card, and what other binders are told."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from domain.bindings import Paperless, Services, Vehicle, effective_from, has_paperless_discount
from domain.dates import day
from domain.reader import Reader
from domain.vehicles import VehicleKind
from flex_templates.card import Block, Button, Card, Note, Paragraph, Press, Rows
from flex_templates.person import Person, call
from flex_templates.punctuation import listed
from flex_templates.render import show
from flex_templates.vehicles import named
from flex_templates.words import kind_name


def ask_kind(reader: Reader, plate: str, buttons: Sequence[tuple[VehicleKind, str]]) -> dict[str, Any]:
    """The first question of binding. `plate`: when it was typed already."""
    card = Card(
        title=reader.t("綁定車牌"),
        subtitle=plate,
        blocks=[Paragraph(reader.t("請選擇車種。"))],
        others=[Press(kind_name(reader, kind), data) for kind, data in buttons],
    )
    return show(reader, reader.t("請選擇車種"), card)


def confirm(
    reader: Reader,
    vehicle: Vehicle,
    services: Services,
    areas: Sequence[str],
    today: date,
    *,
    hint: str,
    yes: Press,
    others: Sequence[Button],
) -> dict[str, Any]:
    """The last question of binding: the services, what may be chosen besides. `hint`: what may be mistyped."""
    no = reader.t("不申請")
    chosen = [
        (reader.t("繳費提醒"), services.reminder.hours if services.reminder else no),
        (reader.t("開單無紙化"), reader.t("申請") if services.paperless else no),
        (reader.t("防汛通知"), listed(reader, areas) if areas else no),
    ]
    starts = reader.t("服務自明天 {day}起生效。", day=day(reader, effective_from(today), today))
    card = Card(
        title=reader.t("確認綁定"),
        subtitle=named(reader, vehicle),
        blocks=[Rows(chosen), Note("\n".join([starts, hint] if hint else [starts]))],
        main=yes,
        others=others,
    )
    return show(reader, reader.t("確認綁定"), card)


def confirm_paperless(reader: Reader, vehicle: Vehicle, today: date, yes: Press, no: Press) -> dict[str, Any]:
    """開單無紙化 is never chosen by the way: what it means, and a button of its own."""
    blocks: list[Block] = [
        Paragraph(reader.t("車上將不再放紙本停車單，改由 LINE 通知您。"), strong=True),
        Paragraph(reader.t("今天申請，明天 {day}生效。", day=day(reader, effective_from(today), today))),
        Paragraph(reader.t("這是車牌的狀態：綁定這輛車的人都看得到，也都可以結束。")),
    ]
    if has_paperless_discount(vehicle.kind):
        blocks.append(Note(reader.t("機車可享機車無紙化停車優惠，依各縣市規定。")))
    elif vehicle.kind is VehicleKind.HEAVY_MOTORCYCLE:
        blocks.append(Note(reader.t("紅、黃牌重機不適用機車無紙化停車優惠。")))
    card = Card(
        title=reader.t("申請開單無紙化？"), subtitle=named(reader, vehicle), blocks=blocks, main=yes, others=[no]
    )
    return show(reader, reader.t("申請開單無紙化？"), card)


def choose_slot(reader: Reader, buttons: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The slot of the reminder. `buttons`: hours, data."""
    card = Card(
        title=reader.t("提醒時段"),
        blocks=[Paragraph(reader.t("想在哪個時段收到繳費提醒？"))],
        others=[Press(hours, data) for hours, data in buttons],
    )
    return show(reader, reader.t("提醒時段"), card)


def choose_areas(reader: Reader, buttons: Sequence[tuple[str, bool, str]], done: Press) -> dict[str, Any]:
    """防汛: areas, chosen or not. `buttons`: name, whether chosen, data that turns it over."""
    chosen = [name for name, on, _data in buttons if on]
    card = Card(
        title=reader.t("防汛通知的區域"),
        blocks=[Paragraph(reader.t("已選：{areas}", areas=listed(reader, chosen) if chosen else reader.t("無")))],
        main=done,
        others=[
            Press(reader.t("不要「{area}」", area=name) if on else reader.t("加選「{area}」", area=name), data)
            for name, on, data in buttons
        ],
    )
    return show(reader, reader.t("防汛通知的區域"), card)


def one_more(reader: Reader, vehicle: Vehicle, report: Press, person: Person) -> dict[str, Any]:
    """Another person bound the plate. Who it is, is not said."""
    card = Card(
        title=reader.t("又有一位綁定了您的車牌"),
        subtitle=named(reader, vehicle),
        blocks=[
            Paragraph(reader.t("家人共用車輛時可以各自綁定，您的綁定不受影響，您的資料也不會給對方看。")),
            Paragraph(reader.t("若不是您認識的人，請回報，由承辦人員查看。")),
        ],
        others=[report, call(reader, person)],
    )
    return show(reader, reader.t("又有一位綁定了您的車牌"), card)


def reported(reader: Reader, vehicle: Vehicle, person: Person) -> dict[str, Any]:
    """The report is kept."""
    card = Card(
        title=reader.t("已收到您的回報"),
        subtitle=named(reader, vehicle),
        blocks=[Paragraph(reader.t("承辦人員會查看。您的綁定不受影響；若想先了解，請撥打下方電話。"))],
        others=[call(reader, person)],
    )
    return show(reader, reader.t("已收到您的回報"), card)


def paperless_changed(
    reader: Reader, vehicle: Vehicle, state: Paperless, today: date, see: Press, person: Person
) -> dict[str, Any]:
    """開單無紙化 of a shared plate began or ended: it concerns everybody who looks for slips on that vehicle."""
    if state.last_day is None:
        title = reader.t("這輛車改為開單無紙化")
        words = reader.t(
            "{day}起，車上不再放紙本停車單。這是由另一位綁定這輛車的人申請的，您也可以結束它。",
            day=day(reader, state.starts, today),
        )
    else:
        title = reader.t("這輛車的開單無紙化結束")
        words = reader.t("明天起，車上恢復放紙本停車單。")
    card = Card(
        title=title, subtitle=named(reader, vehicle), blocks=[Paragraph(words)], main=see, others=[call(reader, person)]
    )
    return show(reader, title, card)
