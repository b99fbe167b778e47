"""The back office: who staff are, and the pages they work on."""

from collections.abc import Mapping
from functools import cached_property

from argon2 import PasswordHasher
from flask import Blueprint
from flask_limiter import Limiter
from flask_wtf import CSRFProtect

from domain import storebarcode
from infra import queue
from services import halts, sealing
from services.passes.cases import Cases
from services.passes.months import Months
from services.staff.accounts import StaffAccounts
from services.staff.deputies import Deputies
from services.staff.login import Logins
from web import backoffice
from wiring.campaigns import CampaignRoom
from wiring.passes import PassRoom
from wiring.texts import TextRoom


class StaffRoom(PassRoom, CampaignRoom, TextRoom):
    """Accounts, logging in, and /staff/."""

    @cached_property
    def staff_accounts(self) -> StaffAccounts:
        return StaffAccounts(self.cipher, self.settings.public_url)

    @cached_property
    def password_hasher(self) -> PasswordHasher:
        return PasswordHasher()

    @cached_property
    def logins(self) -> Logins:
        return Logins(self.unit, self.staff_accounts, self.cipher, self.password_hasher)

    def _switches(self) -> Mapping[str, str]:
        ways = {halts.MONEY: "所有收款", storebarcode.PROVIDER: "超商條碼", **{key: key for key in self.providers}}
        cities = {code: city.zh for code, city in self.cities.items()}
        return {**ways, halts.PUSHES: "所有主動通知", **cities}

    def back_office(self, limiter: Limiter) -> Blueprint:
        """/staff/."""
        services = backoffice.StaffServices(
            unit=self.unit,
            logins=self.logins,
            accounts=self.staff_accounts,
            deputies=Deputies(self.staff_accounts),
            lots=self.lots,
            rounds=self.rounds,
            months=Months(self.rounds),
            entries=self.entries,
            cases=Cases(self.entries),
            desk=self.desk,
            refunds=self.refunds,
            campaigns=self.campaigns,
            providers=self.providers,
            switches=self._switches,
            published_heads=lambda: sealing.published(self.settings.parkline_var / sealing.HEADS),
            promoting=self.promoting,
            places=self.places,
            defer=queue.defer,
            pass_rules=self.pass_rules,
            clock=self.clock,
        )
        return backoffice.blueprint(services, limiter)

    def doors(self, csrf: CSRFProtect, limiter: Limiter) -> list[Blueprint]:
        return [*super().doors(csrf, limiter), self.back_office(limiter)]
