"""開放數量 and 申請規定: places of each lot, one lot with how its last draws went, lots starred, and the rules."""

from bot.conversation import Conversation, Done, NoData, Outcome, entry
from bot.postback import door
from bot.triggers import Words
from bot.turn import Turn
from domain.clock import city_date
from domain.errors import CitizenMistakeError
from domain.reader import Reader, msgid
from flex_templates import pass_lots as cards
from flex_templates import passes
from flex_templates.card import Button, Press
from flex_templates.person import anyone
from services.passes.board import PassBoard
from services.passes.favourites import Favourites

OPENINGS = "pass_openings"
MOST_ROWS = 20
MOST_BUTTONS = 6


class PassOpenings(Conversation[NoData]):
    key = OPENINGS
    triggers = (Words("開放數量", "月票開放購買數量查詢", "places available"),)
    title = msgid("開放數量")
    explains = msgid("各停車場本期開放的月票張數與近期中籤率")
    place = 64

    def __init__(self, board: PassBoard, favourites: Favourites) -> None:
        self._board = board
        self._favourites = favourites

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        asked_at = self._board.asked_at(turn.uow, turn.event_id)
        rounds = self._board.open_rounds(turn.uow, asked_at, counter_too=True)
        if not rounds:
            return Done(passes.none_open(turn.reader, anyone(turn.reader)))
        rounds, _ = self._favourites.first(turn.uow, turn.channel, turn.citizen, rounds)
        shown = [self._board.with_odds(turn.uow, one) for one in rounds[:MOST_ROWS]]
        several = len({one.type_names for one in shown}) > 1
        buttons = [
            Press(passes.lot_label(turn.reader, one, with_type=several), door(OPENINGS, "lot", draw=one.draw_id))
            for one in shown[:MOST_BUTTONS]
        ]
        return Done(cards.openings(turn.reader, shown, buttons, len(rounds) - len(shown), city_date(turn.now)))

    @entry
    def lot(self, turn: Turn[NoData]) -> Outcome:
        """One lot, from a button of any age."""
        one = self._board.round(turn.uow, turn.value("draw"))
        if one is None:
            raise CitizenMistakeError("這個按鈕不能使用，請重新選擇停車場。")
        asked_at = self._board.asked_at(turn.uow, turn.event_id)
        open_now = {other.draw_id for other in self._board.open_rounds(turn.uow, asked_at)}
        apply = Press(turn.t("申請這個停車場"), door("pass_apply", "of", draw=one.draw_id))
        starred = one.lot in self._favourites.of(turn.uow, turn.channel, turn.citizen)
        others: list[Button] = [star_button(turn.reader, one.lot, starred=starred)]
        chart = self._board.odds_url(one, turn.reader.language)
        given = (chart, city_date(turn.now), apply if one.draw_id in open_now else None, others)
        return Done(cards.lot(turn.reader, one, *given))

    @entry
    def star(self, turn: Turn[NoData]) -> Outcome:
        """收藏 a lot; once more changes nothing."""
        self._favourites.star(turn.uow, turn.channel, turn.citizen, turn.value("lot"))
        return Done(turn.text("已收藏。開放登記時會通知您，申請月票時會排在前面；「通知設定」可以關閉通知。"))

    @entry
    def unstar(self, turn: Turn[NoData]) -> Outcome:
        """Take a star back."""
        self._favourites.unstar(turn.uow, turn.channel, turn.citizen, turn.value("lot"))
        return Done(turn.text("已取消收藏，開放登記時不再通知。您的申請沒有變動。"))


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
        rules = self._board.rules
        priority = [(one.name, one.first_day, one.last_day) for one in rules.priority]
        given = (rules.registration_limit, priority, self._board.draws_url, anyone(turn.reader))
        return Done(cards.rules(turn.reader, *given))


def star_button(reader: Reader, lot: str, *, starred: bool = False) -> Press:
    """收藏, or take it back."""
    if starred:
        return Press(reader.t("取消收藏"), door(OPENINGS, "unstar", lot=lot))
    return Press(reader.t("收藏這個停車場"), door(OPENINGS, "star", lot=lot))
