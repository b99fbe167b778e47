"""申請查詢: one's entries and how they stand; until closing they can be changed, put in order and withdrawn."""

import uuid
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from bot.conversation import Conversation, Done, Goto, Outcome, Stay, entry, step
from bot.message import Message, text
from bot.postback import door
from bot.triggers import Words
from bot.turn import Turn
from domain.clock import city_date
from domain.errors import CitizenMistakeError
from domain.passview import EntryStanding
from domain.reader import msgid
from flex_templates import pass_standing as cards
from flex_templates.card import Button, Link, Press
from flex_templates.person import anyone
from handlers.pass_receipts import EVIDENCE
from services.accounts import Accounts
from services.draws.proofs import Proofs
from services.passes.board import PassBoard
from services.passes.change_news import RECEIPT_LIFE
from services.passes.entries import Entries
from services.passes.preferences import Preferences

ENTRIES = "pass_entries"
CHANGES = "pass_change"


class PassEntries(Conversation["PassEntries.Data"]):
    key = ENTRIES
    triggers = (Words("申請查詢", "月票查詢", "月票申請查詢", "my applications"),)
    title = msgid("申請查詢")
    explains = msgid("看您的月票申請，截止前可變更、調整志願或撤回")
    place = 61

    class Data(BaseModel):
        """The entry that is to be withdrawn."""

        entry: str = ""

    def __init__(
        self, board: PassBoard, entries: Entries, preferences: Preferences, proofs: Proofs, accounts: Accounts
    ) -> None:
        self._board = board
        self._entries = entries
        self._preferences = preferences
        self._proofs = proofs
        self._accounts = accounts

    @entry
    def begin(self, turn: Turn[Data]) -> Outcome:
        mine = standings(turn, self._board, self._accounts)
        if not mine:
            words = turn.t("您目前沒有月票申請。")
            return Done(cards.none(turn.reader, turn.t("申請查詢"), words, anyone(turn.reader)))
        return Done(self._shown(turn, mine))

    @entry
    def withdraw(self, turn: Turn[Data]) -> Outcome:
        """A button of any age: it is asked again, with what is lost."""
        turn.data.entry = str(self._own(turn, turn.value("entry")).entry_id)
        return Goto(self.sure)

    @entry
    def prefer(self, turn: Turn[Data]) -> Outcome:
        """Want one entry more than another; however often it is pressed."""
        one, other = (self._own(turn, turn.value(name)) for name in ("entry", "over"))
        asked_at = self._board.asked_at(turn.uow, turn.event_id)
        self._preferences.prefer(turn.uow, one.entry_id, other.entry_id, asked_at=asked_at)
        said = turn.text("志願序已調整：{first}在{second}之前。", first=one.lot_name, second=other.lot_name)
        return Done(said, self._shown(turn, standings(turn, self._board, self._accounts)))

    @entry
    def proof(self, turn: Turn[Data]) -> Outcome:
        """Receipt and inclusion proof as texts to copy, and what to do with them."""
        one = self._own(turn, turn.value("entry"))
        if not one.on_list:
            raise CitizenMistakeError("登記清單還沒有公告，公告後就能核對。")
        proof = self._proofs.of(turn.uow, one.entry_id)
        place = (proof.inclusion.index + 1, proof.inclusion.size)
        card = cards.proof(turn.reader, one, place, f"{self._board.draws_url}check", anyone(turn.reader))
        return Done(text(proof.receipt.rstrip("\n")), text(proof.inclusion.text().rstrip("\n")), card)

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

    def _shown(self, turn: Turn[Data], mine: Sequence[EntryStanding]) -> Message:
        shown = [(one, self._buttons(turn, one, mine)) for one in mine[: cards.MOST_CARDS]]
        return cards.entries(turn.reader, shown, city_date(turn.now), len(mine) - len(shown))

    def _buttons(self, turn: Turn[Data], one: EntryStanding, mine: Sequence[EntryStanding]) -> list[Button]:
        entry_id = str(one.entry_id)
        buttons: list[Button] = []
        if one.changeable:
            buttons.append(Press(turn.t("變更申請"), door(CHANGES, "begin", entry=entry_id)))
            wanted_more = next((other for other in mine if _just_before(other, one)), None)
            if wanted_more is not None and wanted_more.changeable:
                data = door(ENTRIES, "prefer", entry=entry_id, over=str(wanted_more.entry_id))
                buttons.append(Press(turn.t("改為第 {choice} 志願", choice=one.choice - 1), data))
            buttons.append(Press(turn.t("撤回申請"), door(ENTRIES, "withdraw", entry=entry_id)))
        if one.to_show:
            buttons.insert(0, Press(turn.t("傳證明文件照片"), door(EVIDENCE, "begin", entry=entry_id)))
        if one.on_list and one.has_receipt:
            buttons.append(Press(turn.t("核對我的申請"), door(ENTRIES, "proof", entry=entry_id)))
        if one.has_receipt:
            page, _ = self._board.receipt_urls(one.entry_id, turn.now + RECEIPT_LIFE)
            buttons.append(Link(turn.t("收據與 QR"), page))
        return buttons

    def _own(self, turn: Turn[Data], entry_id: str) -> EntryStanding:
        return own_entry(turn, self._board, self._accounts, entry_id)


def standings(turn: Turn[Any], board: PassBoard, accounts: Accounts) -> list[EntryStanding]:
    """The citizen's entries: those made in the chat, and at the counter with the verified number."""
    account = accounts.of(turn.uow, turn.channel, turn.citizen)
    return list(board.mine(turn.uow, turn.channel, turn.citizen, account.mobile if account else None))


def own_entry(turn: Turn[Any], board: PassBoard, accounts: Accounts, entry_id: str) -> EntryStanding:
    """One of the citizen's own entries. Raises CitizenMistakeError for any other value of a button."""
    mine = {one.entry_id: one for one in standings(turn, board, accounts)}
    try:
        return mine[uuid.UUID(entry_id)]
    except (ValueError, KeyError):
        raise CitizenMistakeError("這筆申請已撤回或變更過，請重新查詢。") from None


def _just_before(other: EntryStanding, one: EntryStanding) -> bool:
    """Whether `other` is of the same vehicle and month, and the one wanted next more."""
    same = (other.plate, other.starts_on, other.rehearsal) == (one.plate, one.starts_on, one.rehearsal)
    return same and other.choice == one.choice - 1 and other.seat is None
