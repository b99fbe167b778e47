"""Agencies: who takes part by program, and write-offs on their way to them."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from adapters.agencies.webhook import Webhooks, new_secret
from services.agencies import Agencies
from services.writeoffs.deciding import Deciding
from services.writeoffs.posting import Posting
from services.writeoffs.rules import load_write_off_rules
from wiring.mail import MailRoom


class AgencyRoom(MailRoom):
    """What agencies are told."""

    @cached_property
    def agencies(self) -> Agencies:
        return Agencies(self.cipher, new_secret)

    @cached_property
    def write_offs(self) -> Deciding:
        return Deciding(self.notices, self.links)

    @cached_property
    def write_off_post(self) -> Posting:
        return Posting(self.agencies, Webhooks(self.clock), self.write_offs, load_write_off_rules())

    def for_tasks(self) -> Mapping[str, Any]:
        return {**super().for_tasks(), "write_off_post": self.write_off_post}
