"""`flask --app app messages`: what LINE did not take, and events that were set aside; sent, or run, again."""

from uuid import UUID

import click
from flask import current_app
from flask.cli import with_appcontext

from domain.clock import TAIPEI
from domain.staff import StaffRuleError
from services import dead_letters

messages = click.Group("messages", help="Messages that did not go (未送達訊息) and events set aside (擱置的來訊).")
STAFF = click.option("--staff", required=True, help="Id of the staff member; kept in the audit.")


@messages.command("failed", help="The newest messages that did not go, and every event that was set aside.")
@with_appcontext
def failed() -> None:
    """One line each; never what they say."""
    with current_app.extensions["house"].unit() as uow:
        for one in dead_letters.messages(uow)[0]:
            at = one.place.at.astimezone(TAIPEI).isoformat(timespec="minutes")
            again = "" if one.again else "  not to be sent again"
            click.echo(f"{one.place.message_id}  {at}  {one.topic or 'answer'}  {one.outcome}  {one.people}{again}")
        for event in dead_letters.set_aside(uow):
            at = event.set_aside_at.astimezone(TAIPEI).isoformat(timespec="minutes")
            click.echo(f"event {event.event_id}  {at}  {event.failure}")


@messages.command("send-again", help="Send MESSAGE again, once, to whoever did not get it.")
@click.argument("message_id", metavar="MESSAGE", type=click.UUID)
@STAFF
@with_appcontext
def send_again(message_id: UUID, staff: str) -> None:
    """As a message of its own."""
    try:
        with current_app.extensions["house"].unit() as uow:
            click.echo(str(dead_letters.send_again(uow, message_id, staff=staff)))
    except StaffRuleError as error:
        raise click.ClickException(str(error)) from None


@messages.command("run-again", help="Have the worker try EVENT anew.")
@click.argument("event_id", metavar="EVENT")
@STAFF
@with_appcontext
def run_again(event_id: str, staff: str) -> None:
    """Refused where its citizen has written since."""
    try:
        with current_app.extensions["house"].unit() as uow:
            dead_letters.run_again(uow, event_id, staff=staff)
    except StaffRuleError as error:
        raise click.ClickException(str(error)) from None
    click.echo("done")
