"""註冊 (車主註冊): consent, mobile number, the code from the SMS, name. An e-mail is offered afterwards.

Nothing personal is kept in the dialog: the number is in the row of its code, the name goes straight to the account.
Another conversation that needs an account sends its citizen here with Switch(key, "first", …) and gets them back.
"""

from collections.abc import Mapping
from uuid import UUID

from pydantic import BaseModel

from bot.conversation import Conversation, Done, Goto, Outcome, Stay, Switch, entry, step
from bot.message import Message
from bot.postback import door
from bot.triggers import Words, normal
from bot.turn import Turn
from domain.accountrules import AccountRules
from domain.accounts import Account, AccountState
from domain.emails import parse_email
from domain.names import parse_name
from domain.phones import Mobile, parse_mobile
from domain.reader import msgid
from flex_templates import registration as cards
from flex_templates.person import Person
from services.accounts import Accounts
from services.consents import Consents
from services.links import Links
from services.phone_codes import Ended, PhoneCodes, Purpose, Right, Wrong, read_code
from services.receipt_mail import ReceiptMail
from services.registration import Registration, Waits

AGREE = frozenset(normal(word) for word in ("同意", "我同意", "agree", "i agree"))
AGAIN = frozenset(normal(word) for word in ("重寄", "重寄驗證碼", "send again", "resend"))
# Who may be gone back to, by which door: values can be made up.
RETURNS: Mapping[str, str] = {"plates": "begin", "pass_apply": "begin", "identifiers": "bind"}


class Registering(Conversation["Registering.Data"]):
    key = "registration"
    triggers = (Words("註冊", "車主註冊", "注册", "register", "sign up"),)
    title = msgid("註冊")
    explains = msgid("用手機號碼註冊，才能綁定車牌、收到提醒")
    place = 10

    class Data(BaseModel):
        code: UUID | None = None  # of the row that knows the number
        then: str = ""  # the conversation to go back to, with these values
        values: dict[str, str] = {}

    def __init__(
        self,
        accounts: Accounts,
        consents: Consents,
        phone_codes: PhoneCodes,
        registration: Registration,
        account_rules: AccountRules,
        links: Links,
        receipt_mail: ReceiptMail,
    ) -> None:
        self._accounts = accounts
        self._consents = consents
        self._codes = phone_codes
        self._registration = registration
        self._rules = account_rules
        self._privacy = links.privacy_url
        self._mail = receipt_mail

    @entry
    def begin(self, turn: Turn[Data]) -> Outcome:
        account = self._accounts.of(turn.uow, turn.channel, turn.citizen)
        if account is not None and account.consent_version == self._consents.version:
            return Done(cards.already(turn.reader, account.mobile.masked))
        state = self._accounts.state(turn.uow, turn.channel, turn.citizen)
        if state is AccountState.LEAVING:
            return Done(cards.leaving(turn.reader, self._person(turn)))
        if self._consents.given(turn.uow, turn.channel, turn.citizen) is None:
            return Goto(self.consent)
        return self._agreed(turn, account)

    @entry
    def first(self, turn: Turn[Data]) -> Outcome:
        """Register first, then go back: `then` names the conversation, all other values are handed over to it."""
        values = dict(turn.input.values) if turn.pressed is not None else {}  # type: ignore[attr-defined]
        then = values.pop("then", "")
        if then in RETURNS:
            turn.data.then, turn.data.values = then, values
        return self.begin(turn)

    @entry
    def email(self, turn: Turn[Data]) -> Outcome:
        """The button of the last card: an e-mail for receipts."""
        self._accounts.require(turn.uow, turn.channel, turn.citizen)
        return Goto(self.address)

    @step()
    def consent(self, turn: Turn[Data]) -> Message:
        agency = self._rules.agency.name(turn.reader.language)
        return cards.consent(turn.reader, agency, self._privacy, turn.button("agree"))

    @consent.answer
    def consent_given(self, turn: Turn[Data]) -> Outcome:
        if turn.pressed != "agree" and normal(turn.typed) not in AGREE:
            return Stay(turn.text("請閱讀後按「同意」，或按「取消」。不同意也可以查停車費。"))
        self._consents.give(turn.uow, turn.channel, turn.citizen)
        return self._agreed(turn, self._accounts.of(turn.uow, turn.channel, turn.citizen))

    def _agreed(self, turn: Turn[Data], account: Account | None) -> Outcome:
        """A new citizen goes on with the number, or with the code on its way; one who agreed anew is done."""
        given = self._consents.given(turn.uow, turn.channel, turn.citizen)
        if account is not None and given is not None:
            self._accounts.consent_again(turn.uow, account.id, given)
            return self._back(turn) or Done(cards.consented(turn.reader))
        turn.data.code = self._codes.open_code(turn.uow, turn.channel, turn.citizen, Purpose.REGISTER)
        return Goto(self.code if turn.data.code else self.phone)

    @step()
    def phone(self, turn: Turn[Data]) -> Message:
        return turn.text("請輸入您的手機號碼，例如 0912-345-678。我們會寄一則簡訊驗證碼給您。")

    @phone.answer
    def phone_given(self, turn: Turn[Data]) -> Outcome:
        return self._send(turn, parse_mobile(turn.typed))

    @step()
    def code(self, turn: Turn[Data]) -> Message:
        number = self._number(turn)
        minutes = int(self._rules.codes.valid.total_seconds() // 60)
        return cards.code(turn.reader, number.masked if number else "", minutes, turn.button("again"))

    @code.answer
    def code_given(self, turn: Turn[Data]) -> Outcome:
        if turn.pressed == "again" or normal(turn.typed) in AGAIN:
            number = self._number(turn)
            return self._send(turn, number) if number else Goto(self.phone)
        typed = read_code(turn.typed)
        if typed is None or turn.data.code is None:
            return Stay(turn.text("請輸入簡訊裡的 5 位數驗證碼。沒收到可以按「重寄驗證碼」，號碼打錯請按「上一步」。"))
        match self._codes.check(turn.uow, turn.data.code, turn.channel, turn.citizen, typed):
            case Right():
                return Goto(self.name)
            case Wrong(tries_left=left):
                return Stay(turn.text("驗證碼不對，還可以再試 {left} 次。", left=left))
            case Ended():
                return Stay(turn.text("這個驗證碼已經不能使用。請按「重寄驗證碼」取得新的。"))

    @step()
    def name(self, turn: Turn[Data]) -> Message:
        return turn.text("號碼驗證完成。請輸入您的姓名。")

    @name.answer
    def name_given(self, turn: Turn[Data]) -> Outcome:
        name = parse_name(turn.typed)
        if turn.data.code is None:
            return self.begin(turn)
        done = self._registration.finish(turn.uow, turn.data.code, turn.channel, turn.citizen, name)
        if isinstance(done, Waits):
            return Done(cards.waits(turn.reader, done.days, self._person(turn)))
        email = door(self.key, "email") if self._mail.possible else None
        return self._back(turn) or Done(cards.registered(turn.reader, email))

    @step()
    def address(self, turn: Turn[Data]) -> Message:
        return turn.text("請輸入 E-mail。只用來寄繳費收據給您。")

    @address.answer
    def address_given(self, turn: Turn[Data]) -> Outcome:
        email = parse_email(turn.typed)
        account = self._accounts.require(turn.uow, turn.channel, turn.citizen)
        self._accounts.correct_email(turn.uow, account.id, email)
        return Done(cards.email_kept(turn.reader))

    def _send(self, turn: Turn[Data], number: Mobile) -> Outcome:
        turn.data.code = self._codes.send(
            turn.uow, turn.channel, turn.citizen, number, Purpose.REGISTER, turn.reader.language
        )
        return Goto(self.code)

    def _number(self, turn: Turn[Data]) -> Mobile | None:
        code = turn.data.code
        return self._codes.number(turn.uow, code, turn.channel, turn.citizen) if code else None

    def _back(self, turn: Turn[Data]) -> Outcome | None:
        """To the conversation that asked for an account, with what it carries; None when none did."""
        then = turn.data.then
        if then not in RETURNS:
            return None
        values = turn.data.values or {"after": self.key}  # without any, the other would take the name for its answer
        return Switch(then, RETURNS[then], tuple(values.items()))

    def _person(self, turn: Turn[Data]) -> Person:
        agency = self._rules.agency
        return Person(agency.name(turn.reader.language), agency.phone)
