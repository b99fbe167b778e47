"""Agencies: who takes part by program, write-offs on their way to them, and their API."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from flask import Blueprint
from flask_limiter import Limiter
from flask_wtf import CSRFProtect

from adapters.agencies.webhook import Webhooks, new_secret
from services.agencies import Agencies
from services.sliplinks import SlipLinks
from services.writeoffs.deciding import Deciding
from services.writeoffs.posting import Posting
from services.writeoffs.rules import load_write_off_rules
from web.agency.operations import Services
from web.agency.views import blueprint as agency_api
from wiring.mail import MailRoom
from wiring.members import MemberRoom

CONSOLE_LINE_ID = "@parkline"  # of the console's own LINE


class AgencyRoom(MailRoom, MemberRoom):
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

    @cached_property
    def slip_links(self) -> SlipLinks:
        return SlipLinks(self.settings.line_basic_id or (CONSOLE_LINE_ID if self.settings.console_mode else None))

    def doors(self, csrf: CSRFProtect, limiter: Limiter) -> list[Blueprint]:
        services = Services(self.write_offs, self.slip_links, self.members, self.clock)
        api = agency_api(self.unit, services, csrf, limiter, self.settings.public_url)
        return [*super().doors(csrf, limiter), api]
