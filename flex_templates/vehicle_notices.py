"""Cards about one vehicle's notices: its channel, and whether it still is the reader's."""

from collections.abc import Sequence
from typing import Any

from domain.bindings import Vehicle
from domain.reader import Reader
from flex_templates.card import Card, Note, Paragraph, Press, Say
from flex_templates.person import Person, call
from flex_templates.render import show
from flex_templates.theme import Tone
from flex_templates.vehicles import named


def choose_channel(reader: Reader, vehicle: Vehicle, now: str, buttons: Sequence[Press]) -> dict[str, Any]:
    """By which channel its reminders go. `now`: what is chosen."""
    card = Card(
        title=reader.t("這輛車的提醒用什麼傳？"),
        subtitle=named(reader, vehicle),
        blocks=[Paragraph(reader.t("目前：{now}", now=now)), Note(reader.t("簡訊只寄到您驗證過的手機號碼。"))],
        others=buttons,
    )
    return show(reader, reader.t("這輛車的提醒用什麼傳？"), card)


def still_yours(reader: Reader, vehicle: Vehicle, yes: Press, sold: Press, person: Person) -> dict[str, Any]:
    """Once a year. A lock screen does not show the plate."""
    card = Card(
        title=reader.t("{plate} 還是您的車嗎？", plate=vehicle.plate.canonical),
        subtitle=named(reader, vehicle),
        blocks=[Paragraph(reader.t("每年確認一次，免得提醒傳到前車主這裡。不回答也照常提醒。"))],
        main=yes,
        others=[sold, call(reader, person)],
    )
    return show(reader, reader.t("您綁定的車還是您的嗎？"), card)


def kept(reader: Reader, vehicle: Vehicle) -> dict[str, Any]:
    """It still is."""
    card = Card(
        title=reader.t("謝謝您的確認"),
        subtitle=named(reader, vehicle),
        tone=Tone.DONE,
        blocks=[Paragraph(reader.t("提醒照常，明年再問您一次。"))],
        main=Say(reader.t("我的車輛"), reader.t("我的車輛")),
    )
    return show(reader, reader.t("謝謝您的確認"), card)


def sold(reader: Reader, vehicle: Vehicle, person: Person) -> dict[str, Any]:
    """It was sold: nothing is told of it any more, and what is owed until then stays owed."""
    card = Card(
        title=reader.t("已解除綁定"),
        subtitle=named(reader, vehicle),
        tone=Tone.DONE,
        blocks=[
            Paragraph(reader.t("這輛車不會再提醒您。")),
            Note(reader.t("過戶前的停車費仍由當時的使用人繳納，輸入車牌就能查詢。")),
        ],
        main=Say(reader.t("我的車輛"), reader.t("我的車輛")),
        others=[call(reader, person)],
    )
    return show(reader, reader.t("已解除綁定"), card)


def unbound_for(reader: Reader, vehicle: Vehicle, person: Person) -> dict[str, Any]:
    """Staff unbound it because its citizen asked for that."""
    card = Card(
        title=reader.t("已解除綁定"),
        subtitle=named(reader, vehicle),
        tone=Tone.DONE,
        blocks=[
            Paragraph(reader.t("客服依您的要求解除了這輛車的綁定，不會再提醒您。")),
            Note(reader.t("若不是您要求的，請來電；您也可以隨時重新綁定。")),
        ],
        main=Say(reader.t("我的車輛"), reader.t("我的車輛")),
        others=[call(reader, person)],
    )
    return show(reader, reader.t("客服解除了您一輛車的綁定"), card)
