"""`flask --app app sms`: what was sent by SMS, what of it arrived, what it cost."""

from datetime import timedelta

import click
from flask import current_app
from flask.cli import with_appcontext

sms = click.Group("sms", help="SMS: figures.")
DAYS = click.IntRange(1, 30)  # they are kept no longer (services/sms.py)


@sms.command("figures", help="By topic: sent, delivered as far as known, failed by cause, parts, cost.")
@click.option("--days", type=DAYS, default=30, show_default=True)
@with_appcontext
def figures(days: int) -> None:
    """One line for each topic, and their sum."""
    made = current_app.extensions["house"]
    with made.unit() as uow:
        found = made.sms_deliveries.figures(uow, made.clock.now() - timedelta(days=days))
    for topic, one in sorted(found.items()):
        failed = "".join(f", {count} {cause}" for cause, count in sorted(one.failed.items()))
        click.echo(
            f"{topic:<13} {one.sent} sent, {one.delivered} of them delivered, {one.waiting} waiting{failed}; "
            f"{one.parts} parts, NT$ {one.cost}"
        )
    click.echo(f"{'all':<13} {sum(f.sent for f in found.values())} sent, NT$ {sum(f.cost for f in found.values())}")
