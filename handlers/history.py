"""歷程: what changed in the account and when."""

from bot.conversation import Conversation, Done, NoData, Outcome, entry
from bot.triggers import Words
from bot.turn import Turn
from domain.clock import city_date
from domain.dates import clock_time, day
from domain.reader import msgid
from flex_templates import my_data
from flex_templates.person import anyone
from services.history import WHAT, History


class ShowHistory(Conversation[NoData]):
    key = "history"
    triggers = (Words("歷程", "history", "歷程查詢", "歷程記錄"),)
    title = msgid("歷程")
    explains = msgid("您的帳號最近的更動")
    place = 140

    def __init__(self, history: History) -> None:
        self._history = history

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        today = city_date(turn.now)
        days: dict[str, list[str]] = {}  # as they come: the newest first
        for change in self._history.of(turn.uow, turn.channel, turn.citizen):
            what = turn.t(WHAT.get(change.what, msgid("其他更動")))
            days.setdefault(day(turn.reader, city_date(change.at), today), []).append(f"{clock_time(change.at)} {what}")
        rows = [(when, "\n".join(lines)) for when, lines in days.items()]
        return Done(my_data.changes(turn.reader, rows, anyone(turn.reader)))
