"""綁定車牌: kind, plate, 繳費提醒 preselected, confirm. 「綁定並提醒我」 under an answer is a single press.

Binding needs a registered account: where there is none, registration comes first and carries plate and kind through.
"""

from typing import Any

from bot.conversation import Conversation, Done, Goto, Outcome, Stay, Switch, entry, step
from bot.message import Message
from bot.triggers import Words, normal
from bot.turn import Turn
from domain.bindings import Services, Vehicle
from domain.clock import city_date
from domain.plates import looks_like_plate, parse_plate
from domain.reader import msgid
from domain.vehicles import VehicleKind
from flex_templates import binding as cards
from flex_templates.card import Button, Press
from handlers.choosing import BINDS, Choice, Choosing, VehicleCards, area_names
from handlers.kinds import kept_spelling, kind_given, pressed_vehicle, values_of
from handlers.plate_steps import PlateSteps
from services.accounts import Accounts
from services.autopay import Autopay
from services.vehicles import Vehicles

REGISTERS = "registration"  # key of the conversation that registers; its `first` comes back to `begin` here
YES = frozenset(map(normal, ("確定", "確定綁定", "是", "好", "yes", "ok")))


def registered_first(accounts: Accounts, turn: Turn[Any], vehicle: Vehicle | None = None) -> Switch | None:
    """The way through registration and back, with plate and kind; None for those who need not go it.

    Whoever agreed to an older notice is asked about the new one there, and comes back likewise.
    """
    if accounts.may_bind(turn.uow, turn.channel, turn.citizen):
        return None
    values = values_of(vehicle) if vehicle else {}
    return Switch(REGISTERS, "first", (("then", BINDS), *values.items()))


class Plates(PlateSteps, Choosing, Conversation["Plates.Data"]):
    key = BINDS
    triggers = (Words("綁定車牌", "綁定車輛", "绑定车牌", "bind", "bind a plate"),)
    title = msgid("綁定車牌")
    explains = msgid("記住您的車，一次查所有待繳，並申請提醒")
    place = 4
    asks = msgid("請輸入要綁定的車牌，例如 ABC-1234。")

    class Data(Choice):
        """Sealed at rest, as every dialog (bot/dialog.py)."""

    def __init__(self, vehicles: Vehicles, accounts: Accounts, autopay: Autopay) -> None:
        self._vehicles = vehicles
        self._accounts = accounts
        self._cards = VehicleCards(vehicles.rules, autopay)
        self.rules = vehicles.rules

    # Ways in

    @entry
    def begin(self, turn: Turn[Data]) -> Outcome:
        """Without values, the whole conversation; with plate and kind, as keep(): registration comes back here."""
        if pressed_vehicle(turn):
            return self.keep(turn)
        if first := registered_first(self._accounts, turn):
            return first
        self._vehicles.check_room(turn.uow, turn.channel, turn.citizen)
        turn.data.take(self.rules.preselected)
        return Goto(self.kind)

    @entry
    def keep(self, turn: Turn[Data]) -> Outcome:
        """「綁定並提醒我」: plate and kind come with the press, the services are those preselected."""
        vehicle = pressed_vehicle(turn)
        if vehicle is None:
            return self.begin(turn)
        if first := registered_first(self._accounts, turn, vehicle):
            return first
        return self._bind(turn, vehicle, self.rules.preselected)

    # Kind and plate

    @step()
    def kind(self, turn: Turn[Data]) -> Message:
        kinds = [(kind, turn.button("take", kind=kind.value)) for kind in VehicleKind]
        return cards.ask_kind(turn.reader, turn.data.plate, kinds)

    @kind.answer
    def kind_chosen(self, turn: Turn[Data]) -> Outcome:
        if looks_like_plate(turn.typed):  # the plate before its kind: the kind is asked where the plate does not tell
            told = parse_plate(turn.typed).kind_told
            turn.data.kind = told.value if told else ""
            return self.plate_said(turn, turn.typed)
        kind = kind_given(turn)
        if kind is None:
            return Stay(turn.text("請選擇車種：汽車、機車、紅黃牌重機或其他。"))
        turn.data.kind = kind.value
        return self._next(turn)

    def plate_said(self, turn: Turn[Data], text: str) -> Outcome:
        """Go on from a plate as typed. Raises PlateError."""
        turn.data.plate = kept_spelling(parse_plate(text))
        return self._next(turn)

    def _next(self, turn: Turn[Data]) -> Outcome:
        """What is not known yet: plate, place of the dash, kind; then the confirmation."""
        if not turn.data.plate:
            return Goto(self.plate)
        if parse_plate(turn.data.plate).ambiguous_dash:
            return Goto(self.dash)
        if not turn.data.kind:
            return Goto(self.kind)
        known = self._vehicles.find(turn.uow, turn.channel, turn.citizen, turn.data.vehicle)
        if known is None:
            return Goto(self.sure)
        return Done(self._cards.changed(turn, known, turn.t("這輛車已綁定")))

    # Services and confirmation

    @step()
    def sure(self, turn: Turn[Data]) -> Message:
        data, told = turn.data, turn.data.vehicle.plate.kind_told
        hint = ""
        if told is not None and told.value != data.kind:
            hint = turn.t("這種車牌多為其他車種使用，請再核對車種。")
        elif data.vehicle.plate.hint:
            hint = turn.t(data.vehicle.plate.hint)
        return cards.confirm(
            turn.reader,
            data.vehicle,
            data.services,
            area_names(turn.reader, self.rules, data.flood),
            city_date(turn.now),
            hint=hint,
            yes=Press(turn.t("確定綁定"), turn.button("bind")),
            others=self._changes(turn),
        )

    def _changes(self, turn: Turn[Data]) -> list[Button]:
        """A button for each service that may be chosen otherwise."""
        data = turn.data
        buttons: list[Button] = []
        if data.slot:
            buttons.append(Press(turn.t("更改提醒時段"), turn.button("slot")))
            buttons.append(Press(turn.t("不要繳費提醒"), turn.button("no_reminder")))
        else:
            buttons.append(Press(turn.t("加選繳費提醒"), turn.button("slot")))
        if data.paperless:
            buttons.append(Press(turn.t("不要開單無紙化"), turn.button("no_paperless")))
        else:
            buttons.append(Press(turn.t("加選開單無紙化"), turn.button("paperless")))
        if data.flood:
            buttons.append(Press(turn.t("更改防汛區域"), turn.button("areas")))
            buttons.append(Press(turn.t("不要防汛通知"), turn.button("no_flood")))
        else:
            buttons.append(Press(turn.t("加選防汛通知"), turn.button("flood")))
        return buttons

    @sure.answer
    def sure_answered(self, turn: Turn[Data]) -> Outcome:
        data = turn.data
        match turn.pressed:
            case "bind":
                return self._bind(turn, data.vehicle, data.services)
            case "no_paperless":
                data.paperless = False
                return Goto(self.sure)
            case _ if normal(turn.typed) in YES:
                return self._bind(turn, data.vehicle, data.services)
        return self.changes_mind(turn) or Stay(turn.text("請按「確定綁定」，或先更改要申請的服務。"))

    def chosen(self, turn: Turn[Data]) -> Outcome:  # noqa: ARG002 - the choice is in its data
        return Goto(self.sure)

    def _bind(self, turn: Turn[Data], vehicle: Vehicle, services: Services) -> Outcome:
        """Raises CitizenMistakeError: no service, too many vehicles, too many lookups and bindings today."""
        before = self._vehicles.owns(turn.uow, turn.channel, turn.citizen, vehicle)
        bound = self._vehicles.bind(turn.uow, turn.channel, turn.citizen, vehicle, services)
        title = turn.t("這輛車已綁定") if before else turn.t("綁定完成")
        return Done(self._cards.changed(turn, bound, title))
