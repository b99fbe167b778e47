"""我的車輛: what is bound, 編輯 and 刪除 in two taps each, 解除綁定, and reporting an unknown person's binding."""

from typing import Any

from bot.conversation import Conversation, Done, Goto, Outcome, Stay, entry, step
from bot.message import Message
from bot.postback import door
from bot.triggers import Words, normal
from bot.turn import Turn
from domain.bindings import Binding, Vehicle
from domain.clock import city_date
from domain.errors import CitizenMistakeError
from domain.reader import msgid
from flex_templates import binding as binding_cards
from flex_templates import vehicles as cards
from flex_templates.card import Button, Press
from flex_templates.person import anyone
from handlers.choosing import BINDS, CHANNELS, VEHICLES, Choice, Choosing, VehicleCards, area_names
from handlers.kinds import pressed_vehicle, values_of
from services.autopay import Autopay
from services.vehicles import Vehicles

UNBIND = ("解除綁定", "解除绑定", "unbind")
_UNBIND = frozenset(map(normal, UNBIND))


class MyVehicles(Choosing, Conversation["MyVehicles.Data"]):
    key = VEHICLES
    triggers = (Words("我的車輛", "我的车辆", "my vehicles", *UNBIND),)
    title = msgid("我的車輛")
    explains = msgid("看綁定的車與服務，編輯或刪除")
    place = 5

    class Data(Choice):
        """The vehicle being edited, with its services as they were when 編輯 was pressed."""

    def __init__(self, vehicles: Vehicles, autopay: Autopay) -> None:
        self._vehicles = vehicles
        self._cards = VehicleCards(vehicles.rules, autopay)
        self.rules = vehicles.rules

    @entry
    def begin(self, turn: Turn[Data]) -> Outcome:
        bound = self._vehicles.of(turn.uow, turn.channel, turn.citizen)
        if not bound:
            bind = Press(turn.t("綁定車牌"), door(BINDS, "begin"))
            return Done(cards.none_bound(turn.reader, bind, anyone(turn.reader)))
        if normal(turn.typed) in _UNBIND:
            return self._which(turn, bound)
        room = len(bound) < self.rules.most_vehicles
        more = Press(turn.t("綁定另一輛"), door(BINDS, "begin")) if room else None
        return Done(cards.fleet(turn.reader, self._cards.of(turn, bound), more))

    def _which(self, turn: Turn[Data], bound: tuple[Binding, ...]) -> Outcome:
        """解除綁定: the only vehicle, or which of them."""
        if len(bound) == 1:
            return self._ask(turn, bound[0].vehicle)
        doors = [(one.vehicle, door(VEHICLES, "delete", **values_of(one.vehicle))) for one in bound]
        return Done(cards.which(turn.reader, doors))

    # 刪除

    @entry
    def delete(self, turn: Turn[Data]) -> Outcome:
        """A button of any age: what ends is asked first."""
        return self._ask(turn, self._pressed(turn).vehicle)

    def _ask(self, turn: Turn[Data], vehicle: Vehicle) -> Outcome:
        turn.data.plate, turn.data.kind = vehicle.plate.canonical, vehicle.kind.value
        return Goto(self.sure)

    @step()
    def sure(self, turn: Turn[Data]) -> Message:
        vehicle = turn.data.vehicle
        bound = self._vehicles.find(turn.uow, turn.channel, turn.citizen, vehicle)
        yes = Press(turn.t("解除綁定"), turn.button("yes"))
        mine = bound is not None and bound.services.paperless
        return cards.confirm_unbinding(turn.reader, vehicle, yes, paperless=mine)

    @sure.answer
    def sure_answered(self, turn: Turn[Data]) -> Outcome:
        if turn.pressed != "yes":
            return Stay(turn.text("請按「解除綁定」，或按「取消」保留這輛車。"))
        return self._unbind(turn)

    def _unbind(self, turn: Turn[Data]) -> Outcome:
        self._vehicles.unbind(turn.uow, turn.channel, turn.citizen, turn.data.vehicle)
        return Done(cards.unbound(turn.reader, turn.data.vehicle))

    # 編輯

    @entry
    def edit(self, turn: Turn[Data]) -> Outcome:
        """A button of any age: the services are read anew."""
        binding = self._pressed(turn)
        turn.data.plate, turn.data.kind = binding.plate.canonical, binding.kind.value
        turn.data.take(binding.services)
        return Goto(self.change)

    @step()
    def change(self, turn: Turn[Data]) -> Message:
        binding = self._bound(turn, turn.data.vehicle)
        names = area_names(turn.reader, self.rules, binding.services.flood)
        return cards.edit(turn.reader, binding, names, city_date(turn.now), self._changes(turn, binding))

    def _changes(self, turn: Turn[Data], binding: Binding) -> list[Button]:
        """A button for each change. Giving up the last service gives up the vehicle, and says so."""
        services, state = binding.services, binding.paperless
        last = (services.reminder is not None) + services.paperless + bool(services.flood) == 1
        buttons: list[Button] = []
        if services.reminder:
            stop = turn.t("停止繳費提醒並解除綁定") if last else turn.t("停止繳費提醒")
            buttons += [Press(stop, turn.button("no_reminder")), Press(turn.t("更改提醒時段"), turn.button("slot"))]
            buttons.append(Press(turn.t("更改提醒管道"), door(CHANNELS, "begin", **values_of(binding.vehicle))))
        else:
            buttons.append(Press(turn.t("申請繳費提醒"), turn.button("slot")))
        if state is not None and state.last_day is None:
            buttons.append(Press(turn.t("結束無紙化"), turn.button("end_paperless")))
        if not services.paperless:
            buttons.append(Press(turn.t("申請開單無紙化"), turn.button("paperless")))
        if services.flood:
            stop = turn.t("停止防汛通知並解除綁定") if last else turn.t("停止防汛通知")
            buttons += [Press(stop, turn.button("no_flood")), Press(turn.t("更改防汛區域"), turn.button("areas"))]
        else:
            buttons.append(Press(turn.t("申請防汛通知"), turn.button("flood")))
        buttons.append(Press(turn.t("刪除"), turn.button("delete")))
        return buttons

    @change.answer
    def changed(self, turn: Turn[Data]) -> Outcome:
        data = turn.data
        data.take(self._bound(turn, data.vehicle).services)  # as they are now: another device may have changed them
        match turn.pressed:
            case "delete":
                return Goto(self.sure)
            case "end_paperless":
                return self._say(turn, self._vehicles.end_paperless(*_who(turn), data.vehicle))
        return self.changes_mind(turn) or Stay(turn.text("請按下方的按鈕選擇要更改的服務。"))

    def chosen(self, turn: Turn[Data]) -> Outcome:
        if not turn.data.services.any:
            return self._unbind(turn)
        return self._say(turn, self._vehicles.change(*_who(turn), turn.data.vehicle, turn.data.services))

    def left(self, turn: Turn[Data]) -> Outcome:  # noqa: ARG002 - nothing is to be done
        return Goto(self.change)

    def _say(self, turn: Turn[Data], binding: Binding) -> Outcome:
        return Done(self._cards.changed(turn, binding, turn.t("已更改")))

    # Others

    @entry
    def report(self, turn: Turn[Data]) -> Outcome:
        """「回報這個綁定」, from the notice that one more person bound the plate."""
        vehicle = self._pressed(turn).vehicle
        self._vehicles.report(*_who(turn), vehicle)
        return Done(binding_cards.reported(turn.reader, vehicle, anyone(turn.reader)))

    def _pressed(self, turn: Turn[Data]) -> Binding:
        vehicle = pressed_vehicle(turn)
        if vehicle is None:
            raise CitizenMistakeError("這個按鈕不能使用，沒有任何資料被更動。請看「我的車輛」。")
        return self._bound(turn, vehicle)

    def _bound(self, turn: Turn[Data], vehicle: Vehicle) -> Binding:
        return self._vehicles.require(*_who(turn), vehicle)


def _who(turn: Turn[Any]) -> tuple[Any, str, str]:
    return turn.uow, turn.channel, turn.citizen
