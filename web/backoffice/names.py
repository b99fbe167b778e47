"""How staff call what the books keep by a key: agencies, fee items, providers."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Names:
    """By key, in Chinese. What has no name here is shown by its key, never by a guess."""

    agencies: Mapping[str, str]
    fee_items: Mapping[str, str]
    providers: Mapping[str, str]

    def agency(self, code: str) -> str:
        """臺北市."""
        return self.agencies.get(code, code)

    def fee_item(self, key: str) -> str:
        """停車費."""
        return self.fee_items.get(key, key)

    def provider(self, key: str) -> str:
        """熊讚銀行."""
        return self.providers.get(key, key)
