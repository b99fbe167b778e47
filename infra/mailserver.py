"""SMTP_URL: which mail server takes our e-mail, and from whom it comes."""

from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from domain.emails import parse_email
from domain.errors import CitizenMistakeError

PORTS = {"smtp": 587, "smtps": 465}
FORM = "smtps://USER:PASSWORD@HOST:PORT/?from=ADDRESS, or smtp:// for STARTTLS"


@dataclass(frozen=True, slots=True, repr=False)
class MailServer:
    """What SMTP_URL says."""

    encrypted: bool  # from the first byte on; else STARTTLS is asked for
    host: str
    port: int
    username: str
    password: str
    sender: str

    @classmethod
    def of(cls, url: str) -> "MailServer":
        """Read the setting. Raises ValueError, whose text says what is wrong and nothing of the value."""
        try:
            parts = urlsplit(url)
            port, host = parts.port, parts.hostname
        except ValueError:
            raise ValueError(f"must be {FORM}") from None
        if parts.scheme not in PORTS or not host or parts.path not in ("", "/") or parts.fragment:
            raise ValueError(f"must be {FORM}")
        given = parse_qs(parts.query)
        try:
            sender = parse_email(given.pop("from", [""])[0])
        except CitizenMistakeError:
            raise ValueError("must end with ?from=ADDRESS, the sender of our e-mail") from None
        if given:
            raise ValueError("knows nothing but ?from=")
        username, password = unquote(parts.username or ""), unquote(parts.password or "")
        if not (username + password).isascii():  # all that Python's smtplib can sign in with
            raise ValueError("must have user and password in ASCII")
        return cls(parts.scheme == "smtps", host, port or PORTS[parts.scheme], username, password, sender)
