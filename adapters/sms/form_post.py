"""One form sent by POST to a gateway, telling a message surely not sent from one that may have been."""

import http.client
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from domain.errors import Retry
from domain.ports.sms import SmsRefusedError, SmsUnclearError

SECONDS = 10.0
MOST_ANSWER_BYTES = 64 * 1024
TOO_MANY = 429


def post_form(url: str, fields: Mapping[str, str]) -> str:
    """The answer's text, its bytes as Latin-1: what is read of it is ASCII whatever encoding the gateway speaks.

    Raises SmsRefusedError where no byte of the form was sent or the gateway said no, SmsUnclearError after that.
    """
    where = urlsplit(url)
    kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
    connection = kind(where.hostname or "", where.port, timeout=SECONDS)
    try:
        _connect(connection)
        try:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", where.path or "/", urlencode(fields), headers)
            answer = connection.getresponse()
            text = answer.read(MOST_ANSWER_BYTES).decode("latin-1")
        except (OSError, http.client.HTTPException) as error:
            raise SmsUnclearError(_cause(error)) from None  # the error's text may hold the form
    finally:
        connection.close()
    if answer.status == TOO_MANY:
        raise SmsRefusedError("too_many", Retry.THROTTLE)
    if 300 <= answer.status < 500:  # redirects are not followed: the form holds the account's password
        raise SmsRefusedError(f"http_{answer.status}", Retry.NEVER)
    if answer.status != http.client.OK:
        raise SmsUnclearError(f"http_{answer.status}")
    return text


def _connect(connection: http.client.HTTPConnection) -> None:
    try:
        connection.connect()
    except OSError as error:
        raise SmsRefusedError(_cause(error), Retry.LATER) from None


def _cause(error: Exception) -> str:
    return "timeout" if isinstance(error, TimeoutError) else "connection"
