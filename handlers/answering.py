"""Turns what is known of a plate into the answer a citizen gets: ways to pay, the pay page, what the cities said."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from bot.message import quick_press, with_quick_replies
from bot.postback import door
from bot.turn import Turn
from domain.amounts import money
from domain.bills import Payable
from domain.billsview import BillsView, Line, SilentCity, Standing
from domain.calendarday import About
from domain.cities import City
from domain.feeitems import PARKING, Identifier
from domain.orderview import OrderView
from domain.plates import NO_PLATE
from domain.reader import Reader
from flex_templates import bills
from flex_templates.answer import Answer, Owed
from flex_templates.card import Link, Press
from flex_templates.pay_link import official_link
from flex_templates.person import call, office
from flex_templates.words import class_name, vehicle_name
from handlers.calendar_link import calendar_link
from handlers.kinds import values_of_view
from services import quotes
from services.links import Links
from services.orders import Orders
from services.quotes import Quote
from services.storeslips import StoreSlips

ANSWERS = "tickets"  # key of the conversation whose doors ask again
PAYS = "pay"  # key of the conversation whose doors pay one bill
STORE_CODES = "store_codes"  # key of the conversation whose doors show barcodes for a till
SAVES = "saved"  # key of the conversation whose doors keep one bill
SHOWN = (Standing.DUE, Standing.PARTLY_PAID_HERE)  # what a notice covers is listed on the notice


class Answering:
    """Makes answers about bills, and the quote behind their pay button."""

    def __init__(self, orders: Orders, links: Links, store_slips: StoreSlips) -> None:
        self._orders = orders
        self._links = links
        self._slips = store_slips

    def message(
        self,
        turn: Turn[Any],
        view: BillsView,
        *,
        private: bool = False,
        skipped: int = 0,
        offers: Sequence[Press] = (),
        keep: bool = False,
        look_alikes: Sequence[str] = (),
    ) -> dict[str, Any]:
        """The whole answer as one message.

        `private`: the citizen gave this slip's number. `skipped`: bills that earlier cards have shown. `offers`: what
        else can be done with this plate. `keep`: each bill can be kept by itself (儲存). `look_alikes`: plates that may
        have been meant instead.
        """
        reader = turn.reader
        due = [line.payable for line in view.due]
        quote = self.quote(turn, due, view.asked_at)
        values = values_of_view(view)
        owed = [self.owed(reader, line, values, private) for line in view.lines if line.standing in SHOWN]
        for one in owed if keep else ():
            one.keep = Press(reader.t("儲存"), door(SAVES, "save", **values, key=str(one.payable.key)))
        answer = Answer(
            vehicle=self.named(reader, view),
            now=turn.now,
            today=view.today,
            asked_at=view.asked_at,
            owed=owed,
            total=view.total,
            offers=offers,
            again=Press(reader.t("再查一次"), door(ANSWERS, "again", **values)),
            **_said(reader, view),
            skipped=skipped,
            more=self._more(reader, values, skipped),
            look_alikes=look_alikes,
            store_code=self.store_code(reader, due, values),
            calendar=self.calendar(reader, due, view.today),
            clearing=sum(line.standing is Standing.PAID_HERE for line in view.here),
            paying=sum(line.standing is Standing.PAYING_HERE for line in view.here),
            of_numbers=view.identifier is not None,
            unknown=self.unknown(reader, [view]),
            what=self.what(reader, [view]),
        )
        self.offer(reader, answer, quote)
        silent = [silent.city for silent in (*view.could_not_ask, *view.promised)]
        pressed = [quick_press(alike, door(ANSWERS, "again", **(values | {"plate": alike}))) for alike in look_alikes]
        return with_quick_replies(bills.message(reader, answer, office(reader, silent)), pressed)

    def named(self, reader: Reader, view: BillsView) -> str:
        """Plate and kind, or 水號 and which; "" for a bill by itself."""
        if view.identifier:
            return f"{self.kind_of(reader, view.identifier)} {view.identifier.number}"
        return "" if view.plate == NO_PLATE else vehicle_name(reader, view.plate.canonical, view.kind)

    def kind_of(self, reader: Reader, identifier: Identifier) -> str:
        """What its agency calls such a number: 水號."""
        return self._orders.fees.identifier_name(reader, identifier.fee_item)

    def what(self, reader: Reader, views: Sequence[BillsView]) -> str:
        """Of what all bills shown are, or would be: "" for parking fees, one fee item by its name, else 帳單."""
        items = {line.payable.fee_item for view in views for line in view.lines if line.standing in SHOWN}
        for some in ([view for view in views if _known(view)], views):
            items = items or {view.identifier.fee_item if view.identifier else PARKING for view in some}
        if items == {PARKING}:
            return ""
        return self._orders.fees.name(reader, items.pop()) if len(items) == 1 else reader.t("帳單")

    def unknown(self, reader: Reader, views: Sequence[BillsView]) -> list[str]:
        """Identifiers of which no agency has sent a bill yet: it cannot be said that nothing is due."""
        return [self.named(reader, view) for view in views if not _known(view)]

    def quote(self, turn: Turn[Any], payables: Sequence[Payable], asked_at: datetime) -> Quote | None:
        """What a pay link is made for: those that are paid here, all ticked; None when there are none."""
        quote = quotes.offer(
            self._orders,
            channel=turn.channel,
            citizen=turn.citizen,
            payables=payables,
            asked_at=asked_at,
            now=turn.now,
            language=turn.reader.language.value,
        )
        if quote is not None:
            turn.keep(quotes.write, quote)
        return quote

    def order(self, turn: Turn[Any], payables: Sequence[Payable], asked_at: datetime) -> OrderView | None:
        """An order of those that are paid here, opened at once; None when there are none."""
        here = self._orders.payable_here(payables)
        if not here:
            return None
        return self._orders.open(
            turn.uow,
            channel=turn.channel,
            citizen=turn.citizen,
            payables=here,
            asked_at=asked_at,
            language=turn.reader.language.value,
        )

    def _more(self, reader: Reader, values: dict[str, str], skipped: int) -> Press:
        return Press(
            reader.t("看後面的帳單"), door(ANSWERS, "again", **values, skip=str(skipped + bills.at_once(reader)))
        )

    def offer(self, reader: Reader, answer: Answer, quote: Quote | None) -> None:
        """Put the button that leads to the pay page on the answer, where something of it is paid here."""
        if quote is None:
            return
        answer.pay_all = Link(reader.t("繳費 {amount}", amount=money(reader, quote.total)), self._links.pay(quote))
        answer.pay_all_amount, answer.discount = quote.total + quote.discount, quote.discount

    def store_code(self, reader: Reader, due: Sequence[Payable], values: dict[str, str]) -> Press | None:
        """The button for barcodes at a till, where one of these bills can be paid so (超商條碼).

        `values`: of the view the bills are of, or of one bill by its key. Bills by themselves have the button each.
        """
        takes = self._slips.takes
        if not values or not any(self._orders.collects(one) and takes(one.deadline, one.pay_amount) for one in due):
            return None
        return Press(reader.t("超商條碼"), door(STORE_CODES, "show", **values))

    def calendar(self, reader: Reader, due: Sequence[Payable], today: date) -> Link | None:
        """The nearest deadline to come, for one's own calendar (加入行事曆)."""
        about = About.BILLS if all(one.fee_item == PARKING for one in due) else About.FEES
        return calendar_link(reader, self._links, [(one.deadline, one.pay_amount) for one in due], today, about)

    def owed(self, reader: Reader, line: Line, values: dict[str, str], private: bool) -> Owed:
        """One line and its one way to be paid. `values`: of its view, as its button carries them."""
        owed = Owed(
            payable=line.payable,
            group=class_name(reader, line.bill_class),
            office=line.city.name(reader.language),
            way=None,
            private=private,
        )
        if line.payable.fee_item != PARKING:
            owed.item = self._orders.fees.name(reader, line.payable.fee_item)
        if number := line.payable.identifier:
            owed.identifier = self._orders.fees.identifier_name(reader, line.payable.fee_item), number
        if line.second_of_day:
            owed.cancel = call(reader, office(reader, [line.city]))
        if line.standing is Standing.PARTLY_PAID_HERE:
            owed.due = False
            owed.in_words = reader.t(
                "其中有帳單已在這裡繳清，請先洽{office}確認應繳金額，請勿重複繳費。", office=owed.office
            )
        elif self._orders.collects(line.payable):
            data = door(PAYS, "one", **values, key=str(line.key))
            owed.way = Press(reader.t("只繳這一筆"), data)
            owed.discount = self._orders.discount(line.payable)
        elif self._orders.fees.ask_agency(line.payable):
            owed.in_words = reader.t("已過繳費期限，應繳金額請先洽{office}，不在這裡收。", office=owed.office)
        else:
            self._elsewhere(reader, line, owed)
        return owed

    def _elsewhere(self, reader: Reader, line: Line, owed: Owed) -> None:
        """The official way of a bill that is not paid here: its page, else its office in words."""
        url = self._orders.official_way(line.payable).url
        if url:
            owed.way = official_link(reader, owed.office, url)
        else:
            name = line.city.office(reader.language)
            owed.in_words = reader.t("這筆不在這裡收，請依繳費單上的方式繳費，或洽{office}。", office=name)


def _known(view: BillsView) -> bool:
    """Whether it can be said what is due: a vehicle's cities say so themselves."""
    return view.identifier is None or any((*view.nothing_due, *view.lines, *view.here))


def names(reader: Reader, cities: Sequence[City]) -> list[str]:
    """Cities by their short names."""
    return [city.short_name(reader.language) for city in cities]


def _said(reader: Reader, view: BillsView) -> dict[str, Any]:
    """What the sources said besides bills, as Answer has it."""
    return {
        "nothing_due": names(reader, [asked.city for asked in view.nothing_due]),
        "could_not_ask": names(reader, [silent.city for silent in view.could_not_ask]),
        "told": told(reader, view.could_not_ask),
        "retry_at": latest(view.could_not_ask),
        "promised": names(reader, [silent.city for silent in view.promised]),
        "not_connected": names(reader, view.not_connected),
    }


def told(reader: Reader, silent: Sequence[SilentCity]) -> list[str]:
    """What staff say of cities that they have stopped asking, a sentence each."""
    words = {s.city.short_name(reader.language): s.answer.told.text(reader.language) for s in silent if s.answer.told}
    return [reader.t("{label}：{value}", label=city, value=text) for city, text in words.items()]


def latest(silent: Sequence[SilentCity]) -> datetime | None:
    """When asking again makes sense for all of them."""
    return max((s.answer.retry_at for s in silent if s.answer.retry_at), default=None)
