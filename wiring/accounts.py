"""Accounts: who a citizen is, the codes and messages sent by SMS, and the notice on personal data."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint
from flask_limiter import Limiter
from flask_wtf import CSRFProtect

from adapters.sms.console import ConsoleTray
from adapters.sms.every8d import Every8d
from adapters.sms.mitake import Mitake
from adapters.sms.pnp import LinePnp
from domain.accountrules import AccountRules
from domain.ports.sms import SmsGateway
from infra import queue
from services.account_rules import load_account_rules
from services.accounts import Accounts
from services.consents import Consents
from services.history import History
from services.notice_rules import NoticeRules
from services.phone_codes import PhoneCodes
from services.planning import Planning
from services.registration import Registration
from services.sms import SmsPost
from services.takeovers import Takeovers
from web.privacy.views import blueprint as privacy_page
from wiring.line import Line


class AccountRoom(Line):
    """Registering, and what proves that a number is one's own."""

    @cached_property
    def account_rules(self) -> AccountRules:
        return load_account_rules()

    @cached_property
    def consents(self) -> Consents:
        return Consents(self.account_rules.notice_version)

    @cached_property
    def accounts(self) -> Accounts:
        return Accounts(self.cipher, self.lookup_key, self.consents)

    @cached_property
    def tray(self) -> ConsoleTray:
        return ConsoleTray(self.engine, self.cipher)

    @cached_property
    def sms_gateway(self) -> SmsGateway:
        given = self.settings
        if given.sms_gateway != "console" and given.sms_username and given.sms_password:  # settings ask for both
            kind = Mitake if given.sms_gateway == "mitake" else Every8d
            url = {"url": given.sms_gateway_url} if given.sms_gateway_url else {}
            return kind(given.sms_username, given.sms_password.get_secret_value(), **url)
        return self.tray

    @cached_property
    def sms(self) -> SmsPost:
        host = urlsplit(self.settings.public_url).netloc
        pnp = LinePnp(self.line_address, self.access_token) if self.settings.line_pnp else None
        return SmsPost(self.cipher, self.sms_gateway, queue.defer, host=host, instead=pnp)

    @cached_property
    def planning(self) -> Planning:
        return Planning(self.accounts, self.sms, self.clock)

    @cached_property
    def notice_rules(self) -> NoticeRules:
        return NoticeRules(self.accounts, self.planning, self.clock)

    @cached_property
    def phone_codes(self) -> PhoneCodes:
        rules = self.account_rules
        return PhoneCodes(rules.codes, rules.agency, self.cipher, self.lookup_key, self.sms)

    @cached_property
    def takeovers(self) -> Takeovers:
        return Takeovers(self.accounts, self.notices, self.account_rules.takeover)

    @cached_property
    def registration(self) -> Registration:
        return Registration(self.accounts, self.phone_codes, self.consents, self.takeovers)

    def for_conversations(self) -> Mapping[str, Any]:
        given = {
            "accounts": self.accounts,
            "account_rules": self.account_rules,
            "consents": self.consents,
            "history": History(self.accounts),
            "notice_rules": self.notice_rules,
            "phone_codes": self.phone_codes,
            "registration": self.registration,
            "takeovers": self.takeovers,
        }
        return {**super().for_conversations(), **given}

    def for_tasks(self) -> Mapping[str, Any]:
        given = {
            "sms": self.sms,
            "notice_rules": self.notice_rules,
            "phone_codes": self.phone_codes,
            "takeovers": self.takeovers,
        }
        return {**super().for_tasks(), **given}

    def doors(self, csrf: CSRFProtect, limiter: Limiter) -> list[Blueprint]:
        return [*super().doors(csrf, limiter), privacy_page(self.account_rules)]
