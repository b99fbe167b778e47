"""A call or two through line-bot-sdk, which costs a process half a second to import: it waits for the first call."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import urllib3

from domain.errors import OutsideError, Retry

if TYPE_CHECKING:
    from linebot.v3.messaging import MessagingApi

TIMEOUT = (3.0, 5.0)  # seconds to connect and to answer; the SDK itself would wait for ever


@contextmanager
def messaging_api(api_url: str, access_token: str) -> Iterator["MessagingApi"]:
    """LINE's API; nothing is asked twice behind anybody's back. Raises OutsideError for refusals and silence."""
    from linebot.v3.messaging import ApiClient, ApiException, Configuration, MessagingApi

    configuration = Configuration(host=api_url, access_token=access_token)
    configuration.retries = False
    try:
        with ApiClient(configuration) as client:
            yield MessagingApi(client)
    except ApiException as error:
        raise OutsideError(f"http_{error.status}", Retry.LATER) from None
    except urllib3.exceptions.HTTPError:
        raise OutsideError("connection", Retry.LATER) from None
