"""`flask --app app agencies`: agencies (機關) that take part by program, and where their write-offs go."""

from collections.abc import Callable
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from services.agencies import AgencyRuleError

agencies = click.Group("agencies", help="Agencies (機關): added, and told where their write-offs go.")
STAFF = click.option("--staff", required=True, help="Id of the staff member; kept in the audit.")


@agencies.command("list", help="Every agency, and how it hears of write-offs.")
@with_appcontext
def list_() -> None:
    """One line each."""
    house = current_app.extensions["house"]
    with house.unit() as uow:
        for one in house.agencies.all(uow):
            away = f"  does not answer ({one.silent_rounds} rounds)" if one.silent_rounds else ""
            two = "  two secrets sign" if one.replacing else ""
            click.echo(f"{one.code}  {one.name}  {one.webhook_url or 'fetches'}{two}{away}")


@agencies.command("add", help="Add an agency under the CODE that its bills have.")
@click.argument("code")
@click.argument("name")
@STAFF
@with_appcontext
def add(code: str, name: str, staff: str) -> None:
    """It fetches its write-offs until it has a webhook."""
    _try(lambda uow, all_: all_.add(uow, code, name, staff=staff))
    click.echo("added")


@agencies.command("webhook", help="Have the write-offs of CODE sent to URL, or say what else becomes of its webhook.")
@click.argument("code")
@click.argument("url", required=False)
@click.option("--replace-secret", "deed", flag_value="replace_secret", help="A new secret; the old one signs as well.")
@click.option("--drop-old-secret", "deed", flag_value="drop_old_secret", help="Only the new secret signs.")
@click.option("--drop", "deed", flag_value="drop_webhook", help="The agency fetches from now on.")
@STAFF
@with_appcontext
def webhook(code: str, url: str | None, deed: str | None, staff: str) -> None:
    """A new secret is printed once and cannot be shown again."""
    if (url is None) == (deed is None):
        raise click.UsageError("either URL, --replace-secret, --drop-old-secret or --drop")
    if deed is None:
        secret = _try(lambda uow, all_: all_.set_webhook(uow, code, url, staff=staff))
    else:
        secret = _try(lambda uow, all_: getattr(all_, deed)(uow, code, staff=staff))
    click.echo(secret or "done")


def _try(step: Callable[[Any, Any], Any]) -> Any:
    """One step in one transaction; what the rules forbid is one line."""
    house = current_app.extensions["house"]
    try:
        with house.unit() as uow:
            return step(uow, house.agencies)
    except AgencyRuleError as error:
        raise click.ClickException(str(error)) from None
