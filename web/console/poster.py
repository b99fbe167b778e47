"""Posting a signed webhook to our own /callback, as LINE does."""

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable

from web.console.lineapi.events import SIGNATURE_HEADER

# body and signature in, HTTP status out; None when there was no answer in time
Poster = Callable[[bytes, str], int | None]

TIMEOUT_SECONDS = 2.0  # then LINE logs `request_timeout`


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """LINE follows none."""
        return


def callback_poster(url: str) -> Poster:
    """Posts to one address on this machine; proxies and redirects are not used."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)

    def post(body: bytes, signature: str) -> int | None:
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "LineBotWebhook/2.0",
            SIGNATURE_HEADER: signature,
        }
        request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310 - our own address
        try:
            with opener.open(request, timeout=TIMEOUT_SECONDS) as response:
                status: int = response.status
                return status
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except (OSError, http.client.HTTPException):
            return None

    return post
