"""`flask --app app writeoffs`: write-offs (銷帳) that staff have to look at, and what they decide."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import click
from flask import current_app
from flask.cli import with_appcontext

from domain.clock import TAIPEI
from services.writeoffs import making
from services.writeoffs.book import WriteOffNotFoundError
from services.writeoffs.deciding import WriteOffRuleError
from services.writeoffs.making import ReversalError

writeoffs = click.Group("writeoffs", help="Write-offs (銷帳): what agencies refused or do not answer.")
STAFF = click.option("--staff", required=True, help="Id of the staff member; kept in the audit.")
ID = click.argument("write_off", type=click.UUID)


@writeoffs.command(
    "list",
    help="What is refused, stuck, waits to be fetched, and refunds of which nobody has said what bill they are of.",
)
@with_appcontext
def list_() -> None:
    """One line each, times in Taiwan."""
    with current_app.extensions["house"].unit() as uow:
        for one in current_app.extensions["house"].write_offs.listed(uow):
            since = one.staff_since or one.made_at
            click.echo(
                f"{one.state.value:<8} {one.id}  {one.kind.value}  {one.key}  NT${one.amount}  {one.tries} tries"
                f"  {one.reason or '-'}  since {since.astimezone(TAIPEI).isoformat(timespec='minutes')}"
            )
        for waiting in current_app.extensions["house"].write_offs.fetchable(uow):
            since = waiting.since.astimezone(TAIPEI).isoformat(timespec="minutes")
            click.echo(f"waiting  {waiting.agency}  {waiting.count} to be fetched, NT${waiting.amount}, since {since}")
        for refund_id, amount in making.unclear(uow):
            click.echo(f"unclear  {refund_id}  NT${amount} given back: say of which bill with `writeoffs reverse`")


@writeoffs.command("retry", help="Send a WRITE_OFF of the list again.")
@ID
@STAFF
@with_appcontext
def retry(write_off: UUID, staff: str) -> None:
    """With the next round, within seconds; where the agency fetches, it finds it there."""
    state = _try(lambda uow, all_: all_.retry(uow, write_off, staff=staff))
    click.echo(state.value)


@writeoffs.command("settle", help="Say what the agency has told you of a refused WRITE_OFF.")
@ID
@click.option("--booked", is_flag=True, help="The agency has booked it by hand.")
@click.option("--dropped", is_flag=True, help="It will never be booked; nor are its reversals sent.")
@STAFF
@with_appcontext
def settle(write_off: UUID, booked: bool, dropped: bool, staff: str) -> None:
    """The end of it."""
    if booked == dropped:
        raise click.UsageError("either --booked or --dropped")
    state = _try(lambda uow, all_: all_.settle(uow, write_off, booked=booked, staff=staff))
    click.echo(state.value)


@writeoffs.command("reverse", help="Say that AMOUNT NT$ of a REFUND were of the bill NUMBER; its agency is told.")
@click.argument("refund", type=click.UUID)
@click.argument("number")
@click.argument("amount", type=int)
@STAFF
@with_appcontext
def reverse(refund: UUID, number: str, amount: int, staff: str) -> None:
    """For a refund in part of an order of several bills."""
    _try(lambda uow, _: making.take_back_of(uow, refund, number, amount, staff=staff))
    click.echo("the agency will be told")


def _try(step: Callable[[Any, Any], Any]) -> Any:
    """One step in one transaction; what the rules forbid is one line."""
    house = current_app.extensions["house"]
    try:
        with house.unit() as uow:
            return step(uow, house.write_offs)
    except WriteOffNotFoundError:
        raise click.ClickException("no such write-off") from None
    except (WriteOffRuleError, ReversalError) as error:
        raise click.ClickException(str(error)) from None
