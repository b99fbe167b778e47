"""Bank accounts that a refund is transferred to: read as people write them, shown masked. Pure."""

import re
import unicodedata
from dataclasses import dataclass

from domain.errors import CitizenMistakeError

BANK = re.compile(r"(?!000)[0-9]{3}")  # 金融機構代碼, D5 of the TWQR transfer (facts: FISC)
NUMBER = re.compile(r"(?!0+\Z)[0-9]{6,16}")  # 帳號, D6: at most 16 digits
_LOOSE = re.compile(r"[\s-]")
SHOWN = 4  # last digits that are shown


class BankCodeError(CitizenMistakeError):
    """Not a bank's code."""


class AccountNumberError(CitizenMistakeError):
    """Not an account's number."""


@dataclass(frozen=True, slots=True, repr=False)
class BankAccount:
    """A bank by its code, and the number of an account there. Never in a log: repr() says nothing."""

    bank: str
    number: str

    @classmethod
    def parse(cls, bank: str, number: str) -> "BankAccount":
        """Full-width digits, blanks and dashes are understood. Raises BankCodeError or AccountNumberError."""
        bank, number = _digits(bank), _digits(number)
        if not BANK.fullmatch(bank):
            raise BankCodeError("銀行代碼是 3 碼數字，例如 004 或 700。")
        if not NUMBER.fullmatch(number):
            raise AccountNumberError("帳號是 6 到 16 碼數字，請照存摺填寫，不用填分行名稱。")
        return cls(bank, number)

    @classmethod
    def read(cls, kept: str) -> "BankAccount":
        """The reverse of str()."""
        bank, number = kept.split(" ")
        return cls(bank, number)

    def __str__(self) -> str:
        return f"{self.bank} {self.number}"

    @property
    def masked(self) -> str:
        """「822 ********1234」: enough to tell two apart, too little to use."""
        return f"{self.bank} {'*' * (len(self.number) - SHOWN)}{self.number[-SHOWN:]}"


def _digits(text: str) -> str:
    return _LOOSE.sub("", unicodedata.normalize("NFKC", text))
