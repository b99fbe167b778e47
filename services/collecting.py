"""Whose bills are paid here, and where all others are paid. Nobody may take us for a collector we are not."""

from collections.abc import Collection
from dataclasses import dataclass

from domain import paytaipei
from domain.bills import Payable, PayableKey, PayableType
from domain.cities import Cities, city_of
from domain.reader import Language
from infra.settings import Settings
from services.ledger import SOURCE as LEDGER

CITIZENS_LINE = "1999"  # answers in every county and city


@dataclass(frozen=True, slots=True)
class OfficialWay:
    """Where an agency itself takes the money."""

    url: str | None  # its own page, if known
    offices: tuple[str, str]  # who to turn to, in words: zh-TW, English
    phone: str

    def office(self, language: Language) -> str:
        """Who to turn to, in the reader's language."""
        return self.offices[1 if language is Language.EN else 0]


@dataclass(frozen=True, slots=True)
class Collecting:
    """COLLECT_FOR as data: agency and city codes. `codes` None: not set, so everybody's or our own ledger's."""

    codes: Collection[str] | None
    cities: Cities
    everybody: bool = False

    @classmethod
    def of(cls, settings: Settings, cities: Cities) -> "Collecting":
        """COLLECT_FOR where it is set; unset, the bills of our own ledger, and everybody's in console mode."""
        return cls(settings.collect_for, cities, everybody=settings.console_mode)

    def collects(self, payable: Payable) -> bool:
        """Whether this bill is paid here."""
        if self.codes is not None:
            return payable.agency in self.codes
        return self.everybody or payable.source == LEDGER

    def official_way(self, key: PayableKey) -> OfficialWay:
        """Where this bill is paid officially. Taipei's road-side bills have an address of their own each."""
        city = city_of(self.cities, key.agency)
        own_page = None
        if key.agency == paytaipei.AGENCY and key.type is PayableType.BILL:
            own_page = paytaipei.bill_url(key.number)
        offices = (city.office(Language.ZH), city.office(Language.EN))
        return OfficialWay(own_page or city.official_page, offices, city.phone or CITIZENS_LINE)
