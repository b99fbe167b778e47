"""變更申請 until closing: another vehicle or plan. A new entry with a new receipt takes the place of the old one."""

from typing import Any

from pydantic import BaseModel

from bot.conversation import Conversation, Done, Goto, Outcome, Stay, entry, step
from bot.message import Message
from bot.turn import Turn
from domain.clock import city_date
from domain.draw.entry import fits_the_draw
from domain.errors import CitizenMistakeError
from domain.passview import EntryStanding, OpenRound, PassPlan
from domain.plates import looks_like_plate, parse_plate
from flex_templates import pass_change as cards
from flex_templates.card import Press
from handlers.pass_entries import CHANGES, own_entry
from handlers.pass_receipts import receipt_messages
from services.accounts import Accounts
from services.passes.board import PassBoard
from services.passes.entries import Entries
from services.vehicles import Vehicles


class PassChange(Conversation["PassChange.Data"]):
    key = CHANGES

    class Data(BaseModel):
        """Sealed at rest, as every dialog. What is "" stays as it is."""

        entry: str = ""
        plate: str = ""
        plan: str = ""

    def __init__(self, board: PassBoard, entries: Entries, accounts: Accounts, vehicles: Vehicles) -> None:
        self._board = board
        self._entries = entries
        self._accounts = accounts
        self._vehicles = vehicles

    @entry
    def begin(self, turn: Turn[Data]) -> Outcome:
        """A button of any age."""
        one = own_entry(turn, self._board, self._accounts, turn.value("entry"))
        if not one.changeable:
            raise CitizenMistakeError("這一期的登記已截止，申請內容不再變動。")
        turn.data.entry = str(one.entry_id)
        return Goto(self.what)

    @step()
    def what(self, turn: Turn[Data]) -> Message:
        one, offered = self._of(turn)
        mine = [bound.vehicle for bound in self._vehicles.of(turn.uow, turn.channel, turn.citizen)]
        others = [
            (vehicle, turn.button("car", plate=vehicle.plate.canonical))
            for vehicle in mine
            if vehicle.kind is offered.kind and vehicle.plate.canonical != one.plate
            if fits_the_draw(vehicle.plate.canonical)
        ]
        plans = [(plan, turn.button("plan", code=plan.code)) for plan in offered.plans if plan.code != one.plan_code]
        return cards.ask_change(turn.reader, one, others, plans)

    @what.answer
    def what_given(self, turn: Turn[Data]) -> Outcome:
        if turn.pressed == "plan":
            _, offered = self._of(turn)
            if all(plan.code != turn.value("code") for plan in offered.plans):
                return Stay(turn.text("請按其中一個方案。"))
            turn.data.plan = turn.value("code")
            return Goto(self.sure)
        return self._plate_given(turn, turn.value("plate") if turn.pressed == "car" else turn.typed)

    def _plate_given(self, turn: Turn[Data], words: str) -> Outcome:
        plate = parse_plate(words)
        if plate.ambiguous_dash:
            return Stay(turn.text("請連同「-」輸入車牌，例如 {plate}。", plate=plate.canonical))
        if not fits_the_draw(plate.canonical):
            raise CitizenMistakeError("這種車牌無法線上申請，請洽現場管理員受理。")
        one, _ = self._of(turn)
        if plate.canonical == one.plate:
            return Stay(turn.text("這筆申請已經是這輛車。"))
        turn.data.plate = plate.canonical
        return Goto(self.sure)

    @step()
    def sure(self, turn: Turn[Data]) -> Message:
        one, offered = self._of(turn)
        yes = Press(turn.t("確認變更"), turn.button("yes"))
        plan = self._plan(turn, one, offered)
        return cards.confirm_change(turn.reader, one, turn.data.plate or one.plate, plan, city_date(turn.now), yes)

    @sure.answer
    def sure_given(self, turn: Turn[Data]) -> Outcome:
        if turn.pressed != "yes":
            if looks_like_plate(turn.typed):
                return self._plate_given(turn, turn.typed)
            return Stay(turn.text("請按「確認變更」，或按「取消」保留原來的申請。"))
        one, offered = self._of(turn)
        plate, plan = turn.data.plate or one.plate, self._plan(turn, one, offered)
        made, receipt = self._entries.change(
            turn.uow,
            one.entry_id,
            asked_at=self._board.asked_at(turn.uow, turn.event_id),
            plate=parse_plate(plate),
            plan=plan.code,
            holder=self._accounts.require(turn.uow, turn.channel, turn.citizen).mobile,
            citizen=(turn.channel, turn.citizen),
        )
        return Done(*receipt_messages(turn, self._board, offered, made.id, receipt, plate, plan, changed=True))

    # Inside

    def _of(self, turn: Turn[Any]) -> tuple[EntryStanding, OpenRound]:
        """The entry and its round. Raises CitizenMistakeError once the entry has ended."""
        one = own_entry(turn, self._board, self._accounts, turn.data.entry)
        offered = self._board.round(turn.uow, one.draw_id)
        if offered is None:
            raise LookupError(f"no round {one.draw_id}")
        return one, offered

    def _plan(self, turn: Turn[Data], one: EntryStanding, offered: OpenRound) -> PassPlan:
        """The plan that is chosen, else the entry's own; one that is sold no longer gives way to everybody's."""
        code = turn.data.plan or one.plan_code
        return next((plan for plan in offered.plans if plan.code == code), offered.plans[0])
