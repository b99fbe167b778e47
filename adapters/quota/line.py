"""LINE's monthly quota through line-bot-sdk: the plan's limit and what was used of it."""

from typing import Any

from adapters.messaging_api import TIMEOUT, messaging_api
from domain.campaigns import Quota


class LineQuota:
    """Implements domain.ports.quota.QuotaSource."""

    def __init__(self, api_url: str, access_token: str) -> None:
        self._line = api_url, access_token

    def read(self) -> Quota:
        """Two calls. Raises OutsideError."""
        with messaging_api(*self._line) as api:
            limit: Any = api.get_message_quota(_request_timeout=TIMEOUT)
            used: Any = api.get_message_quota_consumption(_request_timeout=TIMEOUT)
        return Quota(limit.value if limit.type == "limited" else None, used.total_usage)
