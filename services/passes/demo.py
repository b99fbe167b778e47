"""The made-up city's lots: rounds that are open now, and a rehearsal (演練) of the past that has been drawn."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from domain.clock import TAIPEI, city_date
from domain.draw import beacon
from domain.phones import Mobile
from domain.plates import Plate
from domain.rounds import RoundTimes
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork, UnitOfWorkFactory
from services import audit
from services.draws.desk import Desk
from services.passes.application import Application
from services.passes.entries import Entries
from services.passes.lots import Lots, LotView, PlanView
from services.passes.rounds import NewRound, Rounds

LOTS = (
    LotView("D0001", "示範公園地下停車場", "大安區", "龍安里", "示範路一段 1 號", 25.0330, 121.5354),
    LotView("D0002", "示範國小地下停車場", "大安區", "德安里", "示範路二段 20 號", 25.0282, 121.5436),
    LotView("D0003", "示範市場立體停車場", "中正區", "文祥里", "示範街 5 號", 25.0372, 121.5250),
)
PLANS = (
    PlanView("general", "一般月票", 5760),
    PlanView("nearby", "優惠里月票", 4600),
    PlanView("own", "所在里月票", 4032, "L"),
)
KINDS = (VehicleKind.CAR,)
PASS_TYPE = "all-day"  # noqa: S105 - of a monthly pass
OPEN_DAYS, PAY_DAYS = 14, 3
PAST_MONTH, PAST_ROUND, PAST_ENTRIES = "2023-09", 1000, 30  # whose randomness is recorded: no network is needed


def fill(units: UnitOfWorkFactory, lots: Lots, rounds: Rounds, entries: Entries, desk: Desk, now: datetime) -> str:
    """Put in lots, a round of each that is open for two weeks, and a past rehearsal; returns its draw_id."""
    month = (city_date(now).replace(day=1) + timedelta(days=62)).strftime("%Y-%m")
    with units() as uow:
        for lot in LOTS:
            lots.put(uow, lot, staff=audit.SYSTEM)
            for kind, plan in ((kind, plan) for kind in KINDS for plan in PLANS):
                lots.put_plan(uow, lot.number, kind, PASS_TYPE, plan, staff=audit.SYSTEM)
            for kind in KINDS:
                new = NewRound(month, lot.number, kind, PASS_TYPE, "L:1,*:4", times=_open_now(now))
                rounds.plan(uow, new, staff=audit.SYSTEM)
        draw_id = _past(uow, rounds)
        for wanted in _applications(draw_id):
            entries.apply(uow, wanted, actor=audit.SYSTEM)
        draw_at = beacon.time_of(PAST_ROUND)
        rounds.set_clock(uow, draw_id, draw_at - timedelta(minutes=30), staff=audit.SYSTEM)
    desk.freeze(draw_id, actor=audit.SYSTEM)
    desk.announce(draw_id, actor=audit.SYSTEM)
    with units() as uow:
        rounds.set_clock(uow, draw_id, draw_at, staff=audit.SYSTEM)
    desk.draw(draw_id, actor=audit.SYSTEM)
    return draw_id


def _open_now(now: datetime) -> RoundTimes:
    today = city_date(now)

    def at(days: int, hour: int) -> datetime:
        return datetime.combine(today + timedelta(days=days), time(hour), TAIPEI)

    return RoundTimes(at(0, 0), at(OPEN_DAYS, 14), at(OPEN_DAYS, 15), at(OPEN_DAYS + PAY_DAYS + 1, 0))


def _past(uow: UnitOfWork, rounds: Rounds) -> str:
    draw_at = beacon.time_of(PAST_ROUND)
    times = RoundTimes(
        draw_at - timedelta(days=15), draw_at - timedelta(hours=1), draw_at, draw_at + timedelta(days=PAY_DAYS)
    )
    new = NewRound(PAST_MONTH, LOTS[0].number, KINDS[0], PASS_TYPE, "*:10", waitlist=15, times=times, rehearsal=True)
    return rounds.plan(uow, new, staff=audit.SYSTEM).draw_id


def _applications(draw_id: str) -> Iterator[Application]:
    asked_at = beacon.time_of(PAST_ROUND) - timedelta(days=5)
    for i in range(1, PAST_ENTRIES + 1):
        yield Application(
            draw_id,
            Plate(f"DEM-{i:04}"),
            "general",
            Mobile(f"0900{i:06}"),
            f"示範 {i}",
            asked_at + timedelta(seconds=i),
        )
