"""Reads config/cities.toml, with the settings laid over it."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from domain.cities import DEFAULT_PATH, AnswerShape, Cities, City
from infra.settings import SettingsError

FILE = Path(__file__).parent.parent.parent / "config" / "cities.toml"
Https = Annotated[str, StringConstraints(pattern=r"^https://[^\s/?#]+(/[^\s?#]*)?$")]
SPECIFIED = AnswerShape()
_HTTP = re.compile(r"https?://[^\s/?#]+(/[^\s?#]*)?")


class _Entry(BaseModel):
    """One table of the file; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid")

    zh: str
    short_zh: str
    en: str
    of_the_22: bool = True
    base_url: Https | None = None
    enabled: bool = False
    dash: bool = True
    path: Annotated[str, StringConstraints(pattern=r"^/\S*\{plate\}\S*\{kind\}\S*$")] = DEFAULT_PATH
    success: str = SPECIFIED.success
    result: str = SPECIFIED.result
    bills: str = SPECIFIED.bills
    phone: str | None = None
    official_page: Https | None = None


def load_cities(only: Sequence[str] | None = None, urls: Mapping[str, str] | None = None, file: Path = FILE) -> Cities:
    """Every city by code.

    `only`: PAYBILL_CITIES, the codes to ask instead of those enabled in the file. `urls`: PAYBILL_<CODE>_URL.
    Raises SettingsError, one line that names what is wrong.
    """
    cities = {code: _city(code, entry) for code, entry in tomllib.loads(file.read_text("utf-8")).items()}
    for code, url in (urls or {}).items():
        if code not in cities:
            raise SettingsError(f"PAYBILL_{code}_URL: no city {code} in {file.name}")
        if not _HTTP.fullmatch(url):
            raise SettingsError(f"PAYBILL_{code}_URL: must be an http(s) address without query")
        cities[code] = replace(cities[code], base_url=url.rstrip("/"))
    if only is None:
        return cities
    for code in only:
        if code not in cities:
            raise SettingsError(f"PAYBILL_CITIES: no city {code} in {file.name}")
        if cities[code].base_url is None:
            raise SettingsError(f"PAYBILL_CITIES: {code} has no address; set PAYBILL_{code}_URL")
    return {code: replace(city, enabled=code in only) for code, city in cities.items()}


def _city(code: str, entry: object) -> City:
    try:
        e = _Entry.model_validate(entry)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise SettingsError(f"cities.toml: {code}.{first['loc'][0]}: {first['msg']}") from None
    if e.enabled and e.base_url is None:
        raise SettingsError(f"cities.toml: {code} is enabled but has no base_url")
    return City(
        code,
        e.zh,
        e.short_zh,
        e.en,
        of_the_22=e.of_the_22,
        base_url=e.base_url,
        enabled=e.enabled,
        dash=e.dash,
        path=e.path,
        shape=AnswerShape(e.success, e.result, e.bills),
        phone=e.phone,
        official_page=e.official_page,
    )
