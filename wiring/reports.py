"""Figures for staff: monthly reports, today's state; and a draw's openings for auditors."""

from functools import cached_property, partial

from infra.breaker import left_alone
from services.desk.figures import Figures
from services.desk.rules import load_desk_rules
from services.draws.openings import Openings
from services.reports.catalogue import Names, Reports
from services.today import Present
from wiring.campaigns import CampaignRoom
from wiring.passes import PassRoom


class ReportRoom(PassRoom, CampaignRoom):
    """What is counted, and what auditors take."""

    @cached_property
    def reports(self) -> Reports:
        names = Names(self.fees, self.cities, self.payments.name_of)
        return Reports(names, self.pass_rules, self.sending_rules, Figures(load_desk_rules().reasons))

    @cached_property
    def present(self) -> Present:
        breakers = partial(left_alone, self.redis)
        return Present(self.cities, breakers, self.quota_seen, self.sending_rules)

    @cached_property
    def openings(self) -> Openings:
        return Openings(self.entries)
