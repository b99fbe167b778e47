"""`flask --app app flood`: 防汛通知, sent in under a minute by one person."""

from datetime import datetime, timedelta

import click
from flask import current_app
from flask.cli import with_appcontext

from domain.clock import TAIPEI
from domain.dates import clock_time
from domain.floods import TITLES, Flood, Template
from jobs.commands.campaigns import ID_LETTERS, STAFF, tell_preview
from services import campaign_figures

flood = click.Group("flood", help="Flood notices (防汛通知): at once, at any hour, ahead of everything else.")
AREA = click.option(
    "--area", "areas", multiple=True, help="Key of config/vehicles.toml; may be repeated. Default: all."
)
AT = click.option("--at", help="From when it holds, HH:MM in Taiwan: the next such moment. Default: now.")
PLACE = click.option("--place", default="", help="Where exactly, e.g. 華中河濱公園.")
YES = click.option("--yes", is_flag=True, help="Do not ask.")
TYPES = click.Choice([template.value for template in TITLES])


@flood.command("preview", help="How many a notice would reach.")
@click.argument("template", type=TYPES)
@AREA
@AT
@PLACE
@with_appcontext
def preview(template: str, areas: tuple[str, ...], at: str | None, place: str) -> None:
    """Changes nothing."""
    made = current_app.extensions["house"]
    what = _flood(template, areas, at, place)
    with made.unit() as uow:
        tell_preview(made.campaigns.preview(uow, what))
        uow.rollback()


@flood.command(
    "send", help="Tell that the lots let cars only out (exit_only), are closed, tow, or that lines are open."
)
@click.argument("template", type=TYPES)
@AREA
@AT
@PLACE
@STAFF
@YES
@with_appcontext
def send(template: str, areas: tuple[str, ...], at: str | None, place: str, staff: str, yes: bool) -> None:
    """Shows the words and the number of people, then asks."""
    _tell(_flood(template, areas, at, place), staff, yes)


@flood.command("list", help="Notices that are not over.")
@with_appcontext
def list_() -> None:
    """One line each."""
    made = current_app.extensions["house"]
    with made.unit() as uow:
        for row, what in made.campaigns.open_floods(uow):
            where = f"{','.join(what.areas)} {what.place}".strip()
            click.echo(
                f"{str(row.id)[:ID_LETTERS]}  {row.made_at.astimezone(TAIPEI):%Y-%m-%d %H:%M}  {what.template}  {where}"
            )


@flood.command("close", help="Tell those who were told that it is over (恢復). ID: its beginning, from flood list.")
@click.argument("id_")
@AT
@STAFF
@YES
@with_appcontext
def close(id_: str, at: str | None, staff: str, yes: bool) -> None:
    """As send."""
    made = current_app.extensions["house"]
    try:
        with made.unit() as uow:
            row = campaign_figures.find(uow, id_)
            what = made.campaigns.end_of(uow, row.id, _moment(at))
            ends = row.id
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    _tell(what, staff, yes, ends)


def _tell(what: Flood, staff: str, yes: bool, ends: object = None) -> None:
    made = current_app.extensions["house"]
    click.echo(made.campaigns.words(what))
    if not yes:
        with made.unit() as uow:
            tell_preview(made.campaigns.preview(uow, what, ends))
            uow.rollback()
        click.confirm("Send it?", abort=True)
    try:
        with made.unit() as uow:
            campaign_id, told = made.campaigns.start_flood(uow, what, staff=staff, ends=ends)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    tell_preview(told)
    click.echo(f"begun: {campaign_id}")


def _flood(template: str, areas: tuple[str, ...], at: str | None, place: str) -> Flood:
    every = current_app.extensions["house"].campaigns.areas
    if unknown := set(areas) - set(every):
        raise click.ClickException(f"no area {', '.join(sorted(unknown))}: one of {', '.join(every)}")
    chosen = tuple(area for area in every if area in areas) or tuple(every)
    try:
        return Flood(Template(template), chosen, _moment(at), place.strip())
    except ValueError as error:
        raise click.ClickException(str(error)) from None


def _moment(at: str | None) -> datetime:
    """The next moment with this time of day in Taiwan; None: now, to the minute."""
    now = current_app.extensions["house"].clock.now().astimezone(TAIPEI).replace(second=0, microsecond=0)
    if at is None:
        return now
    try:
        time = datetime.strptime(at, "%H:%M").time()  # noqa: DTZ007 - its zone is put on below
    except ValueError:
        raise click.ClickException(f"--at {at} is no time of day, e.g. {clock_time(now)}") from None
    moment = datetime.combine(now.date(), time, TAIPEI)
    return moment if moment >= now else moment + timedelta(days=1)
