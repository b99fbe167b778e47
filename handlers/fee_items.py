"""水費、電費、罰鍰 …: what a fee item is, and its bills by number. Which items there are is data (config/fees.toml)."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from bot.conversation import Conversation, Done, Goto, Outcome, Stay, Switch, entry, step
from bot.message import Message
from bot.postback import door
from bot.triggers import Words, normal
from bot.turn import Turn
from domain.billsview import BillsView
from domain.cities import Cities
from domain.errors import CitizenMistakeError
from domain.feeitems import PARKING, FeeItem, Fees, Identifier, LookupKey, spelled
from domain.plates import looks_like_plate
from domain.reader import msgid
from flex_templates import fee_items as cards
from flex_templates.card import Button, Press
from flex_templates.person import anyone
from handlers.answering import ANSWERS, Answering
from handlers.asking_all import Own
from handlers.by_number import ByNumber
from handlers.closed import Closed
from handlers.kinds import pressed_identifier
from handlers.offers import Offers
from handlers.together import Together
from services.identifiers import Identifiers
from services.links import Links
from services.lookup import Lookup
from services.lookup_quota import Quota
from services.orders import Orders
from services.storeslips import StoreSlips
from services.vehicles import Vehicles

KEY = "fee_items"


class FeeItems(Conversation["FeeItems.Data"]):
    key = KEY
    triggers = (
        Words(
            "繳費項目", "水費", "電費", "燃料費", "罰鍰", "fee items", "fee item", "缴费项目", "水费", "电费", "罚款"
        ),
    )
    title = msgid("繳費項目")
    explains = msgid("水費、電費、罰鍰等：繳費說明，用號碼查帳單")
    place = 7

    class Data(BaseModel):
        item: str = ""

    def __init__(
        self,
        fees: Fees,
        lookup: Lookup,
        quota: Quota,
        orders: Orders,
        cities: Cities,
        links: Links,
        store_slips: StoreSlips,
        identifiers: Identifiers,
        vehicles: Vehicles,
    ) -> None:
        self._fees = fees
        self._books = lookup.books
        self._identifiers = identifiers
        self._closed = Closed(fees, cities)
        self._offers = Offers(fees, vehicles, identifiers)
        self._answering = Answering(orders, links, store_slips)
        self._together = Together(self._answering)
        self._numbers = ByNumber(quota, orders, cities)
        self._words: dict[str, list[FeeItem]] = {}
        for item in fees.items.values():
            if item.key != PARKING:  # its words ask what one's vehicles owe
                for word in (item.name.zh, item.name.en, *item.words):
                    self._words.setdefault(normal(word), []).append(item)
        self.triggers = (*type(self).triggers, Words(*self._words))

    # Which item

    @entry
    def begin(self, turn: Turn[Data]) -> Outcome:
        meant = self._words.get(normal(turn.typed), [item for item in self._fees.items.values() if item.key != PARKING])
        if len(meant) == 1:
            return self._open(turn, meant[0])
        choices = [(item, door(KEY, "show", item=item.key)) for item in meant]
        return Done(cards.which(turn.reader, turn.t("請選擇繳費項目"), choices))

    @entry
    def show(self, turn: Turn[Data]) -> Outcome:
        """One of several items."""
        return self._open(turn, self._item(turn))

    def _open(self, turn: Turn[Data], item: FeeItem) -> Outcome:
        """The bills of one's own numbers of this item; where there are none, what it is and a question for a number."""
        bound = self._identifiers.of(turn.uow, turn.channel, turn.citizen)
        mine = [one.identifier for one in bound if one.identifier.fee_item == item.key]
        if not mine:
            return self._ask(turn, item)
        own = [Own(view) for view in self._books.of_identifiers(turn.uow, mine, turn.now)]
        offers = [
            Press(turn.t("查其他號碼"), door(KEY, "other", item=item.key)),
            Press(turn.t("繳費說明"), door(KEY, "about", item=item.key)),
        ]
        return Done(self._together.message(turn, own, offers=offers))

    @entry
    def other(self, turn: Turn[Data]) -> Outcome:
        """「查其他號碼」, for those who have bound one."""
        return self._ask(turn, self._item(turn))

    @entry
    def about(self, turn: Turn[Data]) -> Outcome:
        """說明 of an item, asking nothing."""
        item = self._item(turn)
        return Done(cards.about(turn.reader, item, "", self._ways(turn, item)))

    def _item(self, turn: Turn[Data]) -> FeeItem:
        item = self._fees.items.get(turn.value("item"))
        if item is None:
            raise CitizenMistakeError("這個按鈕不能使用。請輸入「繳費項目」重新選擇。")
        return item

    # By a number

    def _ask(self, turn: Turn[Data], item: FeeItem) -> Outcome:
        turn.data.item = item.key
        return Goto(self.number)

    @step()
    def number(self, turn: Turn[Data]) -> Message:
        item = self._fees.items[turn.data.item]
        return cards.about(turn.reader, item, self._asked(turn, item), self._ways(turn, item))

    def _asked(self, turn: Turn[Any], item: FeeItem) -> str:
        """What to type now."""
        named = [self._fees.identifier_name(turn.reader, item.key)] if item.identifier else []
        named += [turn.t("銷帳編號")] if LookupKey.NUMBER in item.lookup else []
        named += [turn.t("車牌")] if LookupKey.PLATE in item.lookup else []
        return turn.t("請輸入{number}。", number=turn.t("或").join(named)) if named else ""

    def _ways(self, turn: Turn[Any], item: FeeItem) -> list[Button]:
        """What else finds a bill of this item."""
        ways: list[Button] = []
        if LookupKey.IDENTIFIER in item.bindable:
            label = turn.t("綁定{number}", number=self._fees.identifier_name(turn.reader, item.key))
            ways.append(Press(label, door("identifiers", "another", item=item.key)))
        if LookupKey.PLATE in item.lookup:
            ways.append(Press(turn.t("用車牌查"), door(ANSWERS, "other")))
        if LookupKey.ID_AND_BIRTHDAY in item.lookup:
            ways.append(Press(turn.t("用身分證字號查"), door("national_id", "begin")))
        return ways

    @number.answer
    def number_given(self, turn: Turn[Data]) -> Outcome:
        item, number = self._fees.items[turn.data.item], spelled(turn.typed)
        if LookupKey.PLATE in item.lookup and looks_like_plate(turn.typed):
            return Switch(ANSWERS)
        if not item.reads(number):
            name = item.name.of(turn.reader.language)
            return Stay(turn.text("這不像是{item}的號碼，請照繳費單上的號碼輸入。", item=name))
        return self._bills(turn, item, number)

    @entry
    def bills(self, turn: Turn[Data]) -> Outcome:
        """One of several items that a number may be of."""
        identifier = pressed_identifier(turn)
        if identifier is None:
            raise CitizenMistakeError("這個按鈕不能使用。請輸入「繳費項目」重新選擇。")
        return self._bills(turn, self._item(turn), identifier.number)

    def _bills(self, turn: Turn[Any], item: FeeItem, number: str) -> Outcome:
        """Raises CitizenMistakeError when today's lookups are used up."""
        bound = self._identifiers.find(turn.uow, turn.channel, turn.citizen, Identifier(item.key, number))
        found = [one for one in self._numbers.found(turn, number, own=bound is not None) if one.fee_item == item.key]
        views = [view for one in found for view in self._numbers.of(turn, one)]
        if not views and (closed := self._closed.of(turn, number)):
            return Done(*closed)
        if not views and LookupKey.IDENTIFIER in item.reads(number):
            views = self._books.of_identifiers(turn.uow, [Identifier(item.key, number)], turn.now)
        if not views:
            words = turn.t("這裡找不到這個號碼的{item}帳單，不代表沒有欠費。", item=item.name.of(turn.reader.language))
            return Done(cards.not_known(turn.reader, words, anyone(turn.reader), self._ways(turn, item)))
        return Done(*(self.answer(turn, view, item) for view in views))

    def answer(self, turn: Turn[Any], view: BillsView, item: FeeItem) -> Message:
        """The bills of one number, with the ways to keep it and to read about it."""
        offers = [*self._offers.of(turn, view), Press(turn.t("繳費說明"), door(KEY, "about", item=item.key))]
        return self._answering.message(turn, view, private=True, keep=True, offers=offers)


def choose(turn: Turn[Any], fees: Fees, items: Sequence[str], number: str) -> Message:
    """A number that stands for bills of several items: which?"""
    known = [fees.items[item] for item in dict.fromkeys(items) if item in fees.items]
    choices = [(item, door(KEY, "bills", item=item.key, number=number)) for item in known]
    return cards.which(turn.reader, turn.t("這個號碼有幾種帳單，請選擇"), choices)
