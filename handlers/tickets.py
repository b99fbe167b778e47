"""待繳: what does this plate owe? A plate or a bill number alone is enough; the kind is asked when not told by it."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from bot.conversation import Conversation, Done, Goto, Outcome, Stay, entry, step
from bot.message import Message
from bot.triggers import Shape, Words, normal
from bot.turn import Turn
from domain.billrules import build_view, covered_keys
from domain.bills import DunningNotice, Found, Payable
from domain.billsview import BillsView
from domain.cities import Cities
from domain.plates import Plate, PlateError, looks_like_plate, parse_plate
from domain.reader import msgid
from domain.vehicles import VehicleKind
from flex_templates.choices import choose_kind, choose_plate
from flex_templates.errors import not_found
from flex_templates.person import anyone
from handlers.answering import ANSWERS, Answering
from handlers.asking import Asking
from services import ledger
from services.links import Links
from services.lookup import Lookup
from services.lookup_quota import Quota
from services.orders import Orders

WORDS = Words("待繳", "停車單查詢", "停車費", "待缴", "停车费", "查停車費", "bills", "parking bills", "look up bills")
KIND_WORDS = {
    "汽車": VehicleKind.CAR,
    "car": VehicleKind.CAR,
    "機車": VehicleKind.MOTORCYCLE,
    "摩托車": VehicleKind.MOTORCYCLE,
    "motorcycle": VehicleKind.MOTORCYCLE,
    "scooter": VehicleKind.MOTORCYCLE,
    "紅黃牌重機": VehicleKind.HEAVY_MOTORCYCLE,
    "重機": VehicleKind.HEAVY_MOTORCYCLE,
    "heavy motorcycle": VehicleKind.HEAVY_MOTORCYCLE,
    "其他": VehicleKind.OTHER,
    "其他車種": VehicleKind.OTHER,
    "other": VehicleKind.OTHER,
}
NUMBER = re.compile(r"(?=(?:[A-Z]*\d){4})[A-Z0-9]{8,40}", re.ASCII)  # longer than any plate, four digits or more

MOST_OF_ONE_NUMBER = 5  # vehicles whose bills share a number, of different agencies: one message each


def bill_number(text: str) -> str | None:
    """The bill number a text says, upper case without blanks and dashes; None when it is none."""
    written = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()
    return written if NUMBER.fullmatch(written) else None


class Tickets(Conversation["Tickets.Data"]):
    key = ANSWERS
    triggers = (
        WORDS,
        Shape("plate", looks_like_plate, order=10),
        Shape("bill number", lambda text: bill_number(text) is not None, order=20),
    )
    title = msgid("待繳")
    explains = msgid("輸入車牌或帳單號碼，查各縣市停車費")
    place = 1

    class Data(BaseModel):
        plate: str = ""

    def __init__(self, lookup: Lookup, quota: Quota, orders: Orders, links: Links, cities: Cities) -> None:
        self._asking = Asking(lookup, quota)
        self._answering = Answering(orders, links)
        self._quota = quota
        self._orders = orders
        self._cities = cities

    @entry
    def begin(self, turn: Turn[Data]) -> Outcome:
        return self._start(turn)

    def _start(self, turn: Turn[Data]) -> Outcome:
        if looks_like_plate(turn.typed):
            return self._plate(turn, turn.typed)
        if number := bill_number(turn.typed):
            return self._by_number(turn, number)
        return Goto(self.plate)

    @entry
    def again(self, turn: Turn[Data]) -> Outcome:
        """A button of an answer: the same plate and kind once more, or its further bills. Values may be made up."""
        try:
            plate, kind = parse_plate(turn.value("plate")), VehicleKind(turn.value("kind"))
        except (PlateError, ValueError):
            return Goto(self.plate)
        skip = turn.value("skip")
        skipped = int(skip) if skip.isascii() and skip.isdigit() else 0
        return self._asking.ask(turn, plate, kind, lambda later, view: self._tell(later, view, skipped))

    @step()
    def plate(self, turn: Turn[Data]) -> Message:
        return turn.text("請輸入車牌，例如 ABC-1234。也可以輸入繳費單上的帳單號碼。")

    @plate.answer
    def plate_given(self, turn: Turn[Data]) -> Outcome:
        return self._typed(turn)

    @step()
    def dash(self, turn: Turn[Data]) -> Message:
        places = parse_plate(turn.data.plate).candidates
        return choose_plate(turn.reader, [(place, turn.button("take", plate=place)) for place in places])

    @dash.answer
    def dash_given(self, turn: Turn[Data]) -> Outcome:
        chosen = turn.value("plate")
        return self._plate(turn, chosen) if chosen else self._typed(turn)

    @step()
    def kind(self, turn: Turn[Data]) -> Message:
        plate = parse_plate(turn.data.plate)
        kinds = sorted(VehicleKind, key=lambda kind: kind is not plate.kind_hint)  # the likelier first
        buttons = [(kind, turn.button("take", kind=kind.value)) for kind in kinds]
        return choose_kind(turn.reader, plate.canonical, buttons, turn.t(plate.hint) if plate.hint else "")

    @kind.answer
    def kind_given(self, turn: Turn[Data]) -> Outcome:
        if looks_like_plate(turn.typed) or bill_number(turn.typed):  # changed their mind: another plate
            return self._start(turn)
        chosen = turn.value("kind")
        kind = VehicleKind(chosen) if chosen in set(VehicleKind) else KIND_WORDS.get(normal(turn.typed))
        if kind is None:
            return Stay(turn.text("請選擇車種：汽車、機車、紅黃牌重機或其他。"))
        return self._asking.ask(turn, parse_plate(turn.data.plate), kind, self._tell)

    def _typed(self, turn: Turn[Data]) -> Outcome:
        """Where a plate is asked for, a bill number will do. Raises PlateError."""
        if number := bill_number(turn.typed):
            return self._by_number(turn, number)
        return self._plate(turn, turn.typed)

    def _plate(self, turn: Turn[Data], text: str) -> Outcome:
        """Go on from a plate as typed: dash, then kind, each only when it cannot be told. Raises PlateError."""
        plate = parse_plate(text)
        turn.data.plate = plate.compact if plate.ambiguous_dash else plate.canonical
        if plate.ambiguous_dash:
            return Goto(self.dash)
        if plate.kind_told is None:
            return Goto(self.kind)
        return self._asking.ask(turn, plate, plate.kind_told, self._tell)

    def _tell(self, turn: Turn[Any], view: BillsView, skipped: int = 0) -> Outcome:
        return Done(self._answering.message(turn, view, skipped=skipped))

    def _by_number(self, turn: Turn[Data], number: str) -> Outcome:
        """A bill of our own ledger by the number on its slip; the cities' API cannot be asked by number."""
        self._quota.check(turn.uow, turn.channel, turn.citizen)
        self._quota.spend(turn.uow, turn.channel, turn.citizen)
        found = ledger.by_number(turn.uow, number)
        if not found:
            words = turn.t("這裡找不到這個帳單號碼。各縣市的停車單無法用號碼查，請改為輸入車牌。")
            return Done(not_found(turn.reader, words, anyone(turn.reader)))
        vehicles = list(dict.fromkeys((payable.plate, payable.kind) for payable in found))[:MOST_OF_ONE_NUMBER]
        views = [self._view(turn, [p for p in found if (p.plate, p.kind) == vehicle]) for vehicle in vehicles]
        return Done(*(self._answering.message(turn, view, private=True) for view in views))

    def _view(self, turn: Turn[Data], found: Sequence[Payable]) -> BillsView:
        """What one number stands for at one vehicle: mostly one bill, or the notice that covers it and the bill."""
        notices = [payable for payable in found if isinstance(payable, DunningNotice)]
        bills = [payable for payable in found if not isinstance(payable, DunningNotice)]
        answers = [
            Found(
                agency,
                turn.now,
                tuple(bill for bill in bills if bill.agency == agency),
                tuple(notice for notice in notices if notice.agency == agency),
            )
            for agency in dict.fromkeys(payable.agency for payable in found)
        ]
        paid = self._orders.paid_keys(turn.uow, frozenset().union(*map(covered_keys, found)))
        plate = Plate(found[0].plate)
        return build_view(plate, found[0].kind, answers, paid=paid, cities=self._cities, now=turn.now)
