"""開放數量 and 申請規定: places of each lot with how its last draw went, and the rules in a few sentences."""

from bot.conversation import Conversation, Done, NoData, Outcome, entry
from bot.triggers import Words
from bot.turn import Turn
from domain.clock import city_date
from domain.reader import msgid
from flex_templates import passes as cards
from flex_templates.person import anyone
from services.passes.board import PassBoard

MOST_ROWS = 20


class PassOpenings(Conversation[NoData]):
    key = "pass_openings"
    triggers = (Words("開放數量", "月票開放購買數量查詢", "places available"),)
    title = msgid("開放數量")
    explains = msgid("各停車場本期開放的月票張數")
    place = 64

    def __init__(self, board: PassBoard) -> None:
        self._board = board

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        rounds = self._board.open_rounds(turn.uow, self._board.asked_at(turn.uow, turn.event_id))
        if not rounds:
            return Done(cards.none_open(turn.reader, anyone(turn.reader)))
        shown = rounds[:MOST_ROWS]
        return Done(cards.openings(turn.reader, shown, len(rounds) - len(shown), city_date(turn.now)))


class PassRulesTold(Conversation[NoData]):
    key = "pass_rules"
    triggers = (Words("申請規定", "月票申請規定", "rules for applying"),)
    title = msgid("申請規定")
    explains = msgid("月票申請、抽籤與繳費的規定")
    place = 65

    def __init__(self, board: PassBoard) -> None:
        self._board = board

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        limit = self._board.rules.registration_limit
        return Done(cards.rules(turn.reader, limit, self._board.draws_url, anyone(turn.reader)))
