"""抽籤結果 and 我的月票: where one came in the draw and what to do next; what is paid for."""

from datetime import timedelta

from bot.conversation import Conversation, Done, NoData, Outcome, entry
from bot.triggers import Words
from bot.turn import Turn
from domain.calendarday import About
from domain.clock import city_date
from domain.passview import EntryStanding
from domain.reader import msgid
from flex_templates import pass_standing as cards
from flex_templates.card import Link
from flex_templates.person import anyone
from handlers.calendar_link import calendar_link
from handlers.pass_entries import standings
from services.accounts import Accounts
from services.links import Links
from services.passes.board import PassBoard
from services.passes.paying import PassPaying


class PassResults(Conversation[NoData]):
    key = "pass_results"
    triggers = (Words("抽籤結果", "抽籤公告查詢", "result", "results", "draw results", "did i win"),)
    title = msgid("抽籤結果")
    explains = msgid("正取、備取或未中籤，與接下來怎麼做")
    place = 62

    def __init__(self, board: PassBoard, accounts: Accounts, pass_paying: PassPaying, links: Links) -> None:
        self._board = board
        self._accounts = accounts
        self._paying = pass_paying
        self._links = links

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        mine = standings(turn, self._board, self._accounts)
        drawn = [one for one in mine if one.status is not None or one.void]
        if not drawn:
            words = turn.t("還沒有抽籤結果，請看「申請查詢」。") if mine else turn.t("您目前沒有月票申請。")
            return Done(cards.none(turn.reader, turn.t("抽籤結果"), words, anyone(turn.reader)))
        latest = [one for one in drawn if one.starts_on == drawn[0].starts_on][: cards.MOST_CARDS]
        urls = {one.entry_id: url for one in latest if one.seat == "offered" and (url := self._pay_url(turn, one))}
        days = {one.entry_id: day for one in latest if one.entry_id in urls and (day := self._day(turn, one))}
        return Done(cards.results(turn.reader, latest, city_date(turn.now), anyone(turn.reader), urls, days))

    def _day(self, turn: Turn[NoData], one: EntryStanding) -> Link | None:
        """「加入行事曆」 of the last day to pay."""
        if one.pay_by is None or one.price is None:
            return None
        last = city_date(one.pay_by - timedelta(microseconds=1))
        return calendar_link(turn.reader, self._links, [(last, one.price)], city_date(turn.now), About.PASS)

    def _pay_url(self, turn: Turn[NoData], one: EntryStanding) -> str | None:
        to = {"channel": turn.channel, "citizen": turn.citizen}
        return self._paying.link(turn.uow, one.entry_id, **to, language=turn.reader.language)


class MyPasses(Conversation[NoData]):
    key = "my_passes"
    triggers = (Words("我的月票", "my passes"),)
    title = msgid("我的月票")
    explains = msgid("已繳費的月票與使用期間")
    place = 63

    def __init__(self, board: PassBoard, accounts: Accounts) -> None:
        self._board = board
        self._accounts = accounts

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        today = city_date(turn.now)
        paid = [one for one in standings(turn, self._board, self._accounts) if one.seat == "paid"]
        good = [one for one in paid if one.rehearsal or one.ends_on >= today][: cards.MOST_CARDS]
        if not good:
            words = turn.t("您目前沒有已繳費的月票。中籤者請看「抽籤結果」。")
            return Done(cards.none(turn.reader, turn.t("我的月票"), words, anyone(turn.reader)))
        return Done(cards.passes(turn.reader, good, today))
