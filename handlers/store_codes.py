"""超商條碼: the three-segment barcode of a bill as a picture in the chat, a bill a screen. Showing it locks nothing."""

import uuid
from collections.abc import Sequence
from typing import Any

from bot.conversation import Conversation, Done, NoData, Outcome, Switch, entry
from bot.message import image
from bot.postback import door
from bot.triggers import Words
from bot.turn import Turn
from domain.bills import PayableKey
from domain.billsview import BillsView, Standing
from domain.clock import city_date
from domain.errors import CitizenMistakeError
from domain.slippicture import MOST, SlipPicture
from flex_templates.card import Press
from flex_templates.store_code import beside_picture
from handlers.answering import ANSWERS, STORE_CODES, Answering
from handlers.asking import Asking
from handlers.kinds import pressed_key
from services.links import Links
from services.lookup import Lookup
from services.lookup_quota import Quota
from services.orderbook import OrderNotFoundError
from services.orders import Orders
from services.storeslips import Slip, StoreSlips


class StoreCodes(Conversation[NoData]):
    key = STORE_CODES
    triggers = (Words("超商條碼", "超商繳費條碼", "繳費條碼", "超商繳費", "barcode", "store barcode"),)

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
        self._orders = orders
        self._links = links
        self._slips = store_slips

    @entry
    def begin(self, _turn: Turn[NoData]) -> Outcome:
        """The answer over one's bills, whose cards have the button."""
        return Switch(ANSWERS)

    @entry
    def show(self, turn: Turn[NoData]) -> Outcome:
        """All bills of a plate or identifier, or one: the sources are asked again, perhaps days later."""
        key = pressed_key(turn)
        if turn.value("key") and key is None:
            raise CitizenMistakeError("這個按鈕不能使用。請輸入車牌重新查詢。")
        return self._asking.pressed(turn, lambda later, view, _own: self._made(later, view, key), key)

    def _made(self, turn: Turn[Any], view: BillsView, key: PayableKey | None) -> Outcome:
        due = [line.payable for line in view.lines if line.standing is Standing.DUE and key in (None, line.key)]
        fits = [payable for payable in due if self._slips.takes(payable.deadline, payable.pay_amount)]
        order = self._answering.order(turn, fits, view.asked_at)
        if order is None:
            raise CitizenMistakeError("目前沒有可以用超商條碼繳的帳單。請輸入車牌再查一次。")
        return self._screen(turn, order.id, self._slips.offer(turn.uow, order.id), 1)

    @entry
    def page(self, turn: Turn[NoData]) -> Outcome:
        """Another barcode of the same order; an order of somebody else has none."""
        try:
            order_id, number = uuid.UUID(turn.value("order")), int(turn.value("page"))
            order = self._orders.read(turn.uow, order_id)
        except (ValueError, OrderNotFoundError):
            raise CitizenMistakeError("這個按鈕不能使用。請輸入車牌重新查詢。") from None
        if (order.channel, order.citizen) != (turn.channel, turn.citizen):
            raise CitizenMistakeError("這個按鈕不能使用。請輸入車牌重新查詢。")
        return self._screen(turn, order_id, self._slips.of(turn.uow, order_id), number)

    def _screen(self, turn: Turn[Any], order_id: uuid.UUID, slips: Sequence[Slip], page: int) -> Outcome:
        """The picture and, below it, its card: what is read first stands last in a chat."""
        count = len(slips)
        if not 1 <= page <= min(count, MOST):
            raise CitizenMistakeError("這張條碼已不能使用：帳單已繳、正在繳費，或超過期限。請輸入車牌再查一次。")
        slip = slips[page - 1]
        url = self._links.slip_picture(SlipPicture(slip.number, page, min(count, MOST)), slip.pay_by)
        following = door(self.key, "page", order=str(order_id), page=str(page + 1))
        card = beside_picture(
            turn.reader,
            number=slip.line.key.number,
            amount=slip.segments.amount,
            pay_by=slip.pay_by,
            today=city_date(turn.now),
            page=page,
            count=count,
            following=Press(turn.t("下一張條碼"), following) if page < count else None,
        )
        return Done(image(url), card)
