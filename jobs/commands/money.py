"""`flask --app app money`: files of those who took money for us."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID

import click
from flask import current_app
from flask.cli import with_appcontext

from domain.clock import TAIPEI
from domain.moneycsv import HeaderError, Malformed, Taken, read
from domain.staff import StaffRuleError
from services import audit
from services.reconciliation import compare
from services.staff import approvals
from services.stopped import KIND
from services.storemoney import Outcome

money = click.Group("money", help="Store collection files and settlement files (代收檔、對帳檔); docs/operating.md.")
LOOK_INTO = (Outcome.BUSY, Outcome.NOT_OURS, Outcome.DIFFERS)  # not booked: staff look, or come again
STAFF = click.option("--staff", required=True, help="Id of the staff member; kept in the audit.")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@money.command("collect", help="Book a store collection file. Safe to repeat.")
@click.argument("file", type=FILE)
@with_appcontext
def collect(file: Path) -> None:
    """Each row in a transaction of its own; what is not booked is told by line. Exit 1 when staff must look."""
    house = current_app.extensions["house"]
    counts: Counter[str] = Counter()
    for row in _rows(file, counts):
        with house.unit() as uow:
            outcome = house.store_money.take(uow, row)
        counts[outcome.value] += 1
        if outcome in LOOK_INTO:
            click.echo(f"line {row.line}: {outcome.value}", err=True)
    click.echo(", ".join(f"{counts[outcome.value]:,} {outcome.value}" for outcome in Outcome))
    if counts["malformed"] or any(counts[outcome.value] for outcome in LOOK_INTO):
        raise SystemExit(1)


@money.command("stopped", help="Orders that stand still because another sum was taken than ours; staff look into them.")
@with_appcontext
def stopped() -> None:
    """One line each: attempt, our sum, provider, trade number, since; then what waits for another person."""
    house = current_app.extensions["house"]
    with house.unit() as uow:
        for one in house.stopped.listed(uow):
            since = one.since.astimezone(TAIPEI).isoformat(timespec="minutes")
            click.echo(f"{one.attempt_id}  NT${one.amount}  {one.provider}  {one.trade_number}  {since}")
        for asked in approvals.waiting(uow, [KIND]):
            click.echo(f"approval {asked.id} of {asked.detail['attempt']}  asked by {asked.asked_by}: {asked.reason}")


@money.command(
    "release", help="Let a stopped ATTEMPT go: its bills can be paid again, what was taken is to be refunded."
)
@click.argument("attempt_id", type=click.UUID)
@click.option("--reason", required=True, help="Why, in staff's words; nothing personal.")
@STAFF
@with_appcontext
def release(attempt_id: UUID, reason: str, staff: str) -> None:
    """The provider is asked again for the sum. Above the limit of refunds another person must approve."""
    house = current_app.extensions["house"]
    with _ruled(), house.unit() as uow:
        released = house.stopped.release(uow, attempt_id, reason=reason, staff=staff)
    click.echo("released" if released else "waits for another person: /staff/stopped, or `money approve-release`")


@money.command("approve-release", help="Approve what another has asked for: the APPROVAL of a stopped order.")
@click.argument("approval_id", type=click.UUID)
@STAFF
@with_appcontext
def approve_release(approval_id: UUID, staff: str) -> None:
    """It is released at once. Its id is listed by `money stopped`."""
    house = current_app.extensions["house"]
    with _ruled(), house.unit() as uow:
        house.stopped.decide(uow, approval_id, approve=True, staff=staff)
    click.echo("released")


@money.command("reconcile", help="Compare a PROVIDER's settlement FILE of one day with our books.")
@click.argument("provider")
@click.argument("file", type=FILE)
@click.option("--day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day in Taiwan.")
@with_appcontext
def reconcile(provider: str, file: Path, day: datetime) -> None:
    """Both sums, then each difference. Exit 1 when there is one."""
    house = current_app.extensions["house"]
    counts: Counter[str] = Counter()
    rows = list(_rows(file, counts))
    with house.unit() as uow:
        compared = compare(uow, provider, day.date(), rows, actor=audit.SYSTEM)
    for one in compared.differences:
        ours, theirs = (f"NT${amount}" if amount is not None else "missing" for amount in (one.ours, one.theirs))
        click.echo(f"{one.reference}  {one.trade_number}  ours {ours}  theirs {theirs}", err=True)
    sums = f"ours NT${compared.ours:,}, theirs NT${compared.theirs:,}"
    click.echo(f"{sums}, {compared.agreed:,} agree, {len(compared.differences):,} differ")
    if counts["malformed"] or not compared.agrees:
        raise SystemExit(1)


@contextmanager
def _ruled() -> Iterator[None]:
    """What the rules forbid is one line."""
    try:
        yield
    except StaffRuleError as error:
        raise click.ClickException(str(error)) from None


def _rows(file: Path, counts: Counter[str]) -> list[Taken]:
    """The rows that can be read; the others are told by line."""
    taken = []
    try:
        with file.open(encoding="utf-8", newline="") as source:
            for row in read(source):
                if isinstance(row, Malformed):
                    counts["malformed"] += 1
                    click.echo(f"line {row.line}: {row.column} cannot be read", err=True)
                else:
                    taken.append(row)
    except (HeaderError, UnicodeDecodeError) as error:
        reason = str(error) if isinstance(error, HeaderError) else "not UTF-8"
        raise click.ClickException(f"{file.name}: {reason}") from None
    return taken
