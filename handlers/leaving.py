"""註銷: what ends, confirm. Two taps."""

from bot.conversation import Conversation, Done, Goto, NoData, Outcome, Stay, entry, step
from bot.message import Message
from bot.triggers import Words
from bot.turn import Turn
from domain.clock import city_date
from domain.dates import day
from domain.leaving import KEPT_AT_MOST
from domain.reader import msgid
from flex_templates import leaving
from flex_templates.person import anyone
from services.leaving import Leaving


class Leave(Conversation[NoData]):
    key = "leaving"
    triggers = (Words("註銷", "delete", "註銷車主", "注销", "delete my account"),)
    title = msgid("註銷")
    explains = msgid("停止使用，刪除您的資料")
    place = 150

    def __init__(self, leaving: Leaving) -> None:
        self._leaving = leaving

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        if left := self._leaving.standing(turn.uow, turn.channel, turn.citizen):
            latest = day(turn.reader, city_date(left.keep_until), city_date(turn.now))
            return Done(leaving.done(turn.reader, left.unfinished, latest, anyone(turn.reader)))
        return Goto(self.confirm)

    @step()
    def confirm(self, turn: Turn[NoData]) -> Message:
        ending = self._leaving.what_ends(turn.uow, turn.channel, turn.citizen)
        latest = day(turn.reader, city_date(turn.now + KEPT_AT_MOST), city_date(turn.now))
        return leaving.ask(turn.reader, ending, turn.button("leave"), latest, anyone(turn.reader))

    @confirm.answer
    def confirmed(self, turn: Turn[NoData]) -> Outcome:
        if turn.pressed is None:
            return Stay(turn.text("還沒有註銷。請按「確定註銷」，或按「取消」。"))
        left = self._leaving.leave(turn.uow, turn.channel, turn.citizen)
        latest = day(turn.reader, city_date(left.keep_until), city_date(turn.now))
        return Done(leaving.done(turn.reader, left.unfinished, latest, anyone(turn.reader)))
