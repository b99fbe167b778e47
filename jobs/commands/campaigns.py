"""`flask --app app campaign`: announcements to many, and what became of all that was told to many."""

from collections.abc import Mapping

import click
from flask import current_app
from flask.cli import with_appcontext

from domain.campaigns import Figures, NotEnoughQuotaError, Preview, Quota, ToldLatelyError
from domain.clock import TAIPEI
from domain.errors import OutsideError
from infra.database import UnitOfWork
from models.campaign import Campaign
from services import audiences, campaign_figures, line_quota
from services.campaigns import News

campaign = click.Group("campaign", help="Announcements (公告) to many, their figures, and LINE's monthly quota.")
STAFF = click.option("--staff", required=True, help="Id of the staff member; kept in the audit.")
TO = click.option("--to", default="all", show_default=True, help="all, passes, reminders, flood, or area:KEY.")
SHOWN = 20
ID_LETTERS = 8


def quota_now() -> Quota:
    """LINE's month. Raises ClickException where LINE does not tell."""
    try:
        read: Quota = current_app.extensions["house"].line_quota.read()
    except OutsideError as error:
        raise click.ClickException(f"LINE does not tell its quota: {error.cause}") from None
    return read


def tell_preview(preview: Preview) -> None:
    """Whom it reaches, and what it costs at most."""
    click.echo(f"{preview.asked} people: {preview.line} by LINE, {preview.sms} by SMS ({preview.sms_parts} parts)")
    click.echo(f"NT$ {preview.cost} at most")


@campaign.command("preview", help="How many the announcement KEY (see `news list`) would reach.")
@click.argument("key")
@TO
@with_appcontext
def preview(key: str, to: str) -> None:
    """Changes nothing."""
    made = current_app.extensions["house"]
    news = _news(key, to)
    with made.unit() as uow:
        tell_preview(made.campaigns.preview(uow, news))
        uow.rollback()


@campaign.command("send", help="Send the announcement KEY (see `news list`).")
@click.argument("key")
@TO
@STAFF
@with_appcontext
def send(key: str, to: str, staff: str) -> None:
    """In each citizen's slot, to whom wants announcements; refused where LINE's month has too little left."""
    made = current_app.extensions["house"]
    news = _news(key, to)
    try:
        with made.unit() as uow:
            campaign_id, told = made.campaigns.start_news(uow, news, staff=staff, quota=quota_now())
    except ToldLatelyError:
        raise click.ClickException("the same was sent to the same people within the hour") from None
    except (NotEnoughQuotaError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    tell_preview(told)
    click.echo(f"begun: {campaign_id}")


@campaign.command("list", help="The newest campaigns, floods among them.")
@with_appcontext
def list_() -> None:
    """One line each."""
    made = current_app.extensions["house"]
    with made.unit() as uow:
        for row in campaign_figures.newest(uow, SHOWN):
            counted = campaign_figures.figures(uow, row, made.campaigns.rules)
            made_at = f"{row.made_at.astimezone(TAIPEI):%Y-%m-%d %H:%M}"
            click.echo(f"{str(row.id)[:ID_LETTERS]}  {made_at}  {row.kind:<5} {row.state:<8} {_in_short(counted)}")


@campaign.command("show", help="What became of the campaign whose ID begins so.")
@click.argument("id_")
@with_appcontext
def show(id_: str) -> None:
    """Sent, delivered as far as known, failed by reason, cost."""
    made = current_app.extensions["house"]
    with made.unit() as uow:
        row = _found(uow, id_)
        for line in lines(row, campaign_figures.figures(uow, row, made.campaigns.rules)):
            click.echo(line)


@campaign.command("stop", help="Send no more of the campaign whose ID begins so.")
@click.argument("id_")
@STAFF
@with_appcontext
def stop(id_: str, staff: str) -> None:
    """What LINE or the gateway has is on its way."""
    made = current_app.extensions["house"]
    with made.unit() as uow:
        made.campaigns.stop(uow, _found(uow, id_).id, staff=staff)
    click.echo("stopped")


@campaign.command("quota", help="What is left of LINE's month, and what announcements may use.")
@with_appcontext
def quota() -> None:
    """Two calls to LINE."""
    made = current_app.extensions["house"]
    rules = made.campaigns.rules
    read = quota_now()
    with made.unit() as uow:
        now = line_quota.with_promises(uow, read)
    if now.limit is None:
        click.echo(f"no limit; {now.used} used, {now.promised} in the outbox")
        return
    click.echo(f"{now.limit} a month; {now.used} used, {now.promised} in the outbox")
    click.echo(f"{now.free(rules.reserve_percent)} free for announcements, {rules.reserve_percent} % are kept back")


def lines(row: Campaign, counted: Figures) -> list[str]:
    """Everything about a campaign."""
    told = [f"{row.id}  {row.kind}  {row.state}  by {row.made_by}", f"people  {counted.people} of {row.planned} asked"]
    told.append(f"LINE  {counted.line_sent} taken, {counted.line_waiting} waiting{_reasons(counted.line_failed)}")
    sms = f"SMS  {counted.sms_sent} taken, {counted.sms_delivered} of them delivered, {counted.sms_waiting} waiting"
    told.append(sms + _reasons(counted.sms_failed))
    told.append(f"cost  NT$ {counted.cost} ({counted.sms_parts} parts of SMS)")
    return told


def _reasons(failed: Mapping[str, int]) -> str:
    return "".join(f", {count} {reason}" for reason, count in sorted(failed.items()))


def _in_short(counted: Figures) -> str:
    failed = sum(counted.line_failed.values()) + sum(counted.sms_failed.values())
    sent = counted.line_sent + counted.sms_sent
    return f"{counted.people} people, {sent} sent, {failed} failed, NT$ {counted.cost}"


def _news(key: str, to: str) -> News:
    made = current_app.extensions["house"]
    try:
        with made.unit() as uow:
            announcement = made.announcements.require(uow, key)
        return News(announcement, audiences.parse(to, tuple(made.campaigns.areas)))
    except ValueError as error:
        raise click.ClickException(str(error)) from None


def _found(uow: UnitOfWork, beginning: str) -> Campaign:
    try:
        return campaign_figures.find(uow, beginning)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
