"""Which addresses are official: an address against the list that config/official_sites.toml keeps. Pure.

Nothing is official that is not, letter for letter, on the list; what cannot be told is said so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from domain.reader import Language
from domain.weblinks import WebLink

SHORTEST_NAME = 6  # letters of a site's name that are looked for in other hosts
HTTPS_PORT = "443"

# Letters that are taken for others, beside what Unicode calls compatible; a name is compared in this form.
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("1i|íìïıіӏ", "l"),
        **dict.fromkeys("0оοóö", "o"),
        **dict.fromkeys("3еéèε", "e"),
        **dict.fromkeys("аáàäα", "a"),
        **dict.fromkeys("5ѕ", "s"),
        **dict.fromkeys("рρ", "p"),
        **dict.fromkeys("уγý", "y"),
        **dict.fromkeys("тτ", "t"),
        **dict.fromkeys("кκ", "k"),
        **dict.fromkeys("пոη", "n"),
        "с": "c",
        "х": "x",
        "ɡ": "g",
        "г": "r",
        **dict.fromkeys(".-_", ""),
    }
)


class Verdict(IntEnum):
    """What can be said of an address, the worst last."""

    OFFICIAL = 0
    UNKNOWN = 1
    NOT_OFFICIAL = 2


class Reason(StrEnum):
    """Why."""

    LISTED = "listed"
    SHORT = "short"  # a short or borrowed address: where it leads does not show
    GOVERNMENT = "government"  # a government's domain, on which we know no such site
    UNUSUAL = "unusual"  # a listed host, by another way than https
    DISGUISED = "disguised"
    LOOKS_LIKE = "looks_like"
    NOT_LISTED = "not_listed"


VERDICTS: Mapping[Reason, Verdict] = {
    Reason.LISTED: Verdict.OFFICIAL,
    Reason.SHORT: Verdict.UNKNOWN,
    Reason.GOVERNMENT: Verdict.UNKNOWN,
    Reason.UNUSUAL: Verdict.UNKNOWN,
    Reason.DISGUISED: Verdict.NOT_OFFICIAL,
    Reason.LOOKS_LIKE: Verdict.NOT_OFFICIAL,
    Reason.NOT_LISTED: Verdict.NOT_OFFICIAL,
}


@dataclass(frozen=True, slots=True)
class Site:
    """An official site. `whole`: every name below `host` is the same owner's."""

    host: str
    zh: str
    en: str
    whole: bool = False

    def name(self, language: Language) -> str:
        """What it is called."""
        return self.en if language is Language.EN else self.zh

    def is_at(self, host: str) -> bool:
        """Whether a host is this site's."""
        return host == self.host or (self.whole and host.endswith(f".{self.host}"))


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is said of one address. `site`: the one it is, or looks like."""

    link: WebLink
    reason: Reason
    site: Site | None = None

    @property
    def verdict(self) -> Verdict:
        return VERDICTS[self.reason]


@dataclass(frozen=True, slots=True)
class OfficialSites:
    """The list. `hiding`: hosts of short addresses, and where anybody may put a page. `governments`: their domains."""

    sites: Sequence[Site]
    hiding: frozenset[str]
    governments: Sequence[str]

    def judge(self, link: WebLink) -> Judgement:
        """What can be said of this address."""
        if link.disguised:
            return Judgement(link, Reason.DISGUISED)
        if site := self.at(link.host):
            usual = link.scheme in ("", "https") and link.port in ("", HTTPS_PORT)
            return Judgement(link, Reason.LISTED if usual else Reason.UNUSUAL, site)
        if _within(link.host, self.hiding):
            return Judgement(link, Reason.SHORT)
        if alike := self._alike(link.host):
            return Judgement(link, Reason.LOOKS_LIKE, alike)
        government = _within(link.host, self.governments)
        return Judgement(link, Reason.GOVERNMENT if government else Reason.NOT_LISTED)

    def at(self, host: str) -> Site | None:
        """The official site at a host, letter for letter; None when there is none."""
        return next((site for site in self.sites if site.is_at(host)), None)

    def _alike(self, host: str) -> Site | None:
        seen = _as_seen(host)
        return next((site for site in self.sites if any(name in seen for name in self._names(site))), None)

    def _names(self, site: Site) -> Sequence[str]:
        """What a look-alike would hold: the whole host, and its own part of a government's domain."""
        own = next((site.host.removesuffix(f".{end}") for end in self.governments if site.host.endswith(f".{end}")), "")
        return [name for name in map(_as_seen, (site.host, own)) if len(name) >= SHORTEST_NAME]


def _within(host: str, domains: Sequence[str] | frozenset[str]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def _as_seen(host: str) -> str:
    """A host as an eye in a hurry sees it: without dots and dashes, letters that look alike as one."""
    return "".join(map(_decoded, host.split("."))).translate(_ALIKE).replace("rn", "m").replace("vv", "w")


def _decoded(label: str) -> str:
    """A label of an international host in its own letters, any other as it is (RFC 3492)."""
    if not label.startswith("xn--"):
        return label
    try:
        return label.removeprefix("xn--").encode("ascii").decode("punycode").lower()
    except UnicodeError:
        return label
