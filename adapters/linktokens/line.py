"""Link tokens through line-bot-sdk."""

from adapters.messaging_api import TIMEOUT, messaging_api


class LineLinkTokens:
    """Implements domain.ports.linktokens.LinkTokens."""

    def __init__(self, api_url: str, access_token: str) -> None:
        self._line = api_url, access_token

    def issue(self, citizen: str) -> str:
        """One call. Raises OutsideError."""
        with messaging_api(*self._line) as api:
            return str(api.issue_link_token(citizen, _request_timeout=TIMEOUT).link_token)
