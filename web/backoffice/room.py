"""What every page of the back office stands on: services, how it is registered, how it is rendered."""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from domain.auditchain import Head
from domain.clock import TAIPEI, Clock
from domain.desk import DeskRules
from domain.draw.steps import parse_steps
from domain.errors import CitizenMistakeError
from domain.ports.quota import QuotaSource
from domain.rounds import PHASE_NAMES, RoundRuleError, places_of
from domain.staff import Power, StaffRuleError
from domain.vehicles import VehicleKind
from infra.database import UnitOfWorkFactory
from services.accounts import Accounts
from services.agencies import Agencies
from services.announcements import Announcements
from services.audit import SYSTEM
from services.campaigns import Campaigns
from services.desk.answers import Answers
from services.desk.board import Board
from services.desk.callers import Callers
from services.desk.lateness import Lateness
from services.draws.desk import Desk
from services.draws.openings import Openings
from services.draws.pay_notice import PayNotice
from services.draws.places import Places
from services.draws.promoting import Promoting
from services.line_quota import QuotaSeen
from services.passes.cases import CaseRow, Cases
from services.passes.entries import Entries
from services.passes.gate_lists import GateLists
from services.passes.lots import Lots
from services.passes.months import Months
from services.passes.office_days import OfficeDays
from services.passes.qualifying import Qualifying
from services.passes.rounds import Rounds
from services.passes.rules import PassRules
from services.passes.sold import SoldPasses
from services.passes.windows import Windows
from services.questions import QuestionBook
from services.refunds import Refunds
from services.reports.catalogue import Reports
from services.staff.accounts import StaffAccounts
from services.staff.deputies import Deputies
from services.staff.login import Logins
from services.stopped import Stopped
from services.today import Present
from web.backoffice.gate import Gate, View, member
from web.backoffice.menu import menu_of
from web.backoffice.names import Names

KINDS: Mapping[str, str] = {
    VehicleKind.CAR: "汽車",
    VehicleKind.MOTORCYCLE: "機車",
    VehicleKind.HEAVY_MOTORCYCLE: "紅黃牌重機",
    VehicleKind.OTHER: "其他",
}
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RANKS = {"W": "正取", "B": "備取", "X": "未中籤"}
LIMIT = "120 per minute"  # per sender address
MISSES = "20 per hour"  # of one member of staff: what a mask hides is not to be found by trying
RULES = (StaffRuleError, RoundRuleError, CitizenMistakeError)  # said on the page; nothing is done


@dataclass(frozen=True, slots=True)
class StaffServices:
    """What the back office is given by wiring."""

    unit: UnitOfWorkFactory
    logins: Logins
    accounts: StaffAccounts
    deputies: Deputies
    lots: Lots
    rounds: Rounds
    months: Months
    entries: Entries
    cases: Cases
    qualifying: Qualifying
    windows: Windows
    office_days: OfficeDays
    sold_passes: SoldPasses
    gate_lists: GateLists
    desk: Desk
    refunds: Refunds
    stopped: Stopped
    campaigns: Campaigns
    announcements: Announcements
    questions: QuestionBook
    doors: Callable[[], Mapping[str, str]]  # words that open a conversation, and its title
    quota: QuotaSeen
    line_month: QuotaSource
    citizens: Accounts
    agencies: Agencies
    names: Names
    providers: Collection[str]
    switches: Callable[[], Mapping[str, str]]  # what can be stopped: key and name
    published_heads: Callable[[], Sequence[Head]]
    promoting: Promoting
    places: Places
    pay_notice: PayNotice
    reports: Reports
    present: Present
    openings: Openings
    thread_board: Board
    thread_answers: Answers
    thread_callers: Callers
    thread_lateness: Lateness
    desk_rules: DeskRules
    defer: Callable[..., None]
    pass_rules: PassRules
    clock: Clock


@dataclass(frozen=True, slots=True)
class Room:
    """The blueprint, and the services its pages are given."""

    bare: Blueprint
    services: StaffServices
    limiter: Limiter
    gate: Gate

    def page(self, rule: str, name: str, view: View, power: Power, methods: Sequence[str] = ("GET",)) -> None:
        """A page or a deed for those who have this power. A POST to it is a deed and leads back to a page."""
        guarded = self.gate.needs(power)(self.limiter.limit(LIMIT)(view))
        guarded.power = power  # type: ignore[attr-defined]  # for the test that walks every route
        self.bare.add_url_rule(rule, name, guarded, methods=list(methods))

    def sparing(self, view: View) -> View:
        """A view that each member of staff may use so often in vain: MISSES counts what says `missed()`, over all such
        views together.
        """
        limit = self.limiter.shared_limit(
            MISSES, "misses", key_func=lambda: member().actor, deduct_when=lambda _: "missed" in g
        )
        sparing: View = limit(view)
        return sparing


def missed() -> None:
    """This request tried something out, and it was not so: the view counts it (`Room.sparing`)."""
    g.missed = True


def show(template: str, title: str, status: int = 200, **values: object) -> Response:
    """A page of the back office."""
    who = member() if current_user.is_authenticated else None
    here = request.endpoint or ""
    page = render_template(
        f"backoffice/{template}",
        title=title,
        member=who,
        menu=menu_of(who) if who else (),
        here=here,
        phases=PHASE_NAMES,
        **values,
    )
    return make_response(page, status)


def done(endpoint: str, said: str, **values: object) -> ResponseReturnValue:
    """Back to a page, which says what was done. A reload repeats nothing."""
    flash(said, "done")
    return redirect(url_for(f"staff.{endpoint}", **values), 303)  # type: ignore[arg-type]


def try_to(deed: Callable[[], None], endpoint: str, said: str, **values: object) -> ResponseReturnValue:
    """Do it and say so; what the rules forbid is said on the same page, and nothing is done."""
    try:
        deed()
    except RULES as error:
        return refused(error, endpoint, **values)
    return done(endpoint, said, **values)


def refused(error: Exception, endpoint: str, **values: object) -> ResponseReturnValue:
    """Back to a page, which says why nothing was done."""
    flash(said(error), "wrong")
    return redirect(url_for(f"staff.{endpoint}", **values), 303)  # type: ignore[arg-type]


def said(error: Exception) -> str:
    """Why something is refused, in words."""
    return error.text.format(**error.values) if isinstance(error, CitizenMistakeError) else str(error)


def field(name: str, longest: int = 200) -> str:
    """A field of the form, trimmed; 400 where it is missing or longer than any form of ours sends."""
    value = request.form.get(name)
    if value is None or len(value) > longest:
        abort(400)
    return value.strip()


def form_id(name: str) -> uuid.UUID:
    """An id in the form; 400 where it is none."""
    try:
        return uuid.UUID(field(name, 36))
    except ValueError:
        abort(400)


def local(moment: datetime | None) -> str:
    """A time as staff read it: 2026-11-21 15:00, in Taiwan."""
    return moment.astimezone(TAIPEI).strftime("%Y-%m-%d %H:%M") if moment else ""


def field_time(moment: datetime) -> str:
    """A time as an input of type datetime-local wants it, in Taiwan."""
    return moment.astimezone(TAIPEI).strftime("%Y-%m-%dT%H:%M")


def outcome(row: CaseRow) -> str:
    """正取 1, 備取 12, 未中籤; nothing before the draw."""
    number = f" {row.no}" if row.status in ("W", "B") else ""
    return RANKS.get(row.status, "") + number


def shown_time(moment: datetime | None) -> Markup:
    """`local` for a page, which breaks it between day and hour if anywhere."""
    day, _, hour = local(moment).partition(" ")
    return Markup("<time><span>{}</span> <span>{}</span></time>").format(day, hour) if moment else Markup()


def who(actor: str | None) -> str:
    """Who did something, as staff know each other: staff:chen is chen."""
    return "系統" if actor == SYSTEM else (actor or "").removeprefix("staff:")


def places(steps: str) -> str:
    """開放車位數 as it is read: 10, or 10（保留 L 1） for L:1,*:9. Raises DrawFileError for what are no steps."""
    parsed = parse_steps(steps)
    kept = "、".join(f"{step.pool} {step.quota}" for step in parsed[:-1])
    return f"{places_of(steps)}（保留 {kept}）" if kept else str(places_of(steps))


FILTERS: Mapping[str, Callable[..., str]] = {
    "local": shown_time,
    "field_time": field_time,
    "outcome": outcome,
    "places": places,
    "who": who,
}
