"""「這是真的嗎？」: a pasted message about a fee. Its addresses are compared with the official list and never opened;
what the citizen really owes is shown below it.
"""

from collections.abc import Sequence
from typing import Any

from bot.conversation import Conversation, Done, Goto, NoData, Outcome, Switch, entry, step
from bot.input import Text
from bot.message import Message
from bot.triggers import Shape, Words
from bot.turn import Turn
from domain.feemessages import looks_like_fee_message
from domain.officialsites import Judgement, OfficialSites
from domain.plates import looks_like_plate
from domain.reader import msgid
from domain.weblinks import holds_link, links
from flex_templates import truth
from handlers.answering import ANSWERS, Answering
from handlers.asking_all import AskingAll, Own
from handlers.together import Together
from services.identifiers import Identifiers
from services.links import Links
from services.lookup import Lookup
from services.orders import Orders
from services.saved_bills import SavedBills
from services.storeslips import StoreSlips
from services.vehicles import Vehicles


def suspicious(text: str) -> bool:
    """Whether a text is one to compare, without being asked to."""
    return holds_link(text) or looks_like_fee_message(text)


class IsItTrue(Conversation[NoData]):
    key = "is_it_true"
    triggers = (
        Words("這是真的嗎", "是真的嗎", "真的嗎", "詐騙", "诈骗", "這是詐騙嗎", "is this real", "is it real", "scam"),
        Shape("message about a fee", suspicious, order=90),
    )
    title = msgid("這是真的嗎")
    explains = msgid("比對簡訊裡的繳費網址是不是官方的")
    place = 105

    def __init__(
        self,
        official_sites: OfficialSites,
        lookup: Lookup,
        vehicles: Vehicles,
        saved_bills: SavedBills,
        orders: Orders,
        links: Links,
        store_slips: StoreSlips,
        identifiers: Identifiers,
    ) -> None:
        self._sites = official_sites
        self._all = AskingAll(lookup, vehicles, saved_bills, identifiers)
        self._together = Together(Answering(orders, links, store_slips))

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        return self._tell(turn) if suspicious(turn.typed) else Goto(self.message)

    @step(accepts=(Text,))
    def message(self, turn: Turn[NoData]) -> Message:
        return truth.ask(turn.reader)

    @message.answer
    def given(self, turn: Turn[NoData]) -> Outcome:
        if looks_like_plate(turn.typed):  # changed their mind: what does it owe?
            return Switch(ANSWERS)
        return self._tell(turn)

    def _tell(self, turn: Turn[Any]) -> Outcome:
        judged = [self._sites.judge(link) for link in links(turn.typed)]
        with_bills = self._all.ask(turn, lambda later, own: self._with_bills(later, judged, own))
        return with_bills or Done(truth.verdict(turn.reader, judged, bills_follow=False))

    def _with_bills(self, turn: Turn[Any], judged: Sequence[Judgement], own: Sequence[Own]) -> Outcome:
        own = [one for one in own if not one.gone]
        if not own:
            return Done(truth.verdict(turn.reader, judged, bills_follow=False))
        verdict = truth.verdict(turn.reader, judged, bills_follow=True)
        return Done(verdict, self._together.message(turn, own))
