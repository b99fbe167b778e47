"""The back office: who staff are, and the pages they work on."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from argon2 import PasswordHasher
from flask import Blueprint
from flask_limiter import Limiter
from flask_wtf import CSRFProtect

from domain import storebarcode
from domain.reader import Language
from infra import queue
from services import halts, sealing
from services.passes.cases import Cases
from services.passes.gate_lists import GateLists
from services.passes.missing_places import MissingPlaces
from services.staff.accounts import StaffAccounts
from services.staff.deputies import Deputies
from services.staff.login import Logins
from web import backoffice
from web.backoffice.names import Names
from wiring.desk import DeskRoom
from wiring.reports import ReportRoom
from wiring.texts import TextRoom


class StaffRoom(ReportRoom, TextRoom, DeskRoom):
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
        return {halts.MONEY: "所有收款", **self._ways(), halts.PUSHES: "所有主動通知", **self.cities.names()}

    def _names(self) -> Names:
        agencies = {code: city.zh for code, city in self.cities.items()}
        items = {key: item.name.of(Language.ZH) for key, item in self.fees.items.items()}
        return Names(agencies, items, self._ways())

    def _ways(self) -> Mapping[str, str]:
        return {storebarcode.PROVIDER: storebarcode.NAME, **{key: one.name for key, one in self.providers.items()}}

    def back_office(self, limiter: Limiter) -> Blueprint:
        """/staff/."""
        services = backoffice.StaffServices(
            unit=self.unit,
            logins=self.logins,
            accounts=self.staff_accounts,
            deputies=Deputies(self.staff_accounts),
            lots=self.lots,
            rounds=self.rounds,
            months=self.months,
            entries=self.entries,
            cases=Cases(self.entries),
            qualifying=self.qualifying,
            windows=self.windows,
            office_days=self.office_days,
            sold_passes=self.sold_passes,
            gate_lists=GateLists(self.lookup_key),
            desk=self.desk,
            refunds=self.refunds,
            stopped=self.stopped,
            campaigns=self.campaigns,
            announcements=self.announcements,
            questions=self.questions,
            doors=lambda: {item.word: item.title for item in self.registry.menu()},
            quota=self.quota_seen,
            line_month=self.line_quota,
            citizens=self.accounts,
            agencies=self.agencies,
            names=self._names(),
            providers=self.providers,
            switches=self._switches,
            published_heads=lambda: sealing.published(self.settings.parkline_var / sealing.HEADS),
            promoting=self.promoting,
            places=self.places,
            pay_notice=self.pay_notice,
            reports=self.reports,
            present=self.present,
            openings=self.openings,
            thread_board=self.thread_board,
            thread_answers=self.thread_answers,
            thread_callers=self.thread_callers,
            thread_lateness=self.thread_lateness,
            desk_rules=self.desk_rules,
            defer=queue.defer,
            pass_rules=self.pass_rules,
            clock=self.clock,
        )
        return backoffice.blueprint(services, limiter)

    @cached_property
    def missing_places(self) -> MissingPlaces:
        given = (self.pass_rules, self.months, self.office_days, self.staff_accounts, self.mail_sender)
        return MissingPlaces(*given, self.settings.public_url, self.clock)

    def for_tasks(self) -> Mapping[str, Any]:
        return {**super().for_tasks(), "missing_places": self.missing_places}

    def doors(self, csrf: CSRFProtect, limiter: Limiter) -> list[Blueprint]:
        return [*super().doors(csrf, limiter), self.back_office(limiter)]
