"""`flask --app app keys rotate`: personal data under the newest key."""

import click
from flask import current_app
from flask.cli import with_appcontext

from infra.crypto import UnreadableError
from services.rotation import Rotation

keys = click.Group("keys", help="Keys of personal data (DATA_KEYS).")


@keys.command("rotate", help="Encrypt personal data anew under the first of DATA_KEYS. Safe to repeat.")
@with_appcontext
def rotate() -> None:
    """Prints how much was done. Web and worker must have been restarted with the new key before."""
    house = current_app.extensions["house"]
    try:
        done = Rotation(house.unit, house.cipher).run()
    except UnreadableError:
        raise click.ClickException(
            "something is encrypted under a key that DATA_KEYS does not have; nothing was lost, add that key"
        ) from None
    click.echo(f"{done:,} tokens encrypted anew. Every key of DATA_KEYS but the first may now be dropped.")
