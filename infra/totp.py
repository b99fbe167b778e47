"""Time-based one-time codes (RFC 6238) of an authenticator app: 6 digits, 30 seconds, SHA-1, as every app has them."""

import base64
import secrets
from datetime import UTC, datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP

DIGITS = 6
STEP = 30  # seconds
SECRET_BYTES = 20  # RFC 4226 §4
STEPS_APART = 1  # a phone's clock may be off by so many steps


def new_secret() -> str:
    """A secret to show once, in base32."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii")


def address(secret: str, login: str, issuer: str) -> str:
    """otpauth://… for a QR code that authenticator apps read."""
    return _totp(secret).get_provisioning_uri(login, issuer)


def code_at(secret: str, moment: datetime) -> str:
    """What the app shows at a moment."""
    return _totp(secret).generate(moment.timestamp()).decode("ascii")


def step_of(secret: str, code: str, moment: datetime) -> int | None:
    """The step of a code, counted from 1970; None: wrong, or too old. Whoever calls sees that none counts twice."""
    now = int(moment.timestamp())
    for apart in range(-STEPS_APART, STEPS_APART + 1):
        at = now + apart * STEP
        try:
            _totp(secret).verify(code.encode(), at)
        except InvalidToken:
            continue
        return at // STEP
    return None


def moment_of(step: int) -> datetime:
    """When a step begins."""
    return datetime.fromtimestamp(step * STEP, UTC)


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP)  # noqa: S303 - RFC 6238; apps know no other
