"""Whose bills are paid here, and where all others are paid. Nobody may take us for a collector we are not."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from domain import paytaipei
from domain.bills import PayableKey, PayableType


@dataclass(frozen=True, slots=True)
class OfficialWay:
    """Where an agency itself takes the money."""

    url: str | None  # its own page, if known
    office: str  # msgid: who to turn to, in words
    phone: str | None


@dataclass(frozen=True, slots=True)
class Collecting:
    """COLLECT_FOR as data. `codes` None: everybody (console mode); else agency and city codes."""

    codes: Collection[str] | None
    offices: Mapping[str, OfficialWay]
    elsewhere: OfficialWay = OfficialWay(url=None, office="開單縣市的停車管理單位", phone="1999")

    @classmethod
    def of(
        cls,
        collect_for: Collection[str] | None,
        own_agencies: Collection[str],
        offices: Mapping[str, OfficialWay],
        *,
        console_mode: bool,
    ) -> "Collecting":
        """COLLECT_FOR where it is set; unset, our own ledger's agencies, and everybody in console mode."""
        if collect_for is not None:
            return cls(frozenset(collect_for), offices)
        return cls(None if console_mode else frozenset(own_agencies), offices)

    def collects(self, agency: str) -> bool:
        """Whether bills of this agency are paid here."""
        return self.codes is None or agency in self.codes

    def official_way(self, key: PayableKey) -> OfficialWay:
        """Where this bill is paid officially. Taipei's road-side bills have an address of their own each."""
        office = self.offices.get(key.agency, self.elsewhere)
        if key.agency == paytaipei.AGENCY and key.type is PayableType.BILL:
            url = paytaipei.bill_url(key.number)
            if url is not None:
                return OfficialWay(url, office.office, office.phone)
        return office
