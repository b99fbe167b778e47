"""`flask --app app passes openings …`: a draw's openings for auditors (§2.12), under two persons, and opened again."""

from pathlib import Path
from uuid import UUID

import click
from flask.cli import with_appcontext

from infra import age
from jobs.commands.passes import house, passes, staff_option, unit
from services.draws.openings import KIND
from services.staff import approvals

SOME_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@passes.group("openings")
def openings() -> None:
    """Openings (開啟檔) of a frozen draw: asked for by one, approved by another, sealed for the asker's age key."""


@openings.command("ask", help="Ask for a draw's openings; prints the approval's id and, once, the key that opens them.")
@click.argument("draw_id")
@click.option("--reason", required=True)
@click.option("--key", default="", help="An age public key (age1…) of one's own; else a pair is made.")
@staff_option
@with_appcontext
def ask(draw_id: str, reason: str, key: str, staff: str) -> None:
    """The secret is kept nowhere."""
    with unit() as uow:
        asked = house().openings.ask(uow, draw_id, reason=reason, actor=staff, public=key)
    click.echo(f"approval {asked.approval_id}")
    if asked.secret:
        click.echo(asked.secret)


@openings.command("approve", help="Approve what another has asked for.")
@click.argument("approval", type=click.UUID)
@staff_option
@with_appcontext
def approve(approval: UUID, staff: str) -> None:
    """Good for one file."""
    with unit() as uow:
        approvals.decide(uow, approval, KIND, approve=True, actor=staff)


@openings.command("take", help="Write the sealed openings into the new file FILE, once for each approval.")
@click.argument("approval", type=click.UUID)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@staff_option
@with_appcontext
def take(approval: UUID, file: Path, staff: str) -> None:
    """Prints the hash of what is in it. Where the file cannot be written, the approval is not used up."""
    with unit() as uow:
        taken = house().openings.take(uow, approval, actor=staff)
        _write_new(file, taken.sealed)
    click.echo(f"openings_sha256 {taken.sha256}")


@openings.command("open", help="Open SEALED with the key in KEYFILE into the new file FILE, as `age --decrypt` does.")
@click.argument("sealed", type=SOME_FILE)
@click.argument("keyfile", type=SOME_FILE)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def open_(sealed: Path, keyfile: Path, file: Path) -> None:
    """FILE holds personal data: delete it after the audit."""
    key = next((line for line in keyfile.read_text().splitlines() if line and not line.startswith("#")), "")
    try:
        plain = age.opened(sealed.read_bytes(), key)
    except age.AgeError as error:
        raise click.ClickException(str(error)) from None
    _write_new(file, plain)


def _write_new(file: Path, data: bytes) -> None:
    """For its owner's eyes only."""
    try:
        file.touch(0o600, exist_ok=False)
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from None
    file.write_bytes(data)
