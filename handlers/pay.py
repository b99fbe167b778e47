"""繳費: from a plate to the pay page. One bill by its own button; all of them by the answer's main button."""

from typing import Any

from bot.conversation import Conversation, Done, NoData, Outcome, Switch, entry
from bot.postback import door
from bot.triggers import Words
from bot.turn import Turn
from domain.bills import PayableKey
from domain.billsview import BillsView, Line, Standing
from domain.errors import CitizenMistakeError
from domain.reader import msgid
from flex_templates import pay_link
from flex_templates.card import Press
from flex_templates.errors import trouble
from flex_templates.person import office
from handlers.answering import ANSWERS, PAYS, Answering
from handlers.asking import Asking
from handlers.kinds import pressed_key, values_of_view
from services.links import Links
from services.lookup import Lookup
from services.lookup_quota import Quota
from services.orders import Orders
from services.storeslips import StoreSlips


class Pay(Conversation[NoData]):
    key = PAYS
    triggers = (Words("繳費", "pay", "缴费"),)
    title = msgid("繳費")
    explains = msgid("輸入車牌，查到後一次繳清或只繳一筆")
    place = 2

    def __init__(
        self,
        lookup: Lookup,
        quota: Quota,
        orders: Orders,
        links: Links,
        store_slips: StoreSlips,
    ) -> None:
        self._asking = Asking(lookup, quota)
        self._answering = Answering(orders, links, store_slips)
        self._links = links

    @entry
    def begin(self, _turn: Turn[NoData]) -> Outcome:
        return Switch(ANSWERS)

    @entry
    def one(self, turn: Turn[NoData]) -> Outcome:
        """A bill's own button, perhaps days later: the sources are asked again. Its values may be made up."""
        key = pressed_key(turn)
        if key is None:
            raise CitizenMistakeError("這個按鈕不能使用。請輸入車牌重新查詢。")
        return self._asking.pressed(turn, lambda later, view, _own: self._link(later, view, key), key)

    def _link(self, turn: Turn[Any], view: BillsView, key: PayableKey) -> Outcome:
        """The pay link of this one bill; where it cannot be paid now, why not."""
        line = next((line for line in (*view.lines, *view.here) if line.key == key), None)
        if line is None or line.standing is not Standing.DUE:
            return self._cannot(turn, view, self._why_not(view, key, line))
        quote = self._answering.quote(turn, [line.payable], view.asked_at)
        values = {**values_of_view(view), "key": str(key)}
        if quote is None:
            return self._cannot(turn, view, msgid("這筆帳單不在這裡收。請再查一次，看它的官方繳費方式。"))
        link = pay_link.message(
            turn.reader,
            self._links.pay(quote),
            count=len(quote.lines),
            total=quote.total,
            discount=quote.discount,
            store_code=self._answering.store_code(turn.reader, [line.payable], values),
            expires_at=quote.expires_at,
            now=turn.now,
        )
        return Done(link)

    def _cannot(self, turn: Turn[Any], view: BillsView, why: str) -> Outcome:
        """Says why (a msgid) and offers to ask again; tells nothing else about the plate."""
        again = door(ANSWERS, "again", **values_of_view(view))
        person = office(turn.reader, [silent.city for silent in view.could_not_ask])
        return Done(trouble(turn.reader, turn.t(why), person, [Press(turn.t("再查一次"), again)]))

    def _why_not(self, view: BillsView, key: PayableKey, line: Line | None) -> str:
        """A msgid. A source that did not answer says nothing about the bill."""
        if line is None and any(silent.city.code == key.agency for silent in (*view.could_not_ask, *view.promised)):
            return msgid("目前無法向機關確認這筆帳單。")
        if line is None:
            return msgid("這筆帳單已不在待繳清單中，可能已繳清或撤銷。")
        if line.standing is Standing.INSIDE_NOTICE:
            return msgid("這筆帳單已列入催繳單，請改繳那張催繳單。")
        return msgid("這筆帳單已在這裡繳費，或正在繳費，請勿重複繳費。")
