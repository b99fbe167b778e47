"""`flask --app app demo`: fill an empty database with a made-up city."""

import click
from flask import current_app
from flask.cli import with_appcontext

from infra.clock import SystemClock
from services.demo import PLATES, NotEmptyError, fill
from services.passes.demo import fill as fill_passes


@click.command("demo", help="Fill an empty database with a made-up city to try things out.")
@with_appcontext
def demo() -> None:
    """Prints the plates to try."""
    try:
        with current_app.extensions["house"].unit() as uow:
            bills = fill(uow, SystemClock())
    except NotEmptyError:
        raise click.ClickException("the ledger already holds bills; the made-up city is for an empty one") from None
    house = current_app.extensions["house"]
    draw_id = fill_passes(house.unit, house.lots, house.rounds, house.entries, house.desk, SystemClock().now())
    click.echo(f"Lots with monthly passes to apply for, and a rehearsal that was drawn: {draw_id}")
    click.echo(f"{bills} made-up bills. Plates to try:")
    for plate in PLATES:
        click.echo(f"  {plate.number}  {plate.shows}")
