"""LINE's notification messages (PNP): to a number that LINE knows, friend or not, by its hash. Corporate accounts only.

Used before SMS where LINE_PNP is on (facts/line.md, "Identity"). 422: no LINE user fits; whoever has blocked us
looks reached. It has no retry key, so what is unclear is not sent again.
"""

import hashlib
import http.client
import uuid
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import orjson

from adapters.sms.form_post import SECONDS
from domain.errors import Retry
from domain.phones import Mobile
from domain.ports.sms import Delivery, Sms, SmsRefusedError, SmsUnclearError

PATH = "/bot/pnp/push"


def e164(mobile: Mobile) -> str:
    """The number as written for abroad."""
    return f"+886{mobile.national[1:]}"


def hashed(number: str) -> str:
    """SHA-256 of a number in E.164, as LINE looks it up."""
    return hashlib.sha256(number.encode()).hexdigest()


class LinePnp:
    """Implements domain.ports.sms.SmsGateway."""

    key = "pnp"

    def __init__(self, api_url: str, access_token: str) -> None:
        self._where = urlsplit(api_url)
        self._headers = {"Authorization": f"Bearer {access_token}", "Content-Type": "application/json"}

    def send(self, sms: Sms) -> str:
        """The delivery tag. Raises SmsRefusedError or SmsUnclearError."""
        tag = uuid.uuid4().hex
        body = orjson.dumps({"to": hashed(e164(sms.mobile)), "messages": [{"type": "text", "text": sms.text}]})
        kind = http.client.HTTPSConnection if self._where.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._where.hostname or "", self._where.port, timeout=SECONDS)
        try:
            try:
                connection.connect()
            except OSError:
                raise SmsRefusedError("connection", Retry.LATER) from None
            try:
                headers = self._headers | {"X-Line-Delivery-Tag": tag}
                connection.request("POST", self._where.path + PATH, body, headers)
                status = connection.getresponse().status
            except (OSError, http.client.HTTPException) as error:
                raise SmsUnclearError("timeout" if isinstance(error, TimeoutError) else "connection") from None
        finally:
            connection.close()
        if status == http.client.OK:
            return tag
        if status >= http.client.INTERNAL_SERVER_ERROR:
            raise SmsUnclearError(f"http_{status}")
        raise SmsRefusedError(f"http_{status}", Retry.NEVER)

    def deliveries(self, gateway_ids: Sequence[str]) -> Mapping[str, Delivery]:  # noqa: ARG002
        """LINE tells by its webhook only, to whoever has asked it to."""
        return {}
