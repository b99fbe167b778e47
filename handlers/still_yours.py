"""「還是您的車嗎？」: the answers to a question that is asked once a year for each vehicle (handlers/notices)."""

from typing import Any

from bot.conversation import Conversation, Done, NoData, Outcome, entry
from bot.turn import Turn
from domain.bindings import Vehicle
from domain.errors import CitizenMistakeError
from flex_templates import vehicle_notices as cards
from flex_templates.person import anyone
from handlers.kinds import pressed_vehicle
from services.ownership import Ownership
from services.vehicles import SOLD, Vehicles

KEY = "still_yours"


class StillYours(Conversation[NoData]):
    key = KEY

    def __init__(self, vehicles: Vehicles, ownership: Ownership) -> None:
        self._vehicles = vehicles
        self._ownership = ownership

    @entry
    def mine(self, turn: Turn[NoData]) -> Outcome:
        """「是」."""
        vehicle = self._bound(turn)
        self._ownership.confirm(turn.uow, turn.channel, turn.citizen, vehicle)
        return Done(cards.kept(turn.reader, vehicle))

    @entry
    def sold(self, turn: Turn[NoData]) -> Outcome:
        """「已賣出」: unbound at once, with a line in 歷程."""
        vehicle = self._bound(turn)
        self._vehicles.unbind(turn.uow, turn.channel, turn.citizen, vehicle, because=SOLD)
        return Done(cards.sold(turn.reader, vehicle, anyone(turn.reader)))

    def _bound(self, turn: Turn[Any]) -> Vehicle:
        vehicle = pressed_vehicle(turn)
        if vehicle is None:
            raise CitizenMistakeError("這個按鈕不能使用，沒有任何資料被更動。請看「我的車輛」。")
        return self._vehicles.require(turn.uow, turn.channel, turn.citizen, vehicle).vehicle
