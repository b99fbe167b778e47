"""Whose bills are paid here, and where all others are paid. Nobody may take us for a collector we are not."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from domain import paytaipei
from domain.bills import Payable, PayableKey, PayableType
from domain.cities import Cities, city_of
from domain.reader import Language
from infra.database import UnitOfWork, make_engine
from infra.settings import Settings, SettingsError
from services import ledger

CITIZENS_LINE = "1999"  # answers in every county and city


def check(database_url: str, settings: Settings, cities: Cities) -> None:
    """Raise SettingsError, one line, when COLLECT_FOR names somebody who is nobody here: nothing would be collected.

    A database that cannot be asked right now, or has no tables yet, is no reason not to start; /readyz tells it then.
    """
    if not _strange(settings, cities):
        return
    engine = make_engine(database_url, pool_size=1, application="parkline start")
    try:
        with UnitOfWork(engine) as uow:
            problem = unknown_codes(uow, settings, cities)
    except SQLAlchemyError:
        return
    finally:
        engine.dispose()
    if problem:
        raise SettingsError(problem)


def unknown_codes(uow: UnitOfWork, settings: Settings, cities: Cities) -> str | None:
    """A line that names the codes of COLLECT_FOR that are no city and no agency of our ledger; None: all are known."""
    strange = _strange(settings, cities)
    unknown = [code for code in strange if code not in ledger.agencies(uow)] if strange else []
    if not unknown:
        return None
    return f"COLLECT_FOR: {', '.join(unknown)}: no city of cities.toml, and no agency whose bills were imported"


def _strange(settings: Settings, cities: Cities) -> list[str]:
    return [code for code in settings.collect_for or () if code not in cities]


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
        return self.everybody or payable.source == ledger.SOURCE

    def official_way(self, key: PayableKey) -> OfficialWay:
        """Where this bill is paid officially. Taipei's road-side bills have an address of their own each."""
        city = city_of(self.cities, key.agency)
        own_page = None
        if key.agency == paytaipei.AGENCY and key.type is PayableType.BILL:
            own_page = paytaipei.bill_url(key.number)
        offices = (city.office(Language.ZH), city.office(Language.EN))
        return OfficialWay(own_page or city.official_page, offices, city.phone or CITIZENS_LINE)
