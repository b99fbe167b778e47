"""`flask --app app refunds`: the refund list (退款), and what staff decide about it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import click
from flask import current_app
from flask.cli import with_appcontext

from domain.clock import TAIPEI
from services import refundbook
from services.refundbook import RefundNotFoundError
from services.refunds import RefundRuleError

refunds = click.Group("refunds", help="Refunds (退款): the list, requests, decisions.")
STAFF = click.option("--staff", required=True, help="Id of the staff member; kept in the audit.")


@refunds.command("list", help="Money to give back, requests that wait, refunds without an answer. No personal data.")
@with_appcontext
def list_() -> None:
    """One line each, times in Taiwan."""
    house = current_app.extensions["house"]
    with house.unit() as uow:
        open_ones = house.refunds.open(uow)
        given = house.refund_accounts.given(uow, [one.id for one in open_ones])
        for due in refundbook.owed(uow):
            click.echo(
                f"owed     {due.attempt_id}  NT${due.left}  {due.reason}  {due.provider}  {_when(due.listed_at)}"
            )
        for one in house.refunds.waiting(uow):
            click.echo(f"waiting  {one.id}  NT${one.amount}  by {one.asked_by}  {_when(one.asked_at)}  {one.reason}")
        for refund in open_ones:
            by_hand = f"  by hand: {'account given' if refund.id in given else 'no account yet'}; then settle --done"
            click.echo(
                f"{refund.state.value:<8} {refund.id}  NT${refund.amount}  {refund.provider}  {_when(refund.asked_at)}"
                f"{by_hand if refund.by_transfer else ''}"
            )


@refunds.command("find", help="The money taken under a trade number (交易編號): one line per payment.")
@click.argument("trade_number")
@with_appcontext
def find(trade_number: str) -> None:
    """What `request` takes as MONEY."""
    house = current_app.extensions["house"]
    with house.unit() as uow:
        for attempt_id in refundbook.money_of(uow, trade_number):
            money = refundbook.lock_money(uow, attempt_id)
            click.echo(f"{attempt_id}  paid NT${money.payment.amount}  given back NT${money.given}")


@refunds.command("request", help="Give back AMOUNT NT$ of MONEY; above the limit another person must approve.")
@click.argument("money", type=click.UUID)
@click.argument("amount", type=int)
@click.option("--reason", required=True, help="Why; nothing personal.")
@STAFF
@with_appcontext
def request(money: UUID, amount: int, reason: str, staff: str) -> None:
    """The citizen is told when it is on its way, and when it is done."""
    on_its_way = _try(lambda uow, all_: all_.request(uow, money, amount, reason=reason, staff=staff))
    click.echo("on its way" if on_its_way else "waits for another person's approval")


@refunds.command("approve", help="Approve another's REQUEST.")
@click.argument("request_id", type=click.UUID)
@STAFF
@with_appcontext
def approve(request_id: UUID, staff: str) -> None:
    """It is carried out at once."""
    _try(lambda uow, all_: all_.decide(uow, request_id, approve=True, staff=staff))
    click.echo("approved")


@refunds.command("reject", help="Reject another's REQUEST.")
@click.argument("request_id", type=click.UUID)
@STAFF
@with_appcontext
def reject(request_id: UUID, staff: str) -> None:
    """Nothing is given back."""
    _try(lambda uow, all_: all_.decide(uow, request_id, approve=False, staff=staff))
    click.echo("rejected")


@refunds.command("account", help="The bank account that REFUND goes to: masked, or whole for the transfer. Audited.")
@click.argument("refund_id", type=click.UUID)
@click.option("--unmask", is_flag=True, help="The whole number; needs --reason.")
@click.option("--reason", default="", help="Why the whole number is needed; kept in the audit.")
@STAFF
@with_appcontext
def account(refund_id: UUID, unmask: bool, reason: str, staff: str) -> None:
    """One line. It is deleted when the refund is settled."""
    house = current_app.extensions["house"]
    try:
        with house.unit() as uow:
            if unmask:
                whole = house.refund_accounts.unmasked(uow, refund_id, staff=staff, reason=reason)
                shown = None if whole is None else str(whole)
            else:
                shown = house.refund_accounts.masked(uow, refund_id, staff=staff)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if shown is None:
        raise click.ClickException("no account has been given for this refund")
    click.echo(shown)


@refunds.command("settle", help="Say what the provider's own books show of an unknown REFUND.")
@click.argument("refund_id", type=click.UUID)
@click.option("--done", "reference", help="It was made; the provider's number of it.")
@click.option("--not-made", is_flag=True, help="It was not made.")
@STAFF
@with_appcontext
def settle(refund_id: UUID, reference: str | None, not_made: bool, staff: str) -> None:
    """For providers that cannot be asked (ECPay), and for money that goes back by bank transfer."""
    if (reference is None) != not_made:
        raise click.UsageError("either --done REFERENCE or --not-made")
    state = _try(lambda uow, all_: all_.settle_by_staff(uow, refund_id, reference=reference, staff=staff))
    click.echo(state.value)


def _try(step: Callable[[Any, Any], Any]) -> Any:
    """One step in one transaction; what the rules forbid is one line."""
    house = current_app.extensions["house"]
    try:
        with house.unit() as uow:
            return step(uow, house.refunds)
    except RefundNotFoundError:
        raise click.ClickException("no such money, request or refund") from None
    except RefundRuleError as error:
        raise click.ClickException(str(error)) from None


def _when(moment: Any) -> str:
    return moment.astimezone(TAIPEI).isoformat(timespec="minutes")
