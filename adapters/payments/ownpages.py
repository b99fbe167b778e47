"""Which pages are a provider's own: nobody is sent anywhere else."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from domain.errors import OutsideError


def page_origins_near(api_url: str) -> Sequence[str]:
    """Where the pages of a provider live whose API is here: any host of the same domain; on this machine, this one."""
    where = urlsplit(api_url)
    host, dot, domain = (where.hostname or "").partition(".")
    if where.scheme == "https" and dot and not host.isdigit():
        return (f"https://*.{domain}",)
    return (f"{where.scheme}://{where.netloc}",)


def require_own_page(url: str, origins: Sequence[str]) -> str:
    """The address of a provider's page, if it is one of its own. Raises OutsideError: nobody is sent anywhere else."""
    where = urlsplit(url)
    for origin in origins:
        scheme, _, host = origin.partition("://")
        same_host = where.netloc == host or (host.startswith("*.") and where.netloc.endswith(host[1:]))
        if where.scheme == scheme and same_host:
            return url
    raise OutsideError("foreign_page")
