"""`flask --app app passes freeze|announce|draw|publish|promote …`: each step of a draw; what is refused is noted."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from domain.draw.coding import time_text
from domain.draw.witness import parse_transcript
from domain.errors import OutsideError
from jobs.commands.passes import house, passes, said_plainly, staff_option, unit
from services.draws import files
from services.draws.waiting import promoted_by

FILES = (files.ANNOUNCE, files.LIST, files.REMOVED, files.TRANSCRIPT, files.RESULT)


@passes.command("freeze", help="Fix the list after closing.")
@click.argument("draw_id")
@staff_option
@with_appcontext
def freeze(draw_id: str, staff: str) -> None:
    """Says how many entries are on it."""
    with said_plainly():
        click.echo(f"{house().desk.freeze(draw_id, actor=staff):,} entries on the list")


@passes.command("announce", help="Publish list and announcement, ten minutes before the draw at the latest.")
@click.argument("draw_id")
@staff_option
@with_appcontext
def announce(draw_id: str, staff: str) -> None:
    """Prints the hash that goes to everybody."""
    with said_plainly():
        made = house().desk.announce(draw_id, actor=staff)
    click.echo(f"announce_sha256 {made.sha256}")
    click.echo(f"beacon_round {made.beacon_round} at {time_text(made.draw_at)}")


@passes.command("postpone", help="The announcement was missed: the draw moves to the next working day.")
@click.argument("draw_id")
@staff_option
@with_appcontext
def postpone(draw_id: str, staff: str) -> None:
    """Prints the new time."""
    with said_plainly():
        click.echo(house().desk.postpone(draw_id, actor=staff).isoformat())


@passes.command("draw", help="Draw, once. Pressed late it gives the same result.")
@click.argument("draw_id")
@click.option("--transcript", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Of the witnesses.")
@staff_option
@with_appcontext
def draw(draw_id: str, transcript: Path | None, staff: str) -> None:
    """Prints the result's hash and how late it was pressed."""
    with said_plainly():
        read = parse_transcript(transcript.read_bytes()) if transcript else None
        try:
            drawn = house().desk.draw(draw_id, actor=staff, transcript=read)
        except OutsideError as error:
            raise click.ClickException(
                f"no relay gives the announced beacon round yet ({error.cause}): wait and press again"
            ) from None
    click.echo(f"result_sha256 {drawn.result.sha256}")
    click.echo(f"{int(drawn.late.total_seconds())} s after the draw time; the result does not depend on it")


@passes.command("publish", help="Put the result under /draws/ after the announced verifier agreed.")
@click.argument("draw_id")
@staff_option
@with_appcontext
def publish(draw_id: str, staff: str) -> None:
    """A rehearsal is refused."""
    with said_plainly():
        house().desk.publish(draw_id, actor=staff)


@passes.command("promote", help="遞補: vacate what is overdue, offer what is free, up to 備取 number --up-to.")
@click.argument("draw_id")
@click.option("--up-to", type=click.IntRange(min=1))
@staff_option
@with_appcontext
def promote(draw_id: str, up_to: int | None, staff: str) -> None:
    """Prints whom the protocol names."""
    with said_plainly():
        vacated, offers = house().desk.promote(draw_id, actor=staff, up_to=up_to)
    click.echo(f"{vacated} vacated, {len(offers)} offered")
    for offer in offers:
        click.echo(f"{offer.label}  pay by {offer.pay_by.isoformat()}")
    if up_to and not (offers and offers[-1].no == up_to):
        click.echo("fewer than asked for: there are never more offers than free places of the pool")


@passes.command("outcome", help="Places and promotions of a drawn round: numbers only, no personal data.")
@click.argument("draw_id")
@with_appcontext
def outcome(draw_id: str) -> None:
    """The places, then the public log."""
    with unit() as uow:
        for seat in house().promoting.seats(uow, draw_id):
            click.echo(f"{seat.no}  {seat.place}  {seat.state}  {seat.whose}")
        for row in house().promoting.log(uow, draw_id):
            promoted = f"B{row.promoted}" if row.promoted else promoted_by(row)
            click.echo(f"{row.at.isoformat(timespec='seconds')}  {row.vacated}  {row.reason}  {promoted}")


@passes.command("files", help="Write the files of a draw, rehearsals too, and its verifier into FOLDER.")
@click.argument("draw_id")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@with_appcontext
def save_files(draw_id: str, folder: Path) -> None:
    """Prints the command that checks them."""
    folder.mkdir(parents=True, exist_ok=True)
    with unit() as uow:
        kept = {name: data for name in FILES if (data := files.content(uow, draw_id, name)) is not None}
        script = files.bound_verifier(uow, draw_id)
    for name, data in kept.items():
        (folder / name).write_bytes(data)
    if script is not None:
        (folder / "verify_draw.py").write_bytes(script)
    if files.RESULT in kept:
        click.echo(f"cd {folder} && python verify_draw.py verify announce.txt list.tsv result.tsv")
