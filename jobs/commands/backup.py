"""`flask --app app backup FILE` and `restore FILE`: the whole database."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from infra import migrations
from infra.backup import BackupError
from infra.backup import backup as write
from infra.backup import restore as read
from services import sealing

FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.command("backup", help="Write the whole database to FILE, a new one; everything may go on meanwhile.")
@FILE
@with_appcontext
def backup(file: Path) -> None:
    """One line with its size."""
    try:
        size = write(current_app.extensions["house"].urls.database, file)
    except (BackupError, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{file.name}: {size:,} bytes. DATA_KEYS are not in it: keep them apart.")


@click.command("restore", help="Read FILE into the empty database that DATABASE_URL names; stop web and worker first.")
@FILE
@with_appcontext
def restore(file: Path) -> None:
    """Tells the schema that came back, and whether the audit chain holds."""
    house = current_app.extensions["house"]
    try:
        read(house.urls.database, file)
    except (BackupError, OSError) as error:
        raise click.ClickException(str(error)) from None
    with house.unit() as uow:
        revision = migrations.current(uow.connection)
        checked = sealing.check(uow)
    click.echo(f"restored, schema {revision}")
    if revision and migrations.is_behind(revision):
        click.echo("it is older than this release: run `flask --app app migrate`")
    if checked.wrong:
        raise click.ClickException(f"audit chain: {checked.wrong}")
