"""Registering (車主註冊): a proved number and a name become an account, or wait for the number's present holder."""

from dataclasses import dataclass
from uuid import UUID

from domain.accounts import AccountState
from domain.errors import CitizenMistakeError
from domain.reader import msgid
from infra.database import UnitOfWork
from services.accounts import Accounts
from services.consents import Consents
from services.phone_codes import PhoneCodes, Purpose
from services.takeovers import Takeovers


@dataclass(frozen=True, slots=True)
class Registered:
    """The account lives."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Another account holds the number and is being asked, for so many days at most."""

    days: int


class Registration:
    """The last step of registering. wiring gives accounts, codes, consents and takeovers."""

    def __init__(self, accounts: Accounts, codes: PhoneCodes, consents: Consents, takeovers: Takeovers) -> None:
        self._accounts = accounts
        self._codes = codes
        self._consents = consents
        self._takeovers = takeovers

    def finish(self, uow: UnitOfWork, code_id: UUID, channel: str, citizen: str, name: str) -> Registered | Waits:
        """Make the account. Raises CitizenMistakeError when the proof or the consent is gone: begin again."""
        if self._accounts.state(uow, channel, citizen) in (AccountState.LIVE, AccountState.LEAVING):
            raise CitizenMistakeError(msgid("您已經有帳戶，沒有再註冊一次。"))
        mobile = self._codes.proved(uow, code_id, channel, citizen, Purpose.REGISTER)
        consent = self._consents.given(uow, channel, citizen)
        if mobile is None or consent is None:
            raise CitizenMistakeError(msgid("驗證已經過期，沒有完成註冊。請輸入「註冊」重新開始。"))
        holder = self._accounts.holder(uow, mobile)
        ours = holder is None or (holder.channel, holder.line_id) == (channel, citizen)
        state = AccountState.LIVE if ours else AccountState.WAITING
        row = self._accounts.keep(uow, channel, citizen, state, mobile=mobile, name=name, consent=consent)
        if holder is None or ours:
            self._takeovers.withdraw(uow, row)
            return Registered()
        self._takeovers.ask(uow, holder, row)
        return Waits(self._takeovers.wait.days)
