"""`flask --app app passes …`: lots and rounds. passes_*.py have the rest of the group: entries, calendar, draw."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from domain.clock import TAIPEI
from domain.draw.announcement import Source
from domain.emails import parse_email
from domain.errors import CitizenMistakeError
from domain.rounds import RoundRuleError
from domain.staff import StaffRuleError
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork
from services.passes.lots import LotView, PlanView, Sells
from services.passes.rounds import NewRound, times_of

passes = click.Group("passes", help="Monthly passes (月票): lots, rounds, entries and the draw.")
staff_option = click.option("--staff", required=True, help="Id of the staff member who does it; kept in the audit.")
KINDS = click.Choice([kind.value for kind in VehicleKind])
MOMENT = click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])


def house() -> Any:
    """The services."""
    return current_app.extensions["house"]


@contextmanager
def said_plainly() -> Iterator[None]:
    """What is refused is said in one line."""
    try:
        yield
    except (RoundRuleError, StaffRuleError) as error:
        raise click.ClickException(str(error)) from None
    except CitizenMistakeError as mistake:
        raise click.ClickException(mistake.text.format(**mistake.values)) from None


@contextmanager
def unit() -> Iterator[UnitOfWork]:
    """A unit of work whose refusals are said in one line."""
    with said_plainly(), house().unit() as uow:
        yield uow


def city_time(moment: datetime) -> datetime:
    """What was typed is the city's time."""
    return moment.replace(tzinfo=TAIPEI)


@passes.command("lots", help="All lots: number, on the shelf or not, how it sells, name, 里.")
@with_appcontext
def lots() -> None:
    """One line each."""
    with unit() as uow:
        for lot in house().lots.all(uow):
            shelf = "on" if lot.on_shelf else "off"
            click.echo(f"{lot.number}  {shelf}  {lot.sells}  {lot.name}  {lot.district}{lot.village}")


@passes.command("lot", help="Add a lot (停車場) or change it.")
@click.argument("number")
@click.option("--name", required=True)
@click.option("--district", required=True)
@click.option("--village", required=True, help="里")
@click.option("--address", required=True)
@click.option("--latitude", type=float)
@click.option("--longitude", type=float)
@click.option("--sells", type=click.Choice([way.value for way in Sells]), default=Sells.BOTH.value)
@click.option("--shelf/--no-shelf", default=True, help="上下架")
@staff_option
@with_appcontext
def lot(staff: str, shelf: bool, sells: str, **fields: Any) -> None:
    """Nothing is printed when it is done."""
    with unit() as uow:
        house().lots.put(uow, LotView(**fields, sells=Sells(sells), on_shelf=shelf), staff=staff)


@passes.command("price", help="Add a plan (優惠方案) of a lot or change its price.")
@click.argument("lot")
@click.argument("code")
@click.option("--kind", type=KINDS, default=VehicleKind.CAR.value)
@click.option("--type", "pass_type", default="all-day")
@click.option("--name", required=True, help="一般, 優惠里, 所在里 …")
@click.option("--price", type=click.IntRange(min=1), required=True, help="NT$ a month")
@click.option("--pool", default="G", help="The pool (資格別) of those it is for, once proven.")
@click.option("--village", "villages", multiple=True, help="A 里 it is for; give it once for each.")
@click.option("--evidence", help="What must be shown for it (資格審查): a code of config/passes.toml.")
@staff_option
@with_appcontext
def price(lot: str, kind: str, pass_type: str, staff: str, villages: tuple[str, ...], **fields: Any) -> None:
    """Nothing is printed when it is done."""
    if fields["evidence"] not in (None, *house().pass_rules.evidence):
        raise click.UsageError(f"--evidence is one of {', '.join(house().pass_rules.evidence)}")
    with unit() as uow:
        plan = PlanView(**fields, villages=villages)
        house().lots.put_plan(uow, lot, VehicleKind(kind), pass_type, plan, staff=staff)


@passes.command("rounds", help="All rounds (抽籤期別), the newest month first: draw_id, phase, steps, draw time.")
@with_appcontext
def rounds() -> None:
    """One line each, times in Taiwan."""
    with unit() as uow:
        for row in house().rounds.all(uow):
            click.echo(f"{row.draw_id}  {row.phase}  {row.steps}  {_city(row.draw_at)}")


@passes.command("plan", help="Plan a round for MONTH of use (2027-01) at LOT; prints its draw_id.")
@click.argument("month")
@click.argument("lot")
@click.option("--kind", type=KINDS, default=VehicleKind.CAR.value)
@click.option("--type", "pass_type", default="all-day")
@click.option("--steps", required=True, help="Places, e.g. *:100 or L:5,*:95")
@click.option("--waitlist", type=click.IntRange(min=0), help="How many are 備取; all unless given.")
@click.option("--source", type=click.Choice([source.value for source in Source]), default=Source.DRAND.value)
@click.option("--rehearsal", is_flag=True, help="演練: its draw_id begins with TEST/.")
@staff_option
@with_appcontext
def plan(kind: str, source: str, staff: str, **fields: Any) -> None:
    """Warns of steps on a day off; staff decide, nothing moves by itself."""
    with unit() as uow:
        new = NewRound(kind=VehicleKind(kind), source=Source(source), **fields)
        row = house().rounds.plan(uow, new, staff=staff)
        _warn(house().rounds.calendar(uow).on_holidays(times_of(row)))
        click.echo(row.draw_id)


@passes.command("move", help="Other times for a round that is not announced. Times are Taiwan's, e.g. 2026-12-20T15:00")
@click.argument("draw_id")
@click.option("--opens", "opens_at", type=MOMENT)
@click.option("--closes", "closes_at", type=MOMENT)
@click.option("--draw", "draw_at", type=MOMENT)
@click.option("--pay-by", type=MOMENT, help="The first moment that is too late.")
@staff_option
@with_appcontext
def move(draw_id: str, staff: str, **moments: datetime | None) -> None:
    """Warns of steps on a day off."""
    given = {name: city_time(moment) for name, moment in moments.items() if moment is not None}

    def work(uow: UnitOfWork) -> Any:
        times = replace(times_of(house().rounds.find(uow, draw_id)), **given)
        return house().rounds.move(uow, draw_id, times, staff=staff)

    with said_plainly():
        _warn(house().desk.do("move", draw_id, staff, work))


@passes.command("places", help="設定車位數 of a round that is not announced.")
@click.argument("draw_id")
@click.argument("steps")
@click.option("--waitlist", type=click.IntRange(min=0), help="How many are 備取; all unless given.")
@staff_option
@with_appcontext
def places(draw_id: str, steps: str, waitlist: int | None, staff: str) -> None:
    """Refused, and noted, once announced."""
    with said_plainly():
        house().desk.do(
            "places", draw_id, staff, lambda uow: house().rounds.set_places(uow, draw_id, steps, waitlist, staff=staff)
        )


@passes.command("limit", help="登記限制: most live entries of one person in a round.")
@click.argument("draw_id")
@click.argument("most", type=click.IntRange(min=1))
@staff_option
@with_appcontext
def limit(draw_id: str, most: int, staff: str) -> None:
    """Refused, and noted, once registration is over."""
    with said_plainly():
        house().desk.do("limit", draw_id, staff, lambda uow: house().rounds.set_limit(uow, draw_id, most, staff=staff))


@passes.command("lot-shelf", help="上下架 of a whole lot.")
@click.argument("number")
@click.argument("how", type=click.Choice(["on", "off"]))
@staff_option
@with_appcontext
def lot_shelf(number: str, how: str, staff: str) -> None:
    """What was applied for stays."""
    with unit() as uow:
        house().lots.set_shelf(uow, number, on_shelf=how == "on", staff=staff)


@passes.command("shelf", help="上下架: offer a round, or not.")
@click.argument("draw_id")
@click.argument("how", type=click.Choice(["on", "off"]))
@staff_option
@with_appcontext
def shelf(draw_id: str, how: str, staff: str) -> None:
    """What was applied for stays."""
    with unit() as uow:
        house().rounds.set_shelf(uow, draw_id, on_shelf=how == "on", staff=staff)


@passes.command("clock", help="Let a rehearsal (演練) live at another time from now on.")
@click.argument("draw_id")
@click.argument("moment", type=MOMENT)
@staff_option
@with_appcontext
def clock(draw_id: str, moment: datetime, staff: str) -> None:
    """Refused, and noted, for any other round."""
    with said_plainly():
        house().desk.do(
            "clock",
            draw_id,
            staff,
            lambda uow: house().rounds.set_clock(uow, draw_id, city_time(moment), staff=staff),
        )


@passes.command("window", help="優先購買: places of a round that are sold without a draw, on the category's days.")
@click.argument("draw_id")
@click.argument("category")
@click.option("--places", type=click.IntRange(min=0), required=True)
@staff_option
@with_appcontext
def window(draw_id: str, category: str, places: int, staff: str) -> None:
    """Prints when it is open. What is unsold joins the draw before the announcement."""
    with unit() as uow:
        row = house().windows.plan(uow, draw_id, category, places, staff=staff)
        opens, closes = _city(row.opens_at), _city(row.closes_at)
        click.echo(f"{row.name}: {opens} to {closes}")


@passes.command("windows", help="優先購買 of a round: category, places, sold, when.")
@click.argument("draw_id")
@with_appcontext
def windows(draw_id: str) -> None:
    """One line each, times in Taiwan."""
    with unit() as uow:
        for row in house().windows.listed(uow, draw_id):
            opens, closes = _city(row.opens_at), _city(row.closes_at)
            click.echo(f"{row.category}  {row.places}  {row.sold} sold  {opens} to {closes}")


@passes.command("window-move", help="Other times or places for a 優先購買 window of an open round.")
@click.argument("draw_id")
@click.argument("category")
@click.option("--opens", "opens_at", type=MOMENT)
@click.option("--closes", "closes_at", type=MOMENT, help="The first moment that is too late.")
@click.option("--places", type=click.IntRange(min=0))
@staff_option
@with_appcontext
def window_move(draw_id: str, category: str, places: int | None, staff: str, **moments: datetime | None) -> None:
    """Refused, and noted, where more is sold, or the announcement would come first."""
    given = {name: city_time(moment) for name, moment in moments.items() if moment is not None}

    def change(uow: UnitOfWork) -> None:
        house().windows.change(uow, draw_id, category, places=places, staff=staff, **given)

    with said_plainly():
        house().desk.do("window", draw_id, staff, change)


@passes.command("annul", help="Void a whole draw by a written decision of 政風; its files stay public.")
@click.argument("draw_id")
@click.option("--decision", required=True, help="The number of the decision.")
@staff_option
@with_appcontext
def annul(draw_id: str, decision: str, staff: str) -> None:
    """Refused, and noted, once its result is published."""
    with said_plainly():
        house().desk.do("annul", draw_id, staff, lambda uow: house().rounds.void(uow, draw_id, decision, staff=staff))


@passes.command("recipient", help="Who outside (政風, 議會, 媒體) is sent each announcement's hash by e-mail.")
@click.argument("email")
@click.option("--body", required=True)
@click.option("--remove", is_flag=True)
@staff_option
@with_appcontext
def recipient(email: str, body: str, remove: bool, staff: str) -> None:
    """Before the draw, so that the city alone cannot exchange what it announced."""
    with unit() as uow:
        house().recipients.put(uow, parse_email(email), body, active=not remove, staff=staff)


def _city(at: datetime) -> str:
    return at.astimezone(TAIPEI).isoformat(timespec="minutes")


def _warn(steps: Any) -> None:
    for step in steps:
        click.echo(f"warning: {step} falls on a day off", err=True)
