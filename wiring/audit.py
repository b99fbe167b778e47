"""The audit chain: what its tasks need."""

from collections.abc import Mapping
from typing import Any

from wiring.stores import Stores


class AuditRoom(Stores):
    """Sealing and publishing."""

    def for_tasks(self) -> Mapping[str, Any]:
        return {**super().for_tasks(), "var": self.settings.parkline_var}
