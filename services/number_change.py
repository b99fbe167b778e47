"""A new mobile number: proved by a code, and the old number is told."""

from datetime import timedelta
from uuid import UUID

from domain.accountrules import Agency
from domain.errors import CitizenMistakeError
from domain.phones import Mobile
from domain.reader import Language, msgid
from infra.database import UnitOfWork
from services.accounts import Accounts
from services.phone_codes import PhoneCodes, Purpose
from services.sms import SmsPost

TELL_WITHIN = timedelta(hours=12)


class NumberChange:
    """wiring gives accounts, codes, the SMS post and the agency of config/accounts.toml."""

    def __init__(self, accounts: Accounts, codes: PhoneCodes, sms: SmsPost, agency: Agency) -> None:
        self._accounts = accounts
        self._codes = codes
        self._sms = sms
        self._agency = agency

    def begin(self, uow: UnitOfWork, channel: str, citizen: str, mobile: Mobile, language: Language) -> UUID:
        """Send a code to the new number. Raises CitizenMistakeError: not registered, the same number, or a limit."""
        account = self._accounts.registered(uow, channel, citizen)
        if account.mobile == mobile:
            raise CitizenMistakeError(msgid("這就是您目前登記的號碼，沒有任何資料被更動。"))
        return self._codes.send(uow, channel, citizen, mobile, Purpose.CHANGE, language)

    def finish(self, uow: UnitOfWork, code_id: UUID, channel: str, citizen: str, language: Language) -> None:
        """Keep the number that the right code proved, and tell the old one.

        Raises CitizenMistakeError when the proof is gone or another account holds the number.
        """
        account = self._accounts.registered(uow, channel, citizen)
        mobile = self._codes.proved(uow, code_id, channel, citizen, Purpose.CHANGE)
        if mobile is None:
            raise CitizenMistakeError(msgid("驗證已經過期，手機號碼沒有更動。請從「我的資料」重新開始。"))
        old = self._accounts.change_mobile(uow, account.id, mobile)
        words = self.words(old, language)
        self._sms.post(uow, old, words, channel=channel, citizen=citizen, valid=TELL_WITHIN)

    def words(self, old: Mobile, language: Language) -> str:
        """The SMS to the old number: whom it is for, who sends it, what happened, what to do."""
        name, phone = self._agency.sms_name(language), self._agency.phone
        if language is Language.EN:
            return f"[{old.last_three}] {name}: your account now uses another number. Not you? Call {phone}."
        return f"末三碼{old.last_three}｜{name}：您的帳號已改用其他手機號碼。若非本人操作，請洽{phone}。"
