"""Whose bills are paid here, and where all others are paid. Nobody may take us for a collector we are not."""

from collections.abc import Collection
from dataclasses import dataclass

from domain import paytaipei
from domain.bills import PayableKey, PayableType
from domain.cities import Cities, city_of
from domain.reader import Language
from infra.settings import Settings

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
    """COLLECT_FOR as data. `codes` None: everybody (console mode); else agency and city codes."""

    codes: Collection[str] | None
    cities: Cities

    @classmethod
    def of(cls, settings: Settings, own_agencies: Collection[str], cities: Cities) -> "Collecting":
        """COLLECT_FOR where it is set; unset, the agencies of our own ledger, and everybody in console mode."""
        if settings.collect_for is not None:
            return cls(frozenset(settings.collect_for), cities)
        return cls(None if settings.console_mode else frozenset(own_agencies), cities)

    def collects(self, agency: str) -> bool:
        """Whether bills of this agency are paid here."""
        return self.codes is None or agency in self.codes

    def official_way(self, key: PayableKey) -> OfficialWay:
        """Where this bill is paid officially. Taipei's road-side bills have an address of their own each."""
        city = city_of(self.cities, key.agency)
        own_page = None
        if key.agency == paytaipei.AGENCY and key.type is PayableType.BILL:
            own_page = paytaipei.bill_url(key.number)
        offices = (city.office(Language.ZH), city.office(Language.EN))
        return OfficialWay(own_page or city.official_page, offices, city.phone or CITIZENS_LINE)
