"""A device on the network: one kept connection, a session whose forms it may send, an address of its own."""

import html
import http.client
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

SECONDS = 20.0
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    location: str
    text: str


class Browser:
    """Asks once; None where no answer came, since the process that had the request was killed."""

    def __init__(self, port: int) -> None:
        self.address = "10.0.0.1"  # whose it is, as the proxy says
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        self._cookie = ""
        self._token = ""

    def get(self, path: str) -> Answer | None:
        """A page."""
        return self.ask("GET", path)

    def post(self, path: str, fields: Mapping[str, object], page: str) -> Answer | None:
        """A form of `page`, with the token that was in it."""
        if not self._token:
            shown = self.get(page)
            found = TOKEN.search(shown.text) if shown else None
            if not found:
                return None
            self._token = html.unescape(found[1])
        body = urlencode({**fields, "csrf_token": self._token}, doseq=True).encode()
        return self.ask("POST", path, body, FORM)

    def carry(self, path: str, fields: Mapping[str, str]) -> Answer | None:
        """A form that is signed by itself, as it is."""
        return self.ask("POST", path, urlencode(fields).encode(), FORM)

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer | None:
        """One request as it is."""
        sent = {**(headers or {}), "X-Forwarded-For": self.address}
        if self._cookie:
            sent["Cookie"] = self._cookie
        try:
            self._connection.request(method, path, body or None, sent)
            answer = self._connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return None
        if given := answer.getheader("Set-Cookie"):
            self._cookie = given.partition(";")[0]
        return Answer(answer.status, answer.getheader("Location", ""), text)

    def close(self) -> None:
        """No more of it."""
        self._connection.close()
