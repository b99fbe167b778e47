"""Agencies: who takes part by program, write-offs on their way to them, and their API."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from flask import Blueprint
from flask_limiter import Limiter
from flask_wtf import CSRFProtect

from adapters.agencies.persons import Persons
from adapters.agencies.webhook import Webhooks, new_secret
from services.agencies import Agencies
from services.person_bills import PersonBills
from services.person_links import PersonLinks
from services.sliplinks import SlipLinks
from services.writeoffs.deciding import Deciding
from services.writeoffs.posting import Posting
from services.writeoffs.rules import load_write_off_rules
from web.agency.operations import Services
from web.agency.views import blueprint as agency_api
from web.person.views import PersonServices
from web.person.views import blueprint as person_page
from wiring.bills import Bills
from wiring.mail import MailRoom
from wiring.members import MemberRoom

CONSOLE_LINE_ID = "@parkline"  # of the console's own LINE


class AgencyRoom(Bills, MailRoom, MemberRoom):
    """What agencies are told."""

    @cached_property
    def agencies(self) -> Agencies:
        return Agencies(self.cipher, new_secret)

    @cached_property
    def person_links(self) -> PersonLinks:
        return PersonLinks(self.settings.public_url, self.session_keys, self.clock)

    @cached_property
    def person_bills(self) -> PersonBills:
        return PersonBills(self.agencies, Persons(self.clock), self.lookup.books)

    def for_conversations(self) -> Mapping[str, Any]:
        given = {"person_links": self.person_links, "person_bills": self.person_bills}
        return {**super().for_conversations(), **given}

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
        persons = PersonServices(
            self.unit, self.person_links, self.person_bills, self.orders, self.links, self.cities, self.clock
        )
        return [*super().doors(csrf, limiter), api, person_page(persons, limiter)]
