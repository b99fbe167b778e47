"""Cities and other agencies that are owed: how they are named, asked and reached. The data is config/cities.toml."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.reader import Language

DEFAULT_PATH = "/Parking/PayBill/CarID/{plate}/CarType/{kind}"  # MOTC PayBill V1.03 §3


@dataclass(frozen=True, slots=True)
class AnswerShape:
    """Where a city's answer has its parts. The default is the specification; another one must be configured."""

    success: str = "SUCCESS"
    result: str = "Result"  # "" when the parts are at the top level
    bills: str = "Bills"


@dataclass(frozen=True, slots=True)
class City:
    """One of the 22 cities and counties, or another agency whose bills are in the ledger."""

    code: str  # TPE
    zh: str  # 臺北市
    short_zh: str  # 臺北, as texts list it
    en: str  # Taipei
    of_the_22: bool = True  # False: another agency, whose bills are in the ledger only
    named: bool = True  # False: nobody has told its name, so it goes by its code
    own_name: bool = False  # the name is the office's own, not that of a place
    base_url: str | None = None  # before the path; None: no address known
    enabled: bool = False
    dash: bool = True  # whether its API wants the plate with its dash
    path: str = DEFAULT_PATH
    shape: AnswerShape = AnswerShape()
    phone: str | None = None  # None: not known, the city's 1999 line helps
    official_page: str | None = None  # where citizens pay; None: no page known

    def name(self, language: Language) -> str:
        """臺北市, Taipei City."""
        return self.en if language is Language.EN else self.zh

    def short_name(self, language: Language) -> str:
        """As enumerations have it: 臺北、新北; Taipei, New Taipei."""
        return self.en.removesuffix(" City") if language is Language.EN else self.short_zh

    def office(self, language: Language) -> str:
        """The office in words, for cities whose official page is not known."""
        if self.own_name:
            return self.name(language)
        if not self.named:
            return f"the billing agency (code {self.code})" if language is Language.EN else self.zh
        return f"the parking office of {self.en}" if language is Language.EN else f"{self.zh}停車管理機關"


Cities = Mapping[str, City]


def city_of(cities: Cities, code: str) -> City:
    """The city or agency of a code; one without an entry is called what it is, with its code, never by a guess."""
    return cities.get(code) or _unnamed(code)


def _unnamed(code: str) -> City:
    zh = f"開單機關（代碼 {code}）"
    return City(code, zh, zh, f"Billing agency (code {code})", of_the_22=False, named=False)
