"""`flask --app app reports KEY`: a monthly report (報表) as CSV."""

import click
from flask import current_app
from flask.cli import with_appcontext

from domain import csvcells
from domain.months import Month
from services.reports.catalogue import LIST


@click.command("reports", help=f"A report of a month as CSV: {', '.join(LIST)}.")
@click.argument("key", type=click.Choice(list(LIST)))
@click.option("--month", help="2026-11; this month in Taiwan, where none is given.")
@with_appcontext
def reports(key: str, month: str | None) -> None:
    """The same figures as on the page 報表查詢."""
    house = current_app.extensions["house"]
    try:
        wanted = Month.parse(month) if month else Month.of(house.clock.now())
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    with house.unit() as uow:
        made = house.reports.make(uow, key, wanted)
    click.echo(csvcells.written([column.name for column in made.columns], made.lines), nl=False)
