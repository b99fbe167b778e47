"""公告: what the city tells everybody."""

from bot.conversation import Conversation, Done, NoData, Outcome, entry
from bot.triggers import Words
from bot.turn import Turn
from domain.clock import city_date
from domain.dates import day
from domain.reader import msgid
from flex_templates import announcements
from flex_templates.person import anyone
from services.announcements import Announcements


class ShowAnnouncements(Conversation[NoData]):
    key = "announcements"
    triggers = (Words("公告", "公告訊息", "announcements", "news"),)
    title = msgid("公告")
    explains = msgid("最新的公告")
    place = 120

    def __init__(self, announcements: Announcements) -> None:
        self._announcements = announcements

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        today = city_date(turn.now)
        news = [
            announcements.News(told.title, day(turn.reader, one.published, today), told.body)
            for one in self._announcements.current(turn.uow)
            for told in (one.told(turn.reader.language),)
        ]
        return Done(announcements.message(turn.reader, news, anyone(turn.reader)))
