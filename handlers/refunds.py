"""退款進度: what goes back to the citizen, how far it is, and the bank account where no provider can give it back."""

from uuid import UUID

from bot.conversation import Conversation, Done, NoData, Outcome, entry
from bot.postback import door
from bot.triggers import Words
from bot.turn import Turn
from domain.amounts import money
from domain.clock import city_date
from domain.dates import day
from domain.errors import CitizenMistakeError
from domain.reader import msgid
from domain.refunds import RefundView
from flex_templates import refunds
from flex_templates.card import Press
from flex_templates.person import anyone
from services import refundbook
from services.refundaccounts import OverError, RefundAccounts


class ShowRefunds(Conversation[NoData]):
    key = "refunds"
    triggers = (Words("退款進度", "退款", "refunds", "refund"),)
    title = msgid("退款進度")
    explains = msgid("重複或未成功繳納的款項退還到哪一步")
    place = 45

    def __init__(self, refund_accounts: RefundAccounts) -> None:
        self._accounts = refund_accounts

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        today = city_date(turn.now)
        mine = refundbook.of_citizen(turn.uow, turn.channel, turn.citizen)
        given = self._accounts.given(turn.uow, [one.id for one in mine])
        rows = [
            refunds.Row(
                day(turn.reader, city_date(one.asked_at), today),
                one.amount,
                one.state,
                self._ask(turn, one, again=one.id in given) if one.by_transfer else None,
            )
            for one in mine
        ]
        waiting = refundbook.waiting_for_citizen(turn.uow, turn.channel, turn.citizen)
        return Done(refunds.listed(turn.reader, rows, waiting=waiting, person=anyone(turn.reader)))

    @entry
    def account(self, turn: Turn[NoData]) -> Outcome:
        """A link to the page that takes the account. The refund's id may be made up."""
        try:
            refund_id = UUID(turn.value("id"))
            url = self._accounts.ask_again(turn.uow, turn.channel, turn.citizen, refund_id)
        except (ValueError, OverError):
            raise CitizenMistakeError("這筆退款不需要填寫帳戶，或已經處理完成。請輸入「退款進度」查看。") from None
        mine = refundbook.of_citizen(turn.uow, turn.channel, turn.citizen)
        amount = next(one.amount for one in mine if one.id == refund_id)
        return Done(refunds.account_page(turn.reader, url, amount, anyone(turn.reader)))

    def _ask(self, turn: Turn[NoData], one: RefundView, *, again: bool) -> Press:
        amount = money(turn.reader, one.amount)
        words = msgid("更改 {amount}的帳戶") if again else msgid("填寫 {amount}的帳戶")
        return Press(turn.t(words, amount=amount), door(self.key, "account", id=str(one.id)))
