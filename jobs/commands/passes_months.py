"""`flask --app app passes quotas|quotas-copy|list`: the 張數 of a month over all lots, and the list of one round."""

from collections import Counter

import click
from flask.cli import with_appcontext

from domain.draw.listing import parse_list, parse_removed
from jobs.commands.passes import house, passes, staff_option, unit
from services.draws import files


@passes.command("quotas", help="開放車位數 of MONTH of use over all lots: steps, 備取, 登記限制, phase, live entries.")
@click.argument("month")
@with_appcontext
def quotas(month: str) -> None:
    """One line each; what is sold and not planned yet says so. `places` sets one, `plan` plans one."""
    with unit() as uow:
        for row in house().months.overview(uow, month):
            what = f"{row.lot}  {row.kind}  {row.pass_type}"
            if row.draw_id:
                waitlist = "all" if row.waitlist is None else row.waitlist
                click.echo(f"{what}  {row.steps}  {waitlist}  {row.limit}  {row.phase}  {row.entries} entries")
            else:
                click.echo(f"{what}  not planned")


@passes.command("quotas-copy", help="複製上月: plan what is missing in MONTH with the 張數 of the month before.")
@click.argument("month")
@staff_option
@with_appcontext
def quotas_copy(month: str, staff: str) -> None:
    """At the default times. Says how many."""
    with unit() as uow:
        click.echo(f"{house().months.copy(uow, month, None, staff=staff)} rounds planned")


@passes.command("list", help="The frozen list of a round: how many are on it, who was removed for what, its hash.")
@click.argument("draw_id")
@with_appcontext
def show_list(draw_id: str) -> None:
    """Numbers and hashes only; `files` writes the files themselves."""
    with unit() as uow:
        listed = parse_list(files.require(uow, draw_id, files.LIST))
        _, removed = parse_removed(files.require(uow, draw_id, files.REMOVED))
    click.echo(f"{len(listed.rows)} on the list")
    for reason, count in sorted(Counter(str(row.reason) for row in removed).items()):
        click.echo(f"{count} {reason}")
    click.echo(f"list_sha256 {listed.sha256}")
    click.echo(f"merkle_root {listed.merkle_root}")
