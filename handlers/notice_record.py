"""通知紀錄: what was sent to me in 90 days, day by day."""

from bot.conversation import Conversation, Done, NoData, Outcome, entry
from bot.notices import discover_notices
from bot.postback import door
from bot.triggers import Words
from bot.turn import Turn
from domain.clock import city_date
from domain.dates import clock_time, day
from domain.reader import msgid
from flex_templates.notice_settings import record
from flex_templates.person import anyone
from flex_templates.punctuation import listed
from services import halts
from services.notice_rules import RECORD_DAYS, NoticeRules, Sent, Standing

PAGE = 20


class NoticeRecord(Conversation[NoData]):
    key = "notice_record"
    triggers = (Words("通知紀錄", "通知記錄", "notices sent", "通知纪录"),)
    title = msgid("通知紀錄")
    explains = msgid("最近 90 天主動傳給您的通知")
    place = 55

    def __init__(self, notice_rules: NoticeRules) -> None:
        self._rules = notice_rules
        self._titles = {notice.key: notice.title for notice in discover_notices("handlers.notices")}

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        return self._page(turn, 0)

    @entry
    def older(self, turn: Turn[NoData]) -> Outcome:
        """A later page. Its number may be made up."""
        number = turn.value("page")
        return self._page(turn, int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 0)

    def _page(self, turn: Turn[NoData], page: int) -> Outcome:
        sent = self._rules.record(turn.uow, turn.channel, turn.citizen, most=PAGE + 1, skip=page * PAGE)
        today, days = city_date(turn.now), dict[str, list[str]]()  # as they come: the newest first
        for one in sent[:PAGE]:
            days.setdefault(day(turn.reader, city_date(one.at), today), []).append(self._line(turn, one))
        rows = [(when, "\n".join(lines)) for when, lines in days.items()]
        older = door(self.key, "older", page=str(page + 1)) if len(sent) > PAGE else None
        halted = halts.standing(turn.uow).get(halts.PUSHES)
        stopped = halted.text(turn.reader.language) if halted else ""
        return Done(record(turn.reader, rows, RECORD_DAYS, older, anyone(turn.reader), stopped))

    def _line(self, turn: Turn[NoData], one: Sent) -> str:
        """「14:02 停車費提醒（簡訊未送達）」: what is only said where it is not a LINE message that went."""
        title = turn.t(self._titles.get(one.notice, msgid("其他通知")))
        remarks = [turn.t(words) for words in _remarks(one)]
        line = f"{clock_time(one.at)} {title}"
        return turn.t("{line}（{remarks}）", line=line, remarks=listed(turn.reader, remarks)) if remarks else line


def _remarks(one: Sent) -> list[str]:
    by_line = {Standing.WAITING: msgid("尚未傳送"), Standing.FAILED: msgid("LINE 未送達")}
    by_sms = {
        Standing.WAITING: msgid("簡訊尚未傳送"),
        Standing.SENT: msgid("已傳簡訊"),
        Standing.FAILED: msgid("簡訊未送達"),
    }
    found = [by_line.get(one.line) if one.line else None, by_sms[one.sms] if one.sms else None]
    return [words for words in found if words]
