"""Write-offs by webhook, signed as Standard Webhooks 1.0 says: libraries that check it exist for most languages.

`webhook-id` is the id of the message, the same whenever it is said again; `webhook-signature` has for each secret "v1,"
and the base64 of HMAC-SHA256 over "id.timestamp.body". What an answer means is in docs/agencies.md.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import timedelta

import orjson

from domain.clock import Clock
from domain.errors import OutsideError, Retry
from domain.ports.agencies import AgencyAnswer, AgencyDoor, Heard
from domain.writeoffs import WriteOffMessage
from infra.exchange import Answer, call

SECONDS = 10.0
SECRET_PREFIX = "whsec_"  # noqa: S105 - what Standard Webhooks writes before a secret
SECRET_BYTES = 32
REFUSED, TOO_MANY = 422, 429
CODE = re.compile(r"[a-z0-9_]{1,32}")


class Webhooks:
    """Tells agencies over HTTP. Redirects are not followed: an address is what staff have entered, and no other."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def tell(self, door: AgencyDoor, message: WriteOffMessage) -> AgencyAnswer:
        """Say it once; see TakesWriteOffs."""
        body, timestamp = orjson.dumps(message.as_json()), int(self._clock.now().timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "ParkLine",
            "webhook-id": str(message.id),
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(door.secrets, str(message.id), timestamp, body),
        }
        try:
            return _meaning(call("POST", door.url, headers=headers, body=body, seconds=SECONDS))
        except OutsideError as error:
            return AgencyAnswer(Heard.NOT_TAKEN if error.retry is Retry.THROTTLE else Heard.UNCLEAR, error.cause)


def new_secret() -> str:
    """A secret as an agency is given it."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signature(secrets_: Sequence[str], id_: str, timestamp: int, body: bytes) -> str:
    """The header of a message; one signature for each secret, space between."""
    signed = f"{id_}.{timestamp}.".encode() + body
    keys = (base64.b64decode(secret.removeprefix(SECRET_PREFIX)) for secret in secrets_)
    return " ".join("v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode() for key in keys)


def _meaning(answer: Answer) -> AgencyAnswer:
    """Only 2xx has taken it, and only 422 is a no: a wrong path or key is the agency's mistake, not the bill's."""
    if 200 <= answer.status < 300:
        return AgencyAnswer(Heard.ACCEPTED)
    if answer.status == REFUSED:
        return AgencyAnswer(Heard.REFUSED, _code(answer.text) or f"http_{answer.status}")
    heard = Heard.NOT_TAKEN if answer.status == TOO_MANY else Heard.UNCLEAR
    return AgencyAnswer(heard, f"http_{answer.status}", timedelta(seconds=answer.retry_after or 0))


def _code(text: str) -> str | None:
    """The word that the agency gives as "code"; a sentence could hold anything."""
    try:
        said = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    code = said.get("code") if isinstance(said, dict) else None
    return code if isinstance(code, str) and CODE.fullmatch(code) else None
