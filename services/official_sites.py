"""Reads config/official_sites.toml: which addresses 「這是真的嗎？」 may call official."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field

from domain.officialsites import OfficialSites, Site
from infra.configfile import Strict, read_config
from infra.settings import SettingsError

FILE = Path(__file__).parent.parent / "config" / "official_sites.toml"
OURS_ZH, OURS_EN = "停車通（本服務）", "ParkLine (this service)"
Host = Annotated[str, Field(pattern=r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$")]


class _Site(Strict):
    host: Host
    zh: str
    en: str
    whole: bool = False


class _Domains(Strict):
    governments: list[Host]
    hiding: list[Host]


class _File(Strict):
    """The whole file."""

    site: list[_Site]
    domains: _Domains


def load_official_sites(public_url: str, file: Path = FILE) -> OfficialSites:
    """The list of the file, and our own address. Raises SettingsError, one line that names what is wrong."""
    read = read_config(file, _File)
    hiding, governments = frozenset(read.domains.hiding), read.domains.governments
    for site in read.site:
        if site.host in hiding or (site.whole and site.host in governments):
            raise SettingsError(f"{file.name}: {site.host} cannot be official: others have names there too")
    ours = Site(urlsplit(public_url).hostname or "", OURS_ZH, OURS_EN)
    listed = [Site(site.host, site.zh, site.en, site.whole) for site in read.site]
    return OfficialSites([ours, *listed], hiding, governments)
