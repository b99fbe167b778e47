"""Whose service this is and what limits registration: config/accounts.toml."""

from dataclasses import dataclass
from datetime import date, timedelta

from domain.reader import Language

CODE_DIGITS = 5  # 停車查詢一站式服務: 簡訊驗證碼 26576


@dataclass(frozen=True, slots=True)
class Agency:
    """The agency (機關) that collects the data, by its names."""

    zh: str
    en: str
    sms_zh: str
    sms_en: str
    phone: str

    def name(self, language: Language) -> str:
        """As the notice of 個資法 §8 names it."""
        return self.en if language is Language.EN else self.zh

    def sms_name(self, language: Language) -> str:
        """As an SMS names it."""
        return self.sms_en if language is Language.EN else self.sms_zh


@dataclass(frozen=True, slots=True)
class CodeRules:
    """How long a code holds, and how many may be sent and tried."""

    valid: timedelta
    tries: int
    resend: timedelta
    proof: timedelta  # after the right code, this long to finish
    per_number_a_day: int
    per_citizen_a_day: int
    all_a_day: int


@dataclass(frozen=True, slots=True)
class AccountRules:
    """The whole file. `takeover`: how long the holder of a number is asked."""

    agency: Agency
    notice_version: str
    notice_effective: date
    codes: CodeRules
    takeover: timedelta
