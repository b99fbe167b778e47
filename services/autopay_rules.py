"""Reads config/autopay.toml: firms that hold automatic payments, and how to change from one to another."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field

from domain.autopay import AutopayRules, Firm
from infra.configfile import Strict, read_config
from infra.settings import SettingsError

FILE = Path(__file__).parent.parent / "config" / "autopay.toml"
Https = Annotated[str, Field(pattern=r"^https://[^\s/?#@]+(/\S*)?$", max_length=1000)]
Days = Annotated[int, Field(ge=1, le=90)]


class _Firm(Strict):
    zh: str
    en: str
    page: Https | None = None
    phone: Annotated[str, Field(pattern=r"^[0-9#-]{3,20}$")] | None = None


class _Wait(Strict):
    first_day: Days
    last_day: Days


class _Reports(Strict):
    stale_days: Days


class _File(Strict):
    """The whole file."""

    guide: Https
    official: Https
    wait: _Wait
    reports: _Reports
    firm: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")], _Firm]


def load_autopay_rules(file: Path = FILE) -> AutopayRules:
    """The rules of the file. Raises SettingsError, one line that names what is wrong."""
    read = read_config(file, _File)
    if read.wait.last_day < read.wait.first_day:
        raise SettingsError(f"{file.name}: wait.last_day comes before wait.first_day")
    firms = {key: Firm(firm.zh, firm.en, firm.page or "", firm.phone or "") for key, firm in read.firm.items()}
    stale = timedelta(days=read.reports.stale_days)
    return AutopayRules(firms, read.guide, read.official, read.wait.first_day, read.wait.last_day, stale)
