"""Photos of slips: fetched from LINE, their codes read in a process of its own."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from adapters.scanning.reader import ZxingReader
from services.scanning import Scanning
from wiring.truth import TruthRoom


class ScanningRoom(TruthRoom):
    """A bill by what one holds in the hand."""

    @cached_property
    def scanning(self) -> Scanning:
        return Scanning(self.photos, ZxingReader())

    def for_conversations(self) -> Mapping[str, Any]:
        return {**super().for_conversations(), "scanning": self.scanning}
