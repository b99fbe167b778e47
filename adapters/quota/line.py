"""LINE's monthly quota through line-bot-sdk: the plan's limit and what was used of it."""

from typing import Any

import urllib3
from linebot.v3.messaging import ApiClient, ApiException, Configuration, MessagingApi

from domain.campaigns import Quota
from domain.errors import OutsideError, Retry

TIMEOUT = (3.0, 5.0)  # seconds to connect and to answer; the SDK itself would wait for ever


class LineQuota:
    """Implements domain.ports.quota.QuotaSource."""

    def __init__(self, api_url: str, access_token: str) -> None:
        self._configuration = Configuration(host=api_url, access_token=access_token)
        self._configuration.retries = False

    def read(self) -> Quota:
        """Two calls. Raises OutsideError."""
        try:
            with ApiClient(self._configuration) as client:
                api = MessagingApi(client)
                limit: Any = api.get_message_quota(_request_timeout=TIMEOUT)
                used: Any = api.get_message_quota_consumption(_request_timeout=TIMEOUT)
        except ApiException as error:
            raise OutsideError(f"http_{error.status}", Retry.LATER) from None
        except urllib3.exceptions.HTTPError:
            raise OutsideError("connection", Retry.LATER) from None
        return Quota(limit.value if limit.type == "limited" else None, used.total_usage)
