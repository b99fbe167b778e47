"""待繳: what does this plate owe? A plate or a bill number alone is enough; the kind is asked when not told by it."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from bot.conversation import Conversation, Done, Goto, Outcome, Stay, entry, step
from bot.message import Message
from bot.triggers import Shape, Words
from bot.turn import Turn
from domain.billsview import BillsView
from domain.cities import Cities
from domain.plates import looks_like_plate, nearly_plate, parse_plate
from domain.reader import msgid
from domain.vehicles import VehicleKind
from flex_templates.choices import choose_kind
from flex_templates.errors import not_found
from flex_templates.fee_items import not_known
from flex_templates.look_alikes import meant
from flex_templates.person import anyone
from handlers.answering import ANSWERS, Answering
from handlers.asking import Asking
from handlers.asking_all import AskingAll, Own
from handlers.by_number import ByNumber, bill_number
from handlers.case_progress import cases
from handlers.closed import Closed
from handlers.fee_items import choose
from handlers.identifiers import bind_button
from handlers.kinds import kept_spelling, kind_given, pressed_identifier, pressed_vehicle
from handlers.offers import Offers
from handlers.plate_steps import PlateSteps, offered, with_look_alikes
from handlers.together import Together
from services.identifiers import Identifiers
from services.links import Links
from services.lookup import Lookup
from services.lookup_quota import Quota
from services.orders import Orders
from services.saved_bills import SavedBills
from services.storeslips import StoreSlips
from services.vehicles import Vehicles

WORDS = Words("待繳", "停車單查詢", "停車費", "待缴", "停车费", "查停車費", "bills", "parking bills", "look up bills")


class Tickets(PlateSteps, Conversation["Tickets.Data"]):
    key = ANSWERS
    triggers = (
        WORDS,
        Shape("plate", looks_like_plate, order=10),
        Shape("nearly a plate", nearly_plate, order=15),
        Shape("bill number", lambda text: bill_number(text) is not None, order=20),
    )
    title = msgid("待繳")
    explains = msgid("輸入車牌或帳單號碼，查各縣市停車費")
    place = 1
    asks = msgid("請輸入車牌，例如 ABC-1234。也可以輸入繳費單上的帳單號碼。")

    class Data(BaseModel):
        plate: str = ""

    def __init__(
        self,
        lookup: Lookup,
        quota: Quota,
        orders: Orders,
        links: Links,
        cities: Cities,
        vehicles: Vehicles,
        saved_bills: SavedBills,
        store_slips: StoreSlips,
        identifiers: Identifiers,
    ) -> None:
        self._asking = Asking(lookup, quota)
        self._all = AskingAll(lookup, vehicles, saved_bills, identifiers)
        self._identifiers = identifiers
        self._closed = Closed(orders.fees, cities)
        self._quota = quota
        self._fees = orders.fees
        self._answering = Answering(orders, links, store_slips)
        self._together = Together(self._answering)
        self._offers = Offers(orders.fees, vehicles, identifiers)
        self._numbers = ByNumber(quota, orders, cities)

    @entry
    def begin(self, turn: Turn[Data]) -> Outcome:
        return self._start(turn)

    def _start(self, turn: Turn[Data]) -> Outcome:
        if meant_as_plate(turn.typed):
            return self._plate(turn, turn.typed)
        if number := bill_number(turn.typed):
            return self._by_number(turn, number)
        return self._mine(turn)

    @entry
    def mine(self, turn: Turn[Data]) -> Outcome:
        """A button of the answer over everything bound or saved: once more, or its further bills."""
        return self._mine(turn, _skipped(turn))

    def _mine(self, turn: Turn[Data], skipped: int = 0) -> Outcome:
        """Everything bound or saved, in one message; the plate is asked for where there is nothing."""
        return self._all.ask(turn, lambda later, own: self._tell_all(later, own, skipped)) or Goto(self.plate)

    def _tell_all(self, turn: Turn[Any], own: Sequence[Own], skipped: int) -> Outcome:
        own = [one for one in own if not one.gone]
        if not own:
            words = turn.t("您儲存的帳單已不在待繳清單中，可能已繳清或撤銷。要查車牌，請直接輸入。")
            return Done(not_found(turn.reader, words, anyone(turn.reader)))
        return Done(self._together.message(turn, own, skipped=skipped))

    @entry
    def other(self, _turn: Turn[Data]) -> Outcome:
        """「查其他車牌」, for those who have bound one."""
        return Goto(self.plate)

    @entry
    def again(self, turn: Turn[Data]) -> Outcome:
        """A button of an answer: the same plate and kind once more, or its further bills. Values may be made up."""
        if identifier := pressed_identifier(turn):
            if not self._owns_number(turn, identifier.number):
                self._quota.take(turn.uow, turn.channel, turn.citizen)
            return self._asking.pressed(turn, self._tell_number)
        vehicle = pressed_vehicle(turn)
        if vehicle is None:
            return Goto(self.plate)
        skipped = _skipped(turn)
        return self._asking.ask(
            turn,
            vehicle.plate,
            vehicle.kind,
            lambda later, view, own: self._tell(later, view, own, skipped),
        )

    def plate_said(self, turn: Turn[Data], text: str) -> Outcome:
        """Where a plate is asked for, a bill number will do. Raises PlateError."""
        if number := bill_number(text):
            return self._by_number(turn, number)
        return self._plate(turn, text)

    @step()
    def kind(self, turn: Turn[Data]) -> Message:
        plate = parse_plate(turn.data.plate)
        kinds = sorted(VehicleKind, key=lambda kind: kind is not plate.kind_hint)  # the likelier first
        buttons = [(kind, turn.button("take", kind=kind.value)) for kind in kinds]
        alike = offered(plate)
        hints = [turn.t(plate.hint) if plate.hint else "", meant(turn.reader, alike)]
        card = choose_kind(turn.reader, plate.canonical, buttons, "\n".join(filter(None, hints)))
        return with_look_alikes(turn, card, alike)

    @kind.answer
    def kind_chosen(self, turn: Turn[Data]) -> Outcome:
        if alike := turn.value("plate"):
            return self._plate(turn, alike)
        if meant_as_plate(turn.typed) or bill_number(turn.typed):  # changed their mind: another plate
            return self._start(turn)
        kind = kind_given(turn)
        if kind is None:
            return Stay(turn.text("請選擇車種：汽車、機車、紅黃牌重機或其他。"))
        return self._asking.ask(turn, parse_plate(turn.data.plate), kind, self._tell)

    def _plate(self, turn: Turn[Data], text: str) -> Outcome:
        """Go on from a plate as typed: dash, then kind, each only when it cannot be told. Raises PlateError."""
        plate = parse_plate(text)
        turn.data.plate = kept_spelling(plate)
        if plate.ambiguous_dash:
            return Goto(self.dash)
        if plate.kind_told is None:
            return Goto(self.kind)
        return self._asking.ask(turn, plate, plate.kind_told, self._tell)

    def _tell(self, turn: Turn[Any], view: BillsView, own: bool, skipped: int = 0) -> Outcome:
        offers = [] if own else [self._offers.vehicle(turn, view)]
        nothing = view.complete and view.nothing_due and not any((*view.lines, *view.here))
        alike = offered(view.plate) if nothing and offers else ()  # one's own plate was read right when it was bound
        return Done(self._answering.message(turn, view, skipped=skipped, offers=offers, look_alikes=alike))

    def _tell_number(self, turn: Turn[Any], view: BillsView, _own: bool) -> Outcome:
        return Done(self._answering.message(turn, view, offers=self._offers.of(turn, view)))

    def _by_number(self, turn: Turn[Data], number: str) -> Outcome:
        """A bill of our own ledger, or a case, by its number. Raises CitizenMistakeError: today's lookups used up."""
        found, known = self._numbers.found(turn, number, own=self._owns_number(turn, number)), cases(turn, number)
        if len({one.fee_item for one in found}) > 1:
            return Done(choose(turn, self._fees, [one.fee_item for one in found], number), *known)
        views = [view for one in found for view in self._numbers.of(turn, one)]
        closed = [] if views else self._closed.of(turn, number)
        if not views and not closed:
            bound = [one.identifier for one in self._identifiers.of(turn.uow, turn.channel, turn.citizen)]
            views = self._numbers.without_bills(turn, number, bound)
        shown = [
            self._answering.message(turn, view, private=True, keep=True, offers=self._offers.of(turn, view))
            for view in views
        ]
        return Done(*([*shown, *closed, *known] or [self._unknown(turn, number)]))

    def _owns_number(self, turn: Turn[Any], number: str) -> bool:
        bound = self._identifiers.of(turn.uow, turn.channel, turn.citizen)
        return any(one.identifier.number == number for one in bound)

    def _unknown(self, turn: Turn[Any], number: str) -> Message:
        """No bill has this number. One that may be a 水號 or an 電號 can be bound, to be told when its bill comes."""
        buttons = [bind_button(turn.reader, self._fees, one) for one in self._fees.identifiers(number)]
        binds = [button for button in buttons if button]
        if not binds:
            words = turn.t("這裡找不到這個帳單號碼。各縣市的停車單無法用號碼查，請改為輸入車牌。")
            return not_found(turn.reader, words, anyone(turn.reader))
        words = turn.t("這個號碼目前沒有帳單，不代表沒有欠費。綁定後，有新帳單會提醒您。若是停車單，請改為輸入車牌。")
        return not_known(turn.reader, words, anyone(turn.reader), binds)


def meant_as_plate(text: str) -> bool:
    """A plate, or what is a slip away from one."""
    return looks_like_plate(text) or nearly_plate(text)


def _skipped(turn: Turn[Any]) -> int:
    """How many bills earlier cards have shown, as a button says; nonsense is none."""
    skip = turn.value("skip")
    return int(skip) if skip.isascii() and skip.isdigit() else 0
