"""`flask --app app agencies`: agencies (機關) that take part by program, their keys, and where their write-offs go."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import click
from flask import current_app
from flask.cli import with_appcontext

from domain.clock import TAIPEI
from domain.staff import StaffRuleError
from services.agencyapi import keys

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


@agencies.command("persons", help="Ask CODE at URL which bills are a person's, by 身分證字號 and birthday.")
@click.argument("code")
@click.argument("url", required=False)
@click.option("--drop", is_flag=True, help="It is asked no longer.")
@STAFF
@with_appcontext
def persons(code: str, url: str | None, drop: bool, staff: str) -> None:
    """Signed with the secret of its webhook."""
    if (url is None) != drop:
        raise click.UsageError("either URL or --drop")
    _try(lambda uow, all_: all_.set_person_url(uow, code, url, staff=staff))
    click.echo("done")


@agencies.command("key", help="Make a key of the API for CODE; printed this once.")
@click.argument("code")
@click.option("--scope", "scopes", multiple=True, required=True, help="What it may do; passes:LOT for gates of a lot.")
@click.option("--days", type=int, help="It ends after so many days.")
@STAFF
@with_appcontext
def key(code: str, scopes: tuple[str, ...], days: int | None, staff: str) -> None:
    """It is printed nowhere else."""
    click.echo(_try(lambda uow, _: keys.make(uow, code, scopes, staff=staff, days=days)))


@agencies.command("keys", help="The keys of CODE; never the keys themselves.")
@click.argument("code")
@with_appcontext
def list_keys(code: str) -> None:
    """One line each, the newest first."""
    for one in _try(lambda uow, _: keys.of(uow, code)):
        ends = f"  ends {_when(one.ends_at)}" if one.ends_at else ""
        used = f"  used {one.used_on}" if one.used_on else "  never used"
        click.echo(f"{one.id}  {' '.join(one.scopes)}  made {_when(one.made_at)} by {one.made_by}{ends}{used}")


@agencies.command("replace-key", help="Make a key with the scopes of KEY, printed this once; KEY ends after --days.")
@click.argument("key_id", metavar="KEY", type=click.UUID)
@click.option("--days", type=int, default=keys.GRACE, show_default=True, help="How long both may be used.")
@STAFF
@with_appcontext
def replace_key(key_id: UUID, days: int, staff: str) -> None:
    """The agency has so long to use the new one."""
    click.echo(_try(lambda uow, _: keys.replace(uow, key_id, staff=staff, grace=days)))


@agencies.command("end-key", help="From now on KEY opens nothing.")
@click.argument("key_id", metavar="KEY", type=click.UUID)
@STAFF
@with_appcontext
def end_key(key_id: UUID, staff: str) -> None:
    """At once."""
    _try(lambda uow, _: keys.end(uow, key_id, staff=staff))
    click.echo("ended")


def _when(moment: datetime) -> str:
    return moment.astimezone(TAIPEI).isoformat(timespec="minutes")


def _try(step: Callable[[Any, Any], Any]) -> Any:
    """One step in one transaction; what the rules forbid is one line."""
    house = current_app.extensions["house"]
    try:
        with house.unit() as uow:
            return step(uow, house.agencies)
    except StaffRuleError as error:
        raise click.ClickException(str(error)) from None
