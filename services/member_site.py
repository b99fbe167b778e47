"""Reads config/member_site.toml: what the city's own site is called."""

from pathlib import Path

from domain.members import MemberSite
from infra.configfile import Strict, read_config

FILE = Path(__file__).parent.parent / "config" / "member_site.toml"


class _File(Strict):
    """The whole file."""

    zh: str
    en: str


def load_member_site(url: str | None, file: Path = FILE) -> MemberSite | None:
    """The site at MEMBER_SITE_URL; None where none is set. Raises SettingsError."""
    read = read_config(file, _File)
    return MemberSite(read.zh, read.en, url) if url else None
