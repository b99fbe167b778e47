"""代繳查詢: who holds the automatic payment of one's own vehicle, one at a time."""

from typing import Any

from bot.conversation import Conversation, Done, NoData, Outcome, entry
from bot.postback import door
from bot.triggers import Words
from bot.turn import Turn
from domain.bindings import Vehicle
from domain.clock import city_date
from domain.dates import day
from domain.errors import CitizenMistakeError
from domain.reader import msgid
from flex_templates import autopay as cards
from flex_templates.card import Press
from flex_templates.person import anyone
from handlers.choosing import AUTOPAY
from handlers.kinds import pressed_vehicle, values_of
from services.autopay import Autopay
from services.vehicles import Vehicles


class AutopayHolder(Conversation[NoData]):
    key = AUTOPAY
    triggers = (Words("代繳查詢", "代繳", "自動代繳", "代缴查询", "auto-pay", "autopay", "automatic payment"),)
    title = msgid("代繳查詢")
    explains = msgid("您綁定的車輛由哪一家業者代繳、怎麼換")
    place = 85

    def __init__(self, autopay: Autopay, vehicles: Vehicles) -> None:
        self._autopay = autopay
        self._vehicles = vehicles

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        bound = [binding.vehicle for binding in self._vehicles.of(turn.uow, turn.channel, turn.citizen)]
        if not bound:
            return Done(cards.none_bound(turn.reader, anyone(turn.reader)))
        if len(bound) > 1:
            buttons = [(vehicle, door(self.key, "show", **values_of(vehicle))) for vehicle in bound]
            return Done(cards.which(turn.reader, buttons))
        return self._show(turn, bound[0])

    @entry
    def show(self, turn: Turn[NoData]) -> Outcome:
        """One vehicle, by its button."""
        return self._show(turn, _pressed(turn))

    @entry
    def remind(self, turn: Turn[NoData]) -> Outcome:
        """「解除後提醒我」: pressed again, it counts from then."""
        vehicle = _pressed(turn)
        at = self._autopay.remind(turn.uow, turn.channel, turn.citizen, vehicle)
        when = day(turn.reader, city_date(at), city_date(turn.now))
        return Done(cards.reminded(turn.reader, vehicle, when, self._no_reminder(turn, vehicle), anyone(turn.reader)))

    @entry
    def forget(self, turn: Turn[NoData]) -> Outcome:
        """「不用提醒」."""
        vehicle = _pressed(turn)
        self._autopay.forget(turn.uow, turn.channel, turn.citizen, vehicle)
        return self._show(turn, vehicle)

    def _show(self, turn: Turn[Any], vehicle: Vehicle) -> Outcome:
        who = (turn.uow, turn.channel, turn.citizen)
        reports = self._autopay.reports(*who, vehicle)
        if self._autopay.reminder(*who, vehicle):
            remind = self._no_reminder(turn, vehicle)
        else:
            remind = Press(turn.t("解除後提醒我"), door(self.key, "remind", **values_of(vehicle)))
        return Done(
            cards.standing(turn.reader, vehicle, reports, self._autopay.rules, turn.now, remind, anyone(turn.reader))
        )

    def _no_reminder(self, turn: Turn[Any], vehicle: Vehicle) -> Press:
        return Press(turn.t("不用提醒"), door(self.key, "forget", **values_of(vehicle)))


def _pressed(turn: Turn[Any]) -> Vehicle:
    vehicle = pressed_vehicle(turn)
    if vehicle is None:
        raise CitizenMistakeError("這個按鈕不能使用，沒有任何資料被更動。請看「我的車輛」。")
    return vehicle
