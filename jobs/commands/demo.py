"""`flask --app app demo`: fill an empty database with a made-up city."""

import click
from flask import current_app
from flask.cli import with_appcontext

from infra.clock import SystemClock
from services.demo import PLATES, NotEmptyError, fill


@click.command("demo", help="Fill an empty database with a made-up city to try things out.")
@with_appcontext
def demo() -> None:
    """Prints the plates to try."""
    try:
        with current_app.extensions["house"].unit() as uow:
            bills = fill(uow, SystemClock())
    except NotEmptyError:
        raise click.ClickException("the ledger already holds bills; the made-up city is for an empty one") from None
    click.echo(f"{bills} made-up bills. Plates to try:")
    for plate in PLATES:
        click.echo(f"  {plate.number}  {plate.shows}")
