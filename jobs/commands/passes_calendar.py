"""`flask --app app passes day|days|days-import`: the office calendar, which warns and feeds "next working day"."""

from datetime import date, datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from domain.officedays import OfficeDayRow, OfficeDaysError, decoded, read
from infra.database import UnitOfWork
from jobs.commands.passes import house, passes, staff_option, unit

DAY = click.DateTime(["%Y-%m-%d"])


@passes.command(
    "day", help="The office calendar: DAY is off (a holiday, 颱風停班), works (補班日), or as the week has it."
)
@click.argument("day", type=DAY)
@click.argument("how", type=click.Choice(["off", "works", "usual"]))
@click.option("--name", default="", help="Why; not needed for usual.")
@staff_option
@with_appcontext
def day(day: datetime, how: str, name: str, staff: str) -> None:
    """Warns of every step of a round that now falls on a day off."""
    if how != "usual" and not name:
        raise click.UsageError("--name says why")
    of = date(day.year, day.month, day.day)
    with unit() as uow:
        if how == "usual":
            house().office_days.forget(uow, of, staff=staff)
        else:
            house().office_days.keep(uow, [OfficeDayRow(of, how == "works", name)], staff=staff)
        _warn(uow)


@passes.command("days", help="The kept days of YEAR, and the next working day from today.")
@click.argument("year", type=click.IntRange(2000, 2999))
@with_appcontext
def days(year: int) -> None:
    """One line each; then what falls on a day off."""
    with unit() as uow:
        for row in house().office_days.all(uow, year):
            click.echo(f"{row.day}  {'works' if row.works else 'off'}  {row.name}")
        today = house().clock.now().date()
        click.echo(f"next working day after {today}: {house().office_days.calendar(uow).next_working_day(today)}")
        _warn(uow)


@passes.command("days-import", help="Take over a year: the CSV of the 行政院人事行政總處 (政府行政機關辦公日曆表).")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@staff_option
@with_appcontext
def days_import(file: Path, staff: str) -> None:
    """All or nothing; days kept before, such as typhoon days, stay unless the file has them. Says how many."""
    try:
        rows = read(decoded(file.read_bytes()).splitlines())
    except OfficeDaysError as error:
        raise click.ClickException(str(error)) from None
    with unit() as uow:
        click.echo(f"{house().office_days.keep(uow, rows, staff=staff)} days kept")
        _warn(uow)


def _warn(uow: UnitOfWork) -> None:
    for draw_id, step in house().office_days.warnings(uow):
        click.echo(f"warning: {draw_id}: {step} falls on a day off", err=True)
