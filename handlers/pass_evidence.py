"""資格審查: photos of what a plan asks to be shown. Opened from the receipt, 申請查詢 and what staff said."""

from pydantic import BaseModel

from bot.conversation import Conversation, Done, Goto, Outcome, Stay, entry, step
from bot.input import Photo, Press, Text
from bot.message import Message
from bot.turn import Turn
from domain.clock import city_date
from domain.errors import CitizenMistakeError
from domain.passview import EntryStanding
from flex_templates import pass_evidence as cards
from flex_templates.card import Press as Button
from flex_templates.person import anyone
from handlers.pass_entries import own_entry
from handlers.pass_receipts import EVIDENCE
from services.accounts import Accounts
from services.passes.board import PassBoard
from services.passes.qualifying import Qualifying


class PassEvidence(Conversation["PassEvidence.Data"]):
    key = EVIDENCE

    class Data(BaseModel):
        """Sealed at rest, as every dialog."""

        entry: str = ""
        sent: int = 0

    def __init__(self, board: PassBoard, qualifying: Qualifying, accounts: Accounts) -> None:
        self._board = board
        self._qualifying = qualifying
        self._accounts = accounts

    @entry
    def begin(self, turn: Turn[Data]) -> Outcome:
        """A button of any age."""
        one = own_entry(turn, self._board, self._accounts, turn.value("entry"))
        if not one.to_show:
            raise CitizenMistakeError("這筆申請現在不用傳證明文件。")
        turn.data.entry = str(one.entry_id)
        return Goto(self.photo)

    @step(accepts=(Photo, Text, Press))
    def photo(self, turn: Turn[Data]) -> Message:
        enough = Button(turn.t("傳完了"), turn.button("enough"))
        return cards.ask_photo(turn.reader, self._one(turn), turn.data.sent, city_date(turn.now), enough)

    @photo.answer
    def photo_given(self, turn: Turn[Data]) -> Outcome:
        one = self._one(turn)
        if isinstance(turn.input, Photo):
            asked_at = self._board.asked_at(turn.uow, turn.event_id)
            turn.data.sent = self._qualifying.send(turn.uow, one.entry_id, turn.input.message_id, asked_at=asked_at)
            return Goto(self.photo)
        if turn.pressed == "enough" and turn.data.sent:
            return Done(cards.sent_all(turn.reader, one, turn.data.sent, anyone(turn.reader)))
        return Stay(turn.text("請傳照片，或按「取消」。"))

    def _one(self, turn: Turn[Data]) -> EntryStanding:
        return own_entry(turn, self._board, self._accounts, turn.data.entry)
