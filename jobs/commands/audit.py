"""`flask --app app audit`: the sealed chain of audit rows (稽核軌跡)."""

import click
from flask import current_app
from flask.cli import with_appcontext

from services.sealing import HEADS, check, head, published

audit = click.Group("audit", help="The audit chain (稽核軌跡).")


@audit.command("verify", help="Check the audit chain, and that every published head is still in it.")
@with_appcontext
def verify() -> None:
    """Exit 1 with one line when something was removed, changed or cut off."""
    house = current_app.extensions["house"]
    file = house.settings.parkline_var / HEADS
    heads = published(file)
    with house.unit() as uow:
        checked = check(uow, heads)
    if checked.wrong:
        raise click.ClickException(checked.wrong)
    click.echo(
        f"{checked.sealed:,} rows hold, {checked.unsealed:,} not sealed yet, {len(heads):,} published heads found"
    )
    click.echo(f"head {checked.head}")


@audit.command("head", help="The newest link, to keep somewhere else.")
@with_appcontext
def show_head() -> None:
    """Its place and its hash."""
    with current_app.extensions["house"].unit() as uow:
        click.echo(str(head(uow)))
