"""`flask --app app richmenu`: the menus under the chat."""

import click
from flask import current_app
from flask.cli import with_appcontext

from domain.errors import OutsideError

richmenu = click.Group("richmenu", help="Rich menus (圖文選單), by config/richmenu.toml.")


@richmenu.command(
    "deploy", help="Draw the menus and put them into LINE. Changes only what differs; run it again freely."
)
@with_appcontext
def deploy() -> None:
    """One line that tells what was done."""
    house = current_app.extensions["house"]
    with house.rich_menus() as line:
        try:
            done = line.deploy(house.drawn_menus(), lambda: house.menus.follow(house.unit))
        except OutsideError as error:
            raise click.ClickException(f"{error.cause}; nothing is half-way, run it again") from None
    if not (done.created or done.switched or done.deleted):
        click.echo("everything is in place")
        return
    click.echo(f"created {len(done.created)}, switched {len(done.switched)}, deleted {done.deleted}")
