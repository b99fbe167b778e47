"""`flask --app app vehicles`: owners who have shown staff that a bound vehicle is theirs."""

from uuid import UUID

import click
from flask import current_app
from flask.cli import with_appcontext

from domain.clock import TAIPEI
from domain.plates import PlateError, parse_plate

vehicles = click.Group("vehicles", help="Bound vehicles: owners checked by staff are told of new bills at once.")
STAFF = click.option("--staff", required=True, help="Id of the staff member; kept in the audit.")


@vehicles.command("list", help="Who has bound PLATE: id, kind, since when, mobile (masked), checked when.")
@click.argument("plate")
@with_appcontext
def list_(plate: str) -> None:
    """One line each."""
    house = current_app.extensions["house"]
    try:
        wanted = parse_plate(plate)
    except PlateError:
        raise click.ClickException("PLATE is no licence plate") from None
    with house.unit() as uow:
        for one in house.ownership.binders(uow, wanted):
            since = one.bound_at.astimezone(TAIPEI).date()
            checked = one.checked_at.astimezone(TAIPEI).date() if one.checked_at else "no"
            click.echo(f"{one.binding_id}  {one.kind}  since {since}  {one.mobile or 'no account'}  checked {checked}")


@vehicles.command(
    "check", help="The binder has shown the vehicle's registration (行照): BINDING_ID of `vehicles list`."
)
@click.argument("binding_id", type=click.UUID)
@STAFF
@with_appcontext
def check(binding_id: UUID, staff: str) -> None:
    """From now on told of new bills at once, in waking hours."""
    _keep(binding_id, staff, owner=True)
    click.echo("checked")


@vehicles.command("uncheck", help="Take that back.")
@click.argument("binding_id", type=click.UUID)
@STAFF
@with_appcontext
def uncheck(binding_id: UUID, staff: str) -> None:
    """New bills wait for the slot again."""
    _keep(binding_id, staff, owner=False)
    click.echo("no longer checked")


def _keep(binding_id: UUID, staff: str, *, owner: bool) -> None:
    house = current_app.extensions["house"]
    with house.unit() as uow:
        if not house.ownership.check(uow, binding_id, staff=staff, owner=owner):
            raise click.ClickException("no such binding")
