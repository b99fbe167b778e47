"""繳費紀錄: somebody's payments in the chat, and their files behind a link."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from flask import Blueprint
from flask_limiter import Limiter
from flask_wtf import CSRFProtect

from services.recordfiles import RecordFiles
from services.recordpapers import RecordPapers
from web.records.views import RecordServices
from web.records.views import blueprint as record_pages
from wiring.money import Money


class RecordRoom(Money):
    """Looking at what was paid here, and keeping it."""

    @cached_property
    def record_files(self) -> RecordFiles:
        return RecordFiles(self.settings.public_url, self.session_keys, self.clock)

    def for_conversations(self) -> Mapping[str, Any]:
        return {**super().for_conversations(), "record_files": self.record_files}

    def for_tasks(self) -> Mapping[str, Any]:
        return {**super().for_tasks(), "record_files": self.record_files}

    def doors(self, csrf: CSRFProtect, limiter: Limiter) -> list[Blueprint]:
        papers = RecordPapers(self.fees, self.cities, self.payments.name_of)
        services = RecordServices(self.unit, self.record_files, papers, self.citizens, self.settings.public_url)
        return [*super().doors(csrf, limiter), record_pages(services, limiter)]
