"""更改提醒管道: by which channel one vehicle's reminders go. Its doors are pressed in 編輯; there is no word."""

from typing import Any

from bot.conversation import Conversation, Done, NoData, Outcome, entry
from bot.postback import door
from bot.turn import Turn
from domain.bindings import Vehicle
from domain.errors import CitizenMistakeError
from domain.notices import Channel
from domain.noticewords import CHANNELS as NAMES
from flex_templates import vehicle_notices as cards
from flex_templates.card import Press
from handlers.choosing import CHANNELS, VehicleCards
from handlers.kinds import pressed_vehicle, values_of
from services.autopay import Autopay
from services.vehicles import Vehicles

AS_SET = "as_set"  # as in 通知設定


class VehicleChannel(Conversation[NoData]):
    key = CHANNELS

    def __init__(self, vehicles: Vehicles, autopay: Autopay) -> None:
        self._vehicles = vehicles
        self._cards = VehicleCards(vehicles.rules, autopay)

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        vehicle = _pressed(turn)
        now = self._vehicles.require(turn.uow, turn.channel, turn.citizen, vehicle).told_by
        choices: list[tuple[Channel | None, str]] = [(None, turn.t("同通知設定"))]
        choices += [(channel, turn.t(name)) for channel, name in NAMES.items()]
        buttons = [
            Press(label, door(CHANNELS, "choose", to=channel or AS_SET, **values_of(vehicle)))
            for channel, label in choices
            if channel is not now
        ]
        chosen = next(label for channel, label in choices if channel is now)
        return Done(cards.choose_channel(turn.reader, vehicle, chosen, buttons))

    @entry
    def choose(self, turn: Turn[NoData]) -> Outcome:
        """A button of any age does what it says."""
        vehicle, wanted = _pressed(turn), turn.value("to")
        if wanted not in (AS_SET, *Channel):
            raise _unusable()
        told_by = None if wanted == AS_SET else Channel(wanted)
        bound = self._vehicles.choose_channel(turn.uow, turn.channel, turn.citizen, vehicle, told_by)
        return Done(self._cards.changed(turn, bound, turn.t("已更改")))


def _pressed(turn: Turn[Any]) -> Vehicle:
    vehicle = pressed_vehicle(turn)
    if vehicle is None:
        raise _unusable()
    return vehicle


def _unusable() -> CitizenMistakeError:
    return CitizenMistakeError("這個按鈕不能使用，沒有任何資料被更動。請看「我的車輛」。")
