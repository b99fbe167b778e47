"""月票申請: lot, vehicle, confirm; 「比照上月申請」 is one press. The receipt proves later that the entry was there."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from bot.conversation import Conversation, Done, Goto, Outcome, Stay, Switch, entry, step
from bot.input import Location, Press, Text
from bot.message import Message
from bot.postback import door
from bot.triggers import Words
from bot.turn import Turn
from domain.accounts import Account
from domain.clock import city_date
from domain.draw.entry import fits_the_draw
from domain.errors import CitizenMistakeError
from domain.passview import OpenRound, PassPlan
from domain.plates import looks_like_plate, parse_plate
from domain.reader import msgid
from flex_templates import passes as cards
from flex_templates.card import Press as Button
from flex_templates.person import anyone
from handlers.pass_receipts import receipt_messages
from services.accounts import Accounts
from services.passes.application import Application
from services.passes.board import PassBoard
from services.passes.entries import Entries
from services.passes.favourites import Favourites
from services.vehicles import Vehicles

APPLIES = "pass_apply"
REGISTERS = "registration"


class PassApply(Conversation["PassApply.Data"]):
    key = APPLIES
    triggers = (
        Words("月票申請", "月票申購", "月票", "apply", "monthly pass", "apply for a monthly pass", "apply for a pass"),
    )
    title = msgid("月票申請")
    explains = msgid("申請停車場月票，參加抽籤")
    place = 60

    class Data(BaseModel):
        """Sealed at rest, as every dialog."""

        words: str = ""  # what was typed to find a lot
        here: tuple[float, float] | None = None  # the place that was sent
        draw_id: str = ""
        plate: str = ""
        plan: str = ""

    def __init__(
        self, board: PassBoard, entries: Entries, favourites: Favourites, accounts: Accounts, vehicles: Vehicles
    ) -> None:
        self._board = board
        self._favourites = favourites
        self._entries = entries
        self._accounts = accounts
        self._vehicles = vehicles

    @entry
    def begin(self, turn: Turn[Data]) -> Outcome:
        """The lots that can be applied for; whoever has no account yet registers first and comes back."""
        if not self._accounts.may_bind(turn.uow, turn.channel, turn.citizen):
            return Switch(REGISTERS, "first", (("then", APPLIES),))
        if not self._open(turn):
            return Done(cards.none_open(turn.reader, anyone(turn.reader)))
        return Goto(self.lot)

    @entry
    def again(self, turn: Turn[Data]) -> Outcome:
        """「比照上月申請」: the same lots, vehicles and plans, in one press."""
        account = self._account(turn)
        done: list[Message] = []
        for repeat in self._board.repeatable(turn.uow, turn.channel, turn.citizen, self._open(turn)):
            done += self._apply(turn, account, repeat.round, repeat.plate, repeat.plan)
        if not done:
            raise CitizenMistakeError("上月申請的停車場目前沒有開放登記，請重新選擇停車場。")
        return Done(*done)

    @entry
    def of(self, turn: Turn[Data]) -> Outcome:
        """A lot's own button, of any age."""
        one = self._round(turn, turn.value("draw"))
        if not self._accounts.may_bind(turn.uow, turn.channel, turn.citizen):
            return Switch(REGISTERS, "first", (("then", APPLIES),))
        if all(other.draw_id != one.draw_id for other in self._open(turn)):
            return Done(cards.none_open(turn.reader, anyone(turn.reader)))
        return self._lot_chosen(turn, one.draw_id)

    # Lot

    @step(accepts=(Text, Press, Location))
    def lot(self, turn: Turn[Data]) -> Message:
        rounds, remark, about = self._found(turn)
        buttons = [(one, turn.button("lot", draw=one.draw_id)) for one in rounds[: cards.MOST_LOTS]]
        again = None
        repeatable = self._board.repeatable(turn.uow, turn.channel, turn.citizen, rounds)
        if repeatable and not (turn.data.words or turn.data.here):
            again = Button(turn.t("比照上月申請"), door(APPLIES, "again"))
        return cards.ask_lot(turn.reader, buttons, len(rounds) - len(buttons), again, remark, about)

    @lot.answer
    def lot_given(self, turn: Turn[Data]) -> Outcome:
        if isinstance(turn.input, Location):
            turn.data.here, turn.data.words = (turn.input.latitude, turn.input.longitude), ""
            return Goto(self.lot)
        if turn.pressed == "lot":
            return self._lot_chosen(turn, turn.value("draw"))
        turn.data.words, turn.data.here = turn.typed, None
        rounds, _, _ = self._found(turn)
        if turn.typed and len(rounds) == 1:
            return self._lot_chosen(turn, rounds[0].draw_id)
        return Goto(self.lot)

    def _lot_chosen(self, turn: Turn[Data], draw_id: str) -> Outcome:
        one = self._round(turn, draw_id)
        turn.data.draw_id, turn.data.plan = draw_id, one.plans[0].code
        return Goto(self.vehicle)

    # Vehicle

    @step()
    def vehicle(self, turn: Turn[Data]) -> Message:
        one = self._round(turn, turn.data.draw_id)
        mine = [bound.vehicle for bound in self._vehicles.of(turn.uow, turn.channel, turn.citizen)]
        fit = [bound for bound in mine if bound.kind is one.kind and fits_the_draw(bound.plate.canonical)]
        buttons = [(bound, turn.button("car", plate=bound.plate.canonical)) for bound in fit]
        return cards.ask_vehicle(turn.reader, one.lot_name, buttons)

    @vehicle.answer
    def vehicle_given(self, turn: Turn[Data]) -> Outcome:
        return self._vehicle_typed(turn, turn.value("plate") if turn.pressed == "car" else turn.typed)

    def _vehicle_typed(self, turn: Turn[Data], words: str) -> Outcome:
        plate = parse_plate(words)
        if plate.ambiguous_dash:
            return Stay(turn.text("請連同「-」輸入車牌，例如 {plate}。", plate=plate.canonical))
        if not fits_the_draw(plate.canonical):
            raise CitizenMistakeError("這種車牌無法線上申請，請洽現場管理員受理。")
        turn.data.plate = plate.canonical
        return Goto(self.sure)

    # Confirmation

    @step()
    def sure(self, turn: Turn[Data]) -> Message:
        one, plan = self._chosen(turn)
        other = Button(turn.t("選擇優惠方案"), turn.button("plans")) if len(one.plans) > 1 else None
        yes = Button(turn.t("確認申請"), turn.button("yes"))
        return cards.confirm(turn.reader, one, turn.data.plate, plan, city_date(turn.now), yes, other)

    @sure.answer
    def sure_given(self, turn: Turn[Data]) -> Outcome:
        if turn.pressed == "plans":
            return Goto(self.plan)
        if turn.pressed != "yes":
            if looks_like_plate(turn.typed):
                return self._vehicle_typed(turn, turn.typed)
            return Stay(turn.text("請按「確認申請」，或按「取消」不申請。"))
        one, plan = self._chosen(turn)
        if all(other.draw_id != one.draw_id for other in self._open(turn)):
            return Done(turn.text("這一期的登記已截止，沒有送出申請。"))
        return Done(*self._apply(turn, self._account(turn), one, turn.data.plate, plan.code))

    @step()
    def plan(self, turn: Turn[Data]) -> Message:
        one, _ = self._chosen(turn)
        return cards.ask_plan(turn.reader, one, [(plan, turn.button("plan", code=plan.code)) for plan in one.plans])

    @plan.answer
    def plan_given(self, turn: Turn[Data]) -> Outcome:
        one, _ = self._chosen(turn)
        chosen = next((plan.code for plan in one.plans if turn.value("code") == plan.code), None)
        if chosen is None:
            return Stay(turn.text("請按其中一個方案。"))
        turn.data.plan = chosen
        return Goto(self.sure)

    # Inside

    def _apply(self, turn: Turn[Any], account: Account, one: OpenRound, plate: str, plan: str) -> list[Message]:
        """Apply; the messages of the receipt."""
        wanted = Application(
            draw_id=one.draw_id,
            plate=parse_plate(plate),
            plan=plan,
            holder=account.mobile,
            name=account.name,
            asked_at=self._board.asked_at(turn.uow, turn.event_id),
            citizen=(turn.channel, turn.citizen),
        )
        made, receipt = self._entries.apply(turn.uow, wanted)
        chosen = next(offered for offered in one.plans if offered.code == plan)
        return receipt_messages(turn, self._board, one, made.id, receipt, plate, chosen)

    def _open(self, turn: Turn[Any]) -> list[OpenRound]:
        return list(self._board.open_rounds(turn.uow, self._board.asked_at(turn.uow, turn.event_id)))

    def _found(self, turn: Turn[Data]) -> tuple[Sequence[OpenRound], str, Sequence[tuple[str, str]]]:
        """The rounds to offer, a remark on why these, and what is to be known of each."""
        rounds = self._open(turn)
        if turn.data.here:
            near = self._board.near(turn.uow, rounds, *turn.data.here)
            about = [(one.lot_name, cards.near_text(turn.reader, one, metres)) for one, metres in near]
            remark = turn.t("附近的停車場，較容易抽中的在前：") if near else turn.t("附近沒有開放登記的停車場：")
            return [one for one, _ in near] or rounds, remark, about
        wanted = turn.data.words.casefold()
        found = [one for one in rounds if wanted in f"{one.lot_name} {one.district}".casefold()]
        if not found:
            return rounds, turn.t("找不到這個停車場，以下是目前開放登記的："), ()
        found, known = self._favourites.first(turn.uow, turn.channel, turn.citizen, found)
        remark = turn.t("您收藏或申請過的停車場在前。") if 0 < known < len(found) and not wanted else ""
        return found, remark, ()

    def _round(self, turn: Turn[Any], draw_id: str) -> OpenRound:
        """The round, even where it has closed meanwhile: applying tells so, a prompt must not fail for it."""
        one = self._board.round(turn.uow, draw_id)
        if one is None:
            raise CitizenMistakeError("這個按鈕不能使用，請重新選擇停車場。")
        return one

    def _chosen(self, turn: Turn[Data]) -> tuple[OpenRound, PassPlan]:
        one = self._round(turn, turn.data.draw_id)
        return one, next(plan for plan in one.plans if plan.code == turn.data.plan)

    def _account(self, turn: Turn[Any]) -> Account:
        return self._accounts.require(turn.uow, turn.channel, turn.citizen)
