"""Monthly passes: lots, rounds, entries, and the draw with where its randomness comes from."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import Blueprint
from flask_limiter import Limiter
from flask_wtf import CSRFProtect

from adapters.randomness.drand import Drand
from adapters.randomness.recorded import RECORDED
from domain.draw.entry import Receipt
from domain.ports.randomness import Randomness
from infra import queue
from infra.database import UnitOfWork
from models.passes import PassEntry
from services.draws.announcing import Announcing
from services.draws.desk import Desk
from services.draws.drawing import Drawing
from services.draws.freezing import Freezing
from services.draws.late import LateEntries
from services.draws.pay_notice import PayNotice
from services.draws.places import Places
from services.draws.promoting import Promoting
from services.draws.proofs import Proofs
from services.draws.recipients import Recipients
from services.draws.sms_news import DrawSms
from services.draws.telling import Telling
from services.passes.board import PassBoard
from services.passes.cases import Cases
from services.passes.change_news import ChangeNews
from services.passes.closing import Closing
from services.passes.entries import Entries
from services.passes.favourites import Favourites
from services.passes.forgetting import Forgetting
from services.passes.lots import Lots
from services.passes.months import Months
from services.passes.office_days import OfficeDays
from services.passes.opening_news import OpeningNews
from services.passes.paying import PassPaying
from services.passes.preferences import Preferences
from services.passes.qualifying import Qualifying
from services.passes.reminding import PassReminders
from services.passes.rounds import Rounds
from services.passes.rules import PassRules, load_pass_rules
from services.passes.sold import SoldPasses
from services.passes.windows import Windows
from web.draws.views import blueprint as draw_pages
from web.draws.views import rehearsals
from web.passes.views import blueprint as pass_pages
from wiring.money import Money
from wiring.vehicles import VehicleRoom

VERIFIER = Path(__file__).parent.parent / "verify_draw.py"


class PassRoom(Money, VehicleRoom):
    """Applying for a pass, and a draw that anyone can check."""

    @cached_property
    def pass_rules(self) -> PassRules:
        return load_pass_rules()

    @cached_property
    def lots(self) -> Lots:
        return Lots()

    @cached_property
    def rounds(self) -> Rounds:
        return Rounds(self.pass_rules, self.lots)

    @cached_property
    def office_days(self) -> OfficeDays:
        return OfficeDays()

    @cached_property
    def months(self) -> Months:
        return Months(self.rounds, self.windows)

    @cached_property
    def cases(self) -> Cases:
        return Cases(self.entries)

    @cached_property
    def entries(self) -> Entries:
        return Entries(self.cipher, self.lookup_key, self.lots, self._tell_of_change)

    def _tell_of_change(
        self, uow: UnitOfWork, entry: PassEntry, receipt: Receipt | None, *, applied: bool = False
    ) -> None:
        """Later than entries are made: the board needs them."""
        ChangeNews(self.board, self.notices, self.clock).tell(uow, entry, receipt, applied=applied)

    @cached_property
    def qualifying(self) -> Qualifying:
        given = (self.pass_rules, self.entries, self.board, self.cipher, self.photos, self.notices, self.clock)
        return Qualifying(*given, queue.defer)

    @cached_property
    def windows(self) -> Windows:
        return Windows(self.pass_rules, self.lots, self.rounds, self.entries)

    @cached_property
    def randomness(self) -> Randomness:
        return Drand(self.settings.drand_relays, RECORDED)

    @cached_property
    def freezing(self) -> Freezing:
        return Freezing(self.pass_rules, self.rounds, self.entries)

    @cached_property
    def promoting(self) -> Promoting:
        return Promoting(self.pass_rules, self.lots, self.rounds)

    @cached_property
    def desk(self) -> Desk:
        announcing = Announcing(self.rounds, VERIFIER.read_bytes())
        drawing = Drawing(self.rounds, self.randomness)
        phases = (self.freezing, announcing, drawing, self.promoting)
        return Desk(self.unit, *phases, self.randomness, self.closing.close, queue.defer)

    @cached_property
    def late_entries(self) -> LateEntries:
        return LateEntries(self.pass_rules, self.lots, self.rounds, self.entries)

    @cached_property
    def places(self) -> Places:
        draw = (self.desk, self.promoting, self.entries, self.late_entries)
        return Places(*draw, self.closing, self.pass_paying, self.refunds, self.telling, self.notices)

    @cached_property
    def pay_notice(self) -> PayNotice:
        return PayNotice(self.desk, self.entries, self.board, self.telling, self.draw_sms)

    @cached_property
    def draw_sms(self) -> DrawSms:
        return DrawSms(self.entries, self.sms, self.clock, f"{self.settings.public_url}/passes/")

    @cached_property
    def sold_passes(self) -> SoldPasses:
        return SoldPasses(self.unit, self.pass_rules, self.places, self.board, self.notices)

    @cached_property
    def pass_reminders(self) -> PassReminders:
        return PassReminders(self.pass_rules, self.board, self.telling, self.notices, self.clock)

    @cached_property
    def closing(self) -> Closing:
        return Closing(self.unit, self.payments)

    @cached_property
    def board(self) -> PassBoard:
        given = (self.pass_rules, self.lots, self.entries)
        rehearsals = self.settings.console_mode
        return PassBoard(*given, self.settings.public_url, self.session_keys, self.clock, rehearsals=rehearsals)

    def for_conversations(self) -> Mapping[str, Any]:
        return {
            **super().for_conversations(),
            "board": self.board,
            "entries": self.entries,
            "pass_paying": self.pass_paying,
            "favourites": Favourites(),
            "preferences": Preferences(),
            "proofs": Proofs(self.entries),
            "qualifying": self.qualifying,
        }

    def doors(self, csrf: CSRFProtect, limiter: Limiter) -> list[Blueprint]:
        public = draw_pages(self.unit, self.promoting, VERIFIER.read_bytes())
        console = [rehearsals(self.unit)] if self.settings.console_mode else []
        passes = pass_pages(self.unit, self.board, self.pass_paying, self.clock, limiter)
        return [*super().doors(csrf, limiter), public, passes, *console]

    @cached_property
    def recipients(self) -> Recipients:
        return Recipients(self.mail_sender, self.board.draws_url)

    @cached_property
    def telling(self) -> Telling:
        return Telling(self.board, self.pass_paying, self.notices, self.clock, self.draw_sms)

    @cached_property
    def pass_paying(self) -> PassPaying:
        return PassPaying(self.pass_rules, self.citizens, self.links)

    def for_tasks(self) -> Mapping[str, Any]:
        return {
            **super().for_tasks(),
            "rounds": self.rounds,
            "forgetting": Forgetting(self.pass_rules),
            "freezing": self.freezing,
            "desk": self.desk,
            "qualifying": self.qualifying,
            "telling": self.telling,
            "pass_reminders": self.pass_reminders,
            "opening_news": OpeningNews(self.board, self.notices, self.clock),
            "recipients": self.recipients,
        }
