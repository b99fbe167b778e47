"""`flask --app app bills import FILE.csv`: an agency's bills into the ledger."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from infra.database import UnitOfWorkFactory
from services.ledger_import import FileError, Imported, import_csv

bills = click.Group("bills", help="Bills of our own ledger (自有帳單).")


@bills.command("import", help="Take an agency's CSV in. Safe to repeat; docs/importing-bills.md has the columns.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def import_(file: Path) -> None:
    """Prints refused rows as they are found, then the counts."""
    try:
        done = import_file(current_app.extensions["house"].unit, file)
    except FileError as error:
        raise click.ClickException(f"{file.name}: {error}") from None
    click.echo(
        f"{done.taken:,} taken, {done.changed:,} changed, {done.unchanged:,} unchanged, {done.refused:,} refused"
    )


def import_file(units: UnitOfWorkFactory, file: Path) -> Imported:
    """Import one file in one transaction, with a progress bar on a terminal. Raises FileError."""
    with (
        file.open("rb") as source,
        click.progressbar(length=file.stat().st_size, label=file.name) as bar,
        units() as uow,
    ):

        def refused(line: int, reason: str) -> None:
            click.echo(f"line {line}: {reason}", err=True)

        return import_csv(uow, source, refused=refused, progress=lambda seen: bar.update(seen - bar.pos))
