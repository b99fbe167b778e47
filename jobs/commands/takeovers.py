"""`flask --app app takeovers`: numbers that two citizens have verified, for staff who have seen proof."""

from uuid import UUID

import click
from flask import current_app
from flask.cli import with_appcontext

from domain.clock import TAIPEI

takeovers = click.Group("takeovers", help="Numbers (手機號碼) that two citizens have verified.")


@takeovers.command("list", help="Those not decided yet: id, asked, decided by silence at. No personal data.")
@with_appcontext
def list_() -> None:
    """One line each, times in Taiwan."""
    house = current_app.extensions["house"]
    with house.unit() as uow:
        for row in house.takeovers.waiting(uow):
            asked, due = (
                moment.astimezone(TAIPEI).isoformat(timespec="minutes") for moment in (row.asked_at, row.due_at)
            )
            click.echo(f"{row.id}  asked {asked}  due {due}")


@takeovers.command("grant", help="Give the number to who verified it last. STAFF is kept in the audit.")
@click.argument("takeover_id", type=click.UUID)
@click.option("--staff", required=True, help="Id of the staff member who decides.")
@with_appcontext
def grant(takeover_id: UUID, staff: str) -> None:
    """Both are told in LINE."""
    house = current_app.extensions["house"]
    with house.unit() as uow:
        granted = house.takeovers.grant_by_staff(uow, takeover_id, staff)
    if not granted:
        raise click.ClickException("no such takeover is waiting")
    click.echo("granted")
