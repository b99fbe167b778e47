"""`flask --app app passes witness …`: drawing with witnesses (§2.13), from the commits to the transcript.

Each witness says a value and a salt in secret before the list is read out; all commits are shown, then all reveals,
then the dice. Nothing here keeps a secret: it computes, and checks what will be public.
"""

import secrets
from pathlib import Path

import click
from flask.cli import with_appcontext

from domain.draw.announcement import Announcement, parse_announcement
from domain.draw.coding import HASH_BYTES, DrawFileError
from domain.draw.witness import LEAST_DICE, LEAST_WITNESSES, Reveal, Transcript
from jobs.commands.passes import passes, said_plainly, unit
from services.draws import files


@passes.group("witness")
def witness() -> None:
    """Witnesses (見證人): the order of things.

    \b
    1. announce the round (its source is witness or drand+witness)
    2. each witness, before the list is read out, on a machine of their own:
       witness commit DRAW_ID 政風 "a secret sentence"     keeps value and salt, shows the commit
    3. all commits on the screen, then all reveals, then at least 50 dice
    4. witness transcript DRAW_ID FILE --commit … --reveal … --dice …
    5. draw DRAW_ID --transcript FILE
    A witness who does not come or reveals something else is struck out before the dice: a substitute commits, and all
    reveal again.
    """


@witness.command("commit", help="The commit of WHO (ASCII, no colon) for VALUE; makes a salt unless one is given.")
@click.argument("draw_id")
@click.argument("who")
@click.argument("value")
@click.option("--salt", help=f"{HASH_BYTES} bytes in hex, of the witness's own making.")
@with_appcontext
def commit(draw_id: str, who: str, value: str, salt: str | None) -> None:
    """Prints the commit to show, and the reveal to keep secret until all commits are shown."""
    with said_plainly():
        reveal = _reveal(f"{who}:{value}:{salt or secrets.token_hex(HASH_BYTES)}")
        click.echo(f"commit {who}:{reveal.commit(_announced(draw_id))}")
        click.echo(f"secret --reveal {who}:{value}:{reveal.salt.hex()}")


@witness.command("transcript", help="Write FILE from what was shown; refused unless every reveal opens its commit.")
@click.argument("draw_id")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--commit", "commits", multiple=True, required=True, help="who:hex, in the order shown.")
@click.option("--reveal", "reveals", multiple=True, required=True, help="who:value:salt in hex, in the order shown.")
@click.option("--dice", required=True, help=f"At least {LEAST_DICE} digits 1 to 6, as they were read.")
@with_appcontext
def transcript(draw_id: str, file: Path, commits: tuple[str, ...], reveals: tuple[str, ...], dice: str) -> None:
    """Says its hash, which result.tsv will name."""
    with said_plainly():
        announced = _announced(draw_id)
        shown = [(who, hex_) for who, _, hex_ in (one.partition(":") for one in commits)]
        opened = [_reveal(one) for one in reveals]
        made = Transcript(draw_id, announced.sha256, shown, opened, "".join(dice.split()))
        try:
            made.check(announced)
        except DrawFileError as error:
            raise click.ClickException(f"{error} ({LEAST_WITNESSES} witnesses, {LEAST_DICE} dice)") from None
    file.write_bytes(made.file)
    click.echo(f"transcript_sha256 {made.sha256}")


def _announced(draw_id: str) -> Announcement:
    with unit() as uow:
        return parse_announcement(files.require(uow, draw_id, files.ANNOUNCE))


def _reveal(text: str) -> Reveal:
    who, _, rest = text.partition(":")
    value, _, salt = rest.rpartition(":")
    try:
        opened = bytes.fromhex(salt)
    except ValueError:
        opened = b""
    if not (who and who.isascii() and who.isprintable()) or len(opened) != HASH_BYTES:
        raise click.ClickException(f"not who:value:salt, who in ASCII and salt {HASH_BYTES} bytes in hex")
    return Reveal(who, value.encode(), opened)
