"""申請查詢: one's live entries and how they stand; withdrawing one takes two presses."""

import uuid
from typing import Any

from pydantic import BaseModel

from bot.conversation import Conversation, Done, Goto, Outcome, Stay, entry, step
from bot.message import Message
from bot.postback import door
from bot.triggers import Words
from bot.turn import Turn
from domain.clock import city_date
from domain.errors import CitizenMistakeError
from domain.passview import EntryStanding
from domain.reader import msgid
from flex_templates import pass_standing as cards
from flex_templates.card import Press
from flex_templates.person import anyone
from services.accounts import Accounts
from services.passes.board import PassBoard
from services.passes.entries import Entries

ENTRIES = "pass_entries"


class PassEntries(Conversation["PassEntries.Data"]):
    key = ENTRIES
    triggers = (Words("申請查詢", "月票查詢", "月票申請查詢", "my applications"),)
    title = msgid("申請查詢")
    explains = msgid("看您的月票申請，截止前可撤回")
    place = 61

    class Data(BaseModel):
        """The entry that is to be withdrawn."""

        entry: str = ""

    def __init__(self, board: PassBoard, entries: Entries, accounts: Accounts) -> None:
        self._board = board
        self._entries = entries
        self._accounts = accounts

    @entry
    def begin(self, turn: Turn[Data]) -> Outcome:
        mine = standings(turn, self._board, self._accounts)
        if not mine:
            words = turn.t("您目前沒有月票申請。")
            return Done(cards.none(turn.reader, turn.t("申請查詢"), words, anyone(turn.reader)))
        shown = [(one, self._buttons(turn, one)) for one in mine[: cards.MOST_CARDS]]
        return Done(cards.entries(turn.reader, shown, city_date(turn.now), len(mine) - len(shown)))

    @entry
    def withdraw(self, turn: Turn[Data]) -> Outcome:
        """A button of any age: it is asked again, with what is lost."""
        turn.data.entry = str(self._own(turn, turn.value("entry")).entry_id)
        return Goto(self.sure)

    @step()
    def sure(self, turn: Turn[Data]) -> Message:
        one = self._own(turn, turn.data.entry)
        return cards.ask_withdrawal(turn.reader, one, Press(turn.t("撤回這筆申請"), turn.button("yes")))

    @sure.answer
    def sure_given(self, turn: Turn[Data]) -> Outcome:
        if turn.pressed != "yes":
            return Stay(turn.text("請按「撤回這筆申請」，或按「取消」保留申請。"))
        one = self._own(turn, turn.data.entry)
        asked_at = self._board.asked_at(turn.uow, turn.event_id)
        self._entries.withdraw(turn.uow, one.entry_id, asked_at=asked_at)
        return Done(cards.withdrawn(turn.reader, one))

    def _buttons(self, turn: Turn[Data], one: EntryStanding) -> list[Press]:
        if not one.changeable:
            return []
        return [Press(turn.t("撤回申請"), door(ENTRIES, "withdraw", entry=str(one.entry_id)))]

    def _own(self, turn: Turn[Data], entry_id: str) -> EntryStanding:
        """One of the citizen's own live entries. Raises CitizenMistakeError for any other value of a button."""
        mine = {one.entry_id: one for one in standings(turn, self._board, self._accounts)}
        try:
            return mine[uuid.UUID(entry_id)]
        except (ValueError, KeyError):
            raise CitizenMistakeError("這筆申請已撤回或變更過，請重新查詢。") from None


def standings(turn: Turn[Any], board: PassBoard, accounts: Accounts) -> list[EntryStanding]:
    """The citizen's live entries: those made in the chat, and at the counter with the verified number."""
    account = accounts.of(turn.uow, turn.channel, turn.citizen)
    return list(board.mine(turn.uow, turn.channel, turn.citizen, account.mobile if account else None))
