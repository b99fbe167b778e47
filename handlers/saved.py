"""儲存: keeps a found bill in 待繳 without binding its vehicle. Its doors are pressed in answers; there is no word."""

from typing import Any

from bot.conversation import Conversation, Done, NoData, Outcome, entry
from bot.turn import Turn
from domain.billsview import BillsView
from domain.errors import CitizenMistakeError
from flex_templates.saved import bill_saved
from handlers.answering import SAVES
from handlers.asking import Asking
from handlers.kinds import pressed_key, pressed_vehicle
from services.lookup import Lookup
from services.lookup_quota import Quota
from services.saved_bills import Kept, SavedBills


class Saved(Conversation[NoData]):
    key = SAVES

    def __init__(self, lookup: Lookup, quota: Quota, saved_bills: SavedBills) -> None:
        self._asking = Asking(lookup, quota)
        self._saved = saved_bills

    @entry
    def save(self, turn: Turn[NoData]) -> Outcome:
        """Its source is asked whether there is such a bill, for the values may be made up."""
        key = pressed_key(turn)
        if key is None:
            raise CitizenMistakeError("這個按鈕不能使用。請輸入車牌重新查詢。")
        kept = Kept(key, pressed_vehicle(turn))
        return self._asking.pressed(turn, lambda later, view, _own: self._keep(later, view, kept), key)

    def _keep(self, turn: Turn[Any], view: BillsView, kept: Kept) -> Outcome:
        if all(line.key != kept.key for line in view.lines):
            raise CitizenMistakeError("目前查不到這筆待繳帳單，沒有儲存。請稍後再試。")
        self._saved.save(turn.uow, turn.channel, turn.citizen, kept)
        return Done(bill_saved(turn.reader))

    @entry
    def drop(self, turn: Turn[NoData]) -> Outcome:
        """「不再儲存」."""
        key = pressed_key(turn)
        if key is None or not self._saved.drop(turn.uow, turn.channel, turn.citizen, key):
            raise CitizenMistakeError("這筆帳單沒有儲存，沒有任何資料被更動。")
        return Done(turn.text("已不再儲存這筆帳單。帳單本身沒有變動，仍需繳納。"))
