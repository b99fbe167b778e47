"""Link tokens through line-bot-sdk."""

import urllib3
from linebot.v3.messaging import ApiClient, ApiException, Configuration, MessagingApi

from domain.errors import OutsideError, Retry

TIMEOUT = (3.0, 5.0)  # seconds to connect and to answer; the SDK itself would wait for ever


class LineLinkTokens:
    """Implements domain.ports.linktokens.LinkTokens."""

    def __init__(self, api_url: str, access_token: str) -> None:
        self._configuration = Configuration(host=api_url, access_token=access_token)
        self._configuration.retries = False

    def issue(self, citizen: str) -> str:
        """One call. Raises OutsideError."""
        try:
            with ApiClient(self._configuration) as client:
                made = MessagingApi(client).issue_link_token(citizen, _request_timeout=TIMEOUT)
        except ApiException as error:
            raise OutsideError(f"http_{error.status}", Retry.LATER) from None
        except urllib3.exceptions.HTTPError:
            raise OutsideError("connection", Retry.LATER) from None
        return str(made.link_token)
