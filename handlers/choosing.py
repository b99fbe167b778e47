"""The choices of a binding that binding and editing share: slot, flood areas, and the card of 開單無紙化."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from bot.conversation import Goto, Outcome, Stay, step
from bot.message import Message
from bot.postback import door
from bot.turn import Turn
from domain.autopay import HolderReport
from domain.bindings import Binding, Services, Vehicle, VehicleRules
from domain.clock import city_date
from domain.plates import parse_plate
from domain.reader import Reader
from domain.slots import Slot
from domain.vehicles import VehicleKind
from flex_templates import autopay as autopay_cards
from flex_templates import binding as cards
from flex_templates import vehicles as vehicle_cards
from flex_templates.card import Button, Card, Press
from handlers.kinds import values_of
from services.autopay import Autopay

AUTOPAY = "autopay"  # key of the conversation about holders of automatic payments
BINDS = "plates"  # key of the conversation that binds
CHANNELS = "vehicle_channel"  # key of the conversation in which a vehicle gets a channel of its own
VEHICLES = "vehicles"  # key of the conversation that shows and changes what is bound


class Choice(BaseModel):
    """A vehicle and what is chosen for it so far."""

    kind: str = ""
    plate: str = ""
    slot: str = ""  # of the reminder; "": none
    paperless: bool = False
    flood: tuple[str, ...] = ()

    @property
    def vehicle(self) -> Vehicle:
        """Once plate and kind are known."""
        return Vehicle(parse_plate(self.plate), VehicleKind(self.kind))

    @property
    def services(self) -> Services:
        return Services(Slot.parse(self.slot) if self.slot else None, self.paperless, self.flood)

    def take(self, services: Services) -> None:
        """Start from these services."""
        self.slot = services.reminder.key if services.reminder else ""
        self.paperless, self.flood = services.paperless, services.flood


class Choosing(ABC):
    """Steps for a conversation whose Data is a Choice. It says in `chosen` how to go on after one of them."""

    rules: VehicleRules

    @abstractmethod
    def chosen(self, turn: Turn[Any]) -> Outcome:
        """A choice was made; it is in turn.data."""

    def changes_mind(self, turn: Turn[Any]) -> Outcome | None:
        """A service to choose anew, or one taken or dropped in turn.data; None: the button is another."""
        match turn.pressed:
            case "slot":
                return Goto(self.slot)
            case "paperless":
                return Goto(self.paperless)
            case "areas":
                return Goto(self.areas)
            case "no_reminder":
                turn.data.slot = ""
            case "flood":
                turn.data.flood = self.rules.every_area
            case "no_flood":
                turn.data.flood = ()
            case _:
                return None
        return self.chosen(turn)

    def left(self, turn: Turn[Any]) -> Outcome:
        """The citizen chose to leave things as they are."""
        return self.chosen(turn)

    @step()
    def slot(self, turn: Turn[Any]) -> Message:
        buttons = [(slot.hours, turn.button("take", slot=slot.key)) for slot in self.rules.slots]
        return cards.choose_slot(turn.reader, buttons)

    @slot.answer
    def slot_given(self, turn: Turn[Any]) -> Outcome:
        named = {name: slot.key for slot in self.rules.slots for name in (slot.key, slot.hours)}
        slot = named.get(turn.value("slot") or turn.typed)
        if slot is None:
            return Stay(turn.text("請按下方的時段。"))
        turn.data.slot = slot
        return self.chosen(turn)

    @step()
    def paperless(self, turn: Turn[Any]) -> Message:
        yes = Press(turn.t("申請開單無紙化"), turn.button("yes"))
        no = Press(turn.t("不申請"), turn.button("no"))
        return cards.confirm_paperless(turn.reader, turn.data.vehicle, city_date(turn.now), yes, no)

    @paperless.answer
    def paperless_given(self, turn: Turn[Any]) -> Outcome:
        if turn.pressed not in ("yes", "no"):
            return Stay(turn.text("請按「申請開單無紙化」或「不申請」。"))
        if turn.pressed == "no":
            return self.left(turn)
        turn.data.paperless = True
        return self.chosen(turn)

    @step()
    def areas(self, turn: Turn[Any]) -> Message:
        every = self.rules.flood_areas.values()
        language = turn.reader.language
        buttons = [(a.name(language), a.key in turn.data.flood, turn.button("turn", area=a.key)) for a in every]
        return cards.choose_areas(turn.reader, buttons, Press(turn.t("完成"), turn.button("done")))

    @areas.answer
    def areas_given(self, turn: Turn[Any]) -> Outcome:
        if turn.pressed == "done":
            return self.chosen(turn)
        area = turn.value("area")
        if area not in self.rules.flood_areas:
            return Stay(turn.text("請按下方的區域，選好後按「完成」。"))
        turn.data.flood = tuple(a for a in self.rules.every_area if (a in turn.data.flood) != (a == area))
        return Goto(self.areas)


def area_names(reader: Reader, rules: VehicleRules, areas: tuple[str, ...]) -> list[str]:
    """Flood areas by name; one that is no longer in the rules goes unnamed."""
    return [area.name(reader.language) for key, area in rules.flood_areas.items() if key in areas]


class VehicleCards:
    """Shows vehicles of the citizen, with what agencies have reported of them."""

    def __init__(self, rules: VehicleRules, autopay: Autopay) -> None:
        self._rules = rules
        self._autopay = autopay

    def of(self, turn: Turn[Any], bound: Sequence[Binding]) -> list[Card]:
        """A card each, with 編輯, 刪除 and 代繳查詢."""
        held = self._autopay.of_bound(turn.uow, bound)
        return [self._card(turn, binding, held[binding.plate], "") for binding in bound]

    def changed(self, turn: Turn[Any], binding: Binding, title: str) -> Message:
        """One of them. `title`: what happened to it."""
        held = self._autopay.of_bound(turn.uow, [binding])
        return vehicle_cards.changed(turn.reader, self._card(turn, binding, held[binding.plate], title))

    def _card(self, turn: Turn[Any], binding: Binding, held: Sequence[HolderReport], title: str) -> Card:
        reader, values = turn.reader, values_of(binding.vehicle)
        plate = binding.plate.canonical
        buttons: list[Button] = [
            Press(turn.t("編輯"), door(VEHICLES, "edit", **values), turn.t("編輯 {plate}", plate=plate)),
            Press(turn.t("刪除"), door(VEHICLES, "delete", **values), turn.t("刪除 {plate}", plate=plate)),
            Press(turn.t("代繳查詢"), door(AUTOPAY, "show", **values), turn.t("代繳 {plate}", plate=plate)),
        ]
        names = area_names(reader, self._rules, binding.services.flood)
        holder = autopay_cards.in_a_row(reader, held, self._autopay.rules, turn.now)
        return vehicle_cards.card(reader, binding, names, holder, city_date(turn.now), buttons, title)
