"""我的資料: see, correct, download. Three taps to correct; nothing personal is kept in the dialog."""

from dataclasses import replace
from uuid import UUID

from pydantic import BaseModel

from bot.conversation import Conversation, Done, Goto, Outcome, Stay, entry, step
from bot.message import Message, quick_press
from bot.postback import door
from bot.triggers import Words, normal
from bot.turn import Turn
from domain.clock import city_date
from domain.dates import day
from domain.emails import parse_email
from domain.names import parse_name
from domain.phones import parse_mobile
from domain.reader import msgid
from flex_templates import my_data as cards
from flex_templates.person import anyone
from services.accounts import Accounts
from services.downloads import LIFE, Downloads
from services.members import Members
from services.number_change import NumberChange
from services.phone_codes import Ended, PhoneCodes, Right, Wrong, read_code
from services.receipt_mail import ReceiptMail

NO_EMAIL = frozenset(normal(word) for word in ("不留", "移除", "none", "remove"))


class ShowMyData(Conversation["ShowMyData.Data"]):
    key = "my_data"
    triggers = (Words("我的資料", "my details", "my data", "會員資訊"),)
    title = msgid("我的資料")
    explains = msgid("查看、更正與下載您的個人資料")
    place = 130

    class Data(BaseModel):
        code: UUID | None = None  # of the row that knows the new number

    def __init__(
        self,
        accounts: Accounts,
        downloads: Downloads,
        number_change: NumberChange,
        phone_codes: PhoneCodes,
        receipt_mail: ReceiptMail,
        members: Members,
    ) -> None:
        self._accounts = accounts
        self._downloads = downloads
        self._number_change = number_change
        self._codes = phone_codes
        self._mail = receipt_mail
        self._members = members

    @entry
    def begin(self, turn: Turn[Data]) -> Outcome:
        account = self._accounts.of(turn.uow, turn.channel, turn.citizen)
        doors = cards.Doors(*(door(self.key, f"to_{what}") for what in ("name", "email", "mobile", "download")))
        if account is None:
            return Done(cards.unregistered(turn.reader, doors.download))
        if not account.email and not self._mail.possible:
            doors = replace(doors, email="")
        doors = replace(doors, members=self._members.site is not None)
        since = day(turn.reader, city_date(account.registered_at), city_date(turn.now))
        card = cards.registered(turn.reader, account.name, account.mobile.grouped, account.email, since, doors)
        return Done(card)

    # Name

    @entry
    def to_name(self, turn: Turn[Data]) -> Outcome:
        self._accounts.registered(turn.uow, turn.channel, turn.citizen)
        return Goto(self.name)

    @step()
    def name(self, turn: Turn[Data]) -> Message:
        return turn.text("請輸入正確的姓名。")

    @name.answer
    def name_given(self, turn: Turn[Data]) -> Outcome:
        name = parse_name(turn.typed)
        account = self._accounts.registered(turn.uow, turn.channel, turn.citizen)
        self._accounts.correct_name(turn.uow, account.id, name)
        return Done(cards.corrected(turn.reader, turn.t("姓名已更正。")))

    # E-mail

    @entry
    def to_email(self, turn: Turn[Data]) -> Outcome:
        self._accounts.registered(turn.uow, turn.channel, turn.citizen)
        return Goto(self.email)

    @step()
    def email(self, turn: Turn[Data]) -> Message:
        none = quick_press(turn.t("不留 E-mail"), turn.button("none"))
        return turn.text("請輸入 E-mail，只用來寄收據。", quick=[none])

    @email.answer
    def email_given(self, turn: Turn[Data]) -> Outcome:
        account = self._accounts.registered(turn.uow, turn.channel, turn.citizen)
        if turn.pressed == "none" or normal(turn.typed) in NO_EMAIL:
            self._accounts.correct_email(turn.uow, account.id, None)
            return Done(cards.corrected(turn.reader, turn.t("E-mail 已移除。")))
        self._accounts.correct_email(turn.uow, account.id, parse_email(turn.typed))
        return Done(cards.corrected(turn.reader, turn.t("E-mail 已更正。")))

    # Mobile number

    @entry
    def to_mobile(self, turn: Turn[Data]) -> Outcome:
        self._accounts.registered(turn.uow, turn.channel, turn.citizen)
        return Goto(self.mobile)

    @step()
    def mobile(self, turn: Turn[Data]) -> Message:
        return turn.text("請輸入新的手機號碼，例如 0912-345-678。我們會寄驗證碼到新號碼，並以簡訊告知舊號碼。")

    @mobile.answer
    def mobile_given(self, turn: Turn[Data]) -> Outcome:
        mobile = parse_mobile(turn.typed)
        language = turn.reader.language
        turn.data.code = self._number_change.begin(turn.uow, turn.channel, turn.citizen, mobile, language)
        return Goto(self.code)

    @step()
    def code(self, turn: Turn[Data]) -> Message:
        number = self._codes.number(turn.uow, turn.data.code, turn.channel, turn.citizen) if turn.data.code else None
        return turn.text(
            "驗證碼已寄到 {number}，請輸入簡訊裡的 5 位數字。號碼打錯請按「上一步」。",
            number=number.masked if number else "",
        )

    @code.answer
    def code_given(self, turn: Turn[Data]) -> Outcome:
        typed = read_code(turn.typed)
        if typed is None or turn.data.code is None:
            return Stay(turn.text("請輸入簡訊裡的 5 位數驗證碼。"))
        match self._codes.check(turn.uow, turn.data.code, turn.channel, turn.citizen, typed):
            case Right():
                code, language = turn.data.code, turn.reader.language
                self._number_change.finish(turn.uow, code, turn.channel, turn.citizen, language)
                return Done(cards.corrected(turn.reader, turn.t("手機號碼已更換，也已以簡訊告知舊號碼。")))
            case Wrong(tries_left=left):
                return Stay(turn.text("驗證碼不對，還可以再試 {left} 次。", left=left))
            case Ended():
                return Done(turn.text("這個驗證碼已經不能使用，手機號碼沒有更動。請從「我的資料」重新開始。"))

    # A copy

    @entry
    def to_download(self, turn: Turn[Data]) -> Outcome:
        link = self._downloads.make(turn.uow, turn.channel, turn.citizen)
        minutes = int(LIFE.total_seconds() // 60)
        return Done(cards.copy_ready(turn.reader, link, minutes, anyone(turn.reader)))
