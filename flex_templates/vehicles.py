"""我的車輛: a card per vehicle with what is chosen for it, and the cards that change it."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from domain.bindings import Binding, Paperless, Vehicle
from domain.dates import day
from domain.noticewords import CHANNELS
from domain.reader import Display, Reader
from flex_templates.card import Block, Button, Card, Note, Paragraph, Press, Rows, Say
from flex_templates.limits import QUICK_REPLIES
from flex_templates.person import Person, call
from flex_templates.punctuation import listed
from flex_templates.render import show
from flex_templates.theme import Tone
from flex_templates.words import kind_name, vehicle_name


def named(reader: Reader, vehicle: Vehicle) -> str:
    """Plate and kind in one line."""
    return vehicle_name(reader, vehicle.plate.canonical, vehicle.kind)


def rows(reader: Reader, binding: Binding, areas: Sequence[str], today: date) -> list[tuple[str, str]]:
    """The services of a vehicle with slot and effective date. `areas`: names of its flood areas."""
    slot = binding.services.reminder
    reminder = since(reader, slot.hours, binding.reminder_from, today) if slot else reader.t("未申請")
    if slot and binding.told_by:
        reminder = reader.t("{slot}，用{channel}", slot=reminder, channel=reader.t(CHANNELS[binding.told_by]))
    flood = since(reader, listed(reader, areas), binding.flood_from, today) if areas else reader.t("未申請")
    return [
        (reader.t("繳費提醒"), reminder),
        (reader.t("開單無紙化"), paperless(reader, binding.paperless, today, mine=binding.services.paperless)),
        (reader.t("防汛通知"), flood),
    ]


def since(reader: Reader, what: str, first: date | None, today: date) -> str:
    """What is chosen; until it begins, from which day."""
    if first is None or first <= today:
        return what
    return reader.t("{what}，{day}起", what=what, day=day(reader, first, today))


def paperless(reader: Reader, state: Paperless | None, today: date, *, mine: bool) -> str:
    """The state of the plate in words. `mine`: whether the reader asked for it."""
    if state is None:
        return reader.t("未申請，車上放紙本停車單")
    if state.last_day is not None:
        return reader.t("今天結束，明天起恢復紙本停車單")
    words = reader.t("已生效") if state.starts <= today else reader.t("{day}起", day=day(reader, state.starts, today))
    return words if mine else reader.t("{state}（另一位綁定人申請）", state=words)


def card(
    reader: Reader,
    binding: Binding,
    areas: Sequence[str],
    holder: str,
    today: date,
    buttons: Sequence[Button],
    title: str = "",
) -> Card:
    """One vehicle. `holder`: of its automatic payment, in words. `title`: what happened; else the plate is it."""
    of_others = [
        (reader.t("公有停車場會員"), reader.t("尚無資料")),  # until somebody supplies it
        (reader.t("月票場所"), reader.t("請看「我的月票」")),
        (reader.t("第三方支付"), holder),
    ]
    plate, kind = binding.plate.canonical, kind_name(reader, binding.kind)
    return Card(
        title=title or plate,
        subtitle=named(reader, binding.vehicle) if title else kind,
        tone=Tone.DONE if title else Tone.NEUTRAL,
        blocks=[Rows([(reader.t("車種"), kind), *rows(reader, binding, areas, today), *of_others])],
        others=buttons,
    )


def fleet(reader: Reader, cards: Sequence[Card], bind: Press | None) -> dict[str, Any]:
    """All vehicles. `bind`: binds another; None when there are as many as may be.

    As plain text only 13 buttons fit: then a vehicle has its 編輯 alone, behind which its 刪除 is.
    """
    shown = list(cards)
    if reader.display is Display.PLAIN and sum(len(one.others) for one in shown) + bool(bind) >= QUICK_REPLIES:
        for one in shown:
            one.others = one.others[:1]
    if bind:
        more = Card(
            title=reader.t("還有其他車？"),
            blocks=[Paragraph(reader.t("再綁定一輛，就能一起查待繳。"))],
            others=[bind],
        )
        shown.append(more)
    return show(reader, reader.t("您綁定的車輛"), *shown)


def none_bound(reader: Reader, bind: Press, person: Person) -> dict[str, Any]:
    """Nothing is bound here."""
    card = Card(
        title=reader.t("還沒有綁定車輛"),
        blocks=[
            Paragraph(reader.t("綁定後，一次就能查所有車的待繳停車單。")),
            Note(reader.t("若在其他服務綁定過，例如縣市的停車 App 或網站，請在那項服務裡解除。")),
        ],
        main=bind,
        others=[call(reader, person)],
    )
    return show(reader, reader.t("還沒有綁定車輛"), card)


def changed(reader: Reader, card: Card) -> dict[str, Any]:
    """What was bound or changed, as it is now. The title says what happened."""
    return show(reader, card.title, card)


def edit(
    reader: Reader, binding: Binding, areas: Sequence[str], today: date, buttons: Sequence[Button]
) -> dict[str, Any]:
    """編輯: what is chosen, and a button for each change."""
    card = Card(
        title=reader.t("編輯車輛"),
        subtitle=named(reader, binding.vehicle),
        blocks=[Rows(rows(reader, binding, areas, today))],
        others=buttons,
    )
    return show(reader, reader.t("編輯車輛"), card)


def confirm_unbinding(reader: Reader, vehicle: Vehicle, yes: Press, *, paperless: bool) -> dict[str, Any]:
    """刪除: what ends with it. `paperless`: the reader asked for 開單無紙化."""
    ends: list[Block] = [Paragraph(reader.t("這輛車的提醒與通知都會停止，「待繳」不再一起查它。"))]
    if paperless:
        ends.append(Note(reader.t("若沒有其他人申請這輛車的開單無紙化，明天起車上恢復放紙本停車單。")))
    card = Card(title=reader.t("要解除綁定嗎？"), subtitle=named(reader, vehicle), blocks=ends, main=yes)
    return show(reader, reader.t("要解除綁定嗎？"), card)


def unbound(reader: Reader, vehicle: Vehicle) -> dict[str, Any]:
    """It is done."""
    card = Card(
        title=reader.t("已解除綁定"),
        subtitle=named(reader, vehicle),
        tone=Tone.DONE,
        blocks=[Paragraph(reader.t("這輛車不會再提醒您。需要時可隨時再綁定。"))],
        main=Say(reader.t("我的車輛"), reader.t("我的車輛")),
    )
    return show(reader, reader.t("已解除綁定"), card)


def which(reader: Reader, buttons: Sequence[tuple[Vehicle, str]]) -> dict[str, Any]:
    """解除綁定: which of them? A label of plain text has room for the plate, and the kind only where it is needed."""
    plates = Counter(vehicle.plate.canonical for vehicle, _ in buttons)
    names = [named(reader, v) if plates[v.plate.canonical] > 1 else v.plate.canonical for v, _ in buttons]
    card = Card(
        title=reader.t("要解除綁定哪一輛？"),
        others=[Press(name, data) for name, (_, data) in zip(names, buttons, strict=True)],
    )
    return show(reader, reader.t("要解除綁定哪一輛？"), card)
