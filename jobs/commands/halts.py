"""`flask --app app halt`: kill switches."""

import click
from flask import current_app
from flask.cli import with_appcontext

from domain import storebarcode
from services import halts

halt = click.Group("halt", help="Stop a provider, a city, all taking of money, or all pushes, without a deploy.")
STAFF = click.option("--staff", required=True, help="Id of the staff member; kept in the audit.")


@halt.command("list", help="What is stopped.")
@with_appcontext
def list_() -> None:
    """One line each."""
    with current_app.extensions["house"].unit() as uow:
        for what, told in sorted(halts.standing(uow).items()):
            click.echo(f"{what}  {told.zh}  {told.en}")


@halt.command("stop", help="Stop WHAT: a provider's key, store, money for all of them, a city's code, or pushes.")
@click.argument("what")
@click.option("--zh", required=True, help="What citizens are told, in Chinese.")
@click.option("--en", required=True, help="What citizens are told, in English.")
@STAFF
@with_appcontext
def stop(what: str, zh: str, en: str, staff: str) -> None:
    """At once: nothing new is begun; what has begun is settled."""
    house = current_app.extensions["house"]
    known = {*house.providers, storebarcode.PROVIDER, halts.MONEY, halts.PUSHES, *house.cities}
    if what not in known:
        raise click.ClickException(f"unknown: one of {', '.join(sorted(known))}")
    try:
        with house.unit() as uow:
            halts.stop(uow, what, zh=zh, en=en, staff=staff)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    click.echo("stopped")


@halt.command("resume", help="Let WHAT go on.")
@click.argument("what")
@STAFF
@with_appcontext
def resume(what: str, staff: str) -> None:
    """It is offered again."""
    with current_app.extensions["house"].unit() as uow:
        if not halts.resume(uow, what, staff=staff):
            raise click.ClickException("it is not stopped")
    click.echo("resumed")
