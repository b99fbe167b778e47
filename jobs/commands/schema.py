"""`flask --app app migrate`: bring the database to this release's schema."""

import click
from flask import current_app
from flask.cli import with_appcontext

from infra import migrations


@click.command("migrate", help="Bring the database to the schema of this release.")
@with_appcontext
def migrate() -> None:
    """Run every revision not yet run, then say where the schema is."""
    migrations.upgrade(current_app.extensions["house"].urls.database)
    click.echo(f"The schema is at {migrations.head()}.")
