"""退款進度: what goes back to the citizen, and how far it is."""

from bot.conversation import Conversation, Done, NoData, Outcome, entry
from bot.triggers import Words
from bot.turn import Turn
from domain.clock import city_date
from domain.dates import day
from domain.reader import msgid
from flex_templates import refunds
from flex_templates.person import anyone
from services import refundbook


class ShowRefunds(Conversation[NoData]):
    key = "refunds"
    triggers = (Words("退款進度", "退款", "refunds", "refund"),)
    title = msgid("退款進度")
    explains = msgid("重複或未成功繳納的款項退還到哪一步")
    place = 45

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        today = city_date(turn.now)
        rows = [
            refunds.Row(day(turn.reader, city_date(one.asked_at), today), one.amount, one.state)
            for one in refundbook.of_citizen(turn.uow, turn.channel, turn.citizen)
        ]
        waiting = refundbook.waiting_for_citizen(turn.uow, turn.channel, turn.citizen)
        return Done(refunds.listed(turn.reader, rows, waiting=waiting, person=anyone(turn.reader)))
