"""身分證字號: never in the chat. Whoever types one is told to take it back; whoever asks gets a one-time page."""

from bot.conversation import Aside, Conversation, Done, NoData, Outcome, entry
from bot.postback import door
from bot.triggers import Shape, Words
from bot.turn import Turn
from domain.nationalid import holds_one
from flex_templates import national_id as cards
from flex_templates.card import Link, Press
from flex_templates.person import anyone
from services.person_bills import PersonBills
from services.person_links import PersonLinks

KEY = "national_id"


class NationalIds(Conversation[NoData]):
    key = KEY
    triggers = (
        Words("身分證查詢", "身分證字號", "用身分證查", "id number", "身份证查询"),
        Shape("national id", holds_one, order=1, first=True),
    )

    def __init__(self, person_links: PersonLinks, person_bills: PersonBills) -> None:
        self._links = person_links
        self._bills = person_bills

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        """A dialog that waits goes on waiting: what was typed is no answer. Raises UsedUpError: no link left today."""
        offered, person = bool(self._bills.doors(turn.uow)), anyone(turn.reader)
        if holds_one(turn.typed):
            ask = Press(turn.t("用身分證字號查帳單"), door(KEY, "begin"), turn.t("取得查詢頁"))
            return Aside(cards.take_back(turn.reader, ask if offered else None, person), again=True)
        if not offered:
            return Done(cards.nobody(turn.reader, person))
        url = self._links.make(turn.uow, turn.channel, turn.citizen, turn.reader.language.value)
        return Done(cards.page(turn.reader, Link(turn.t("開啟查詢頁"), url), person))
