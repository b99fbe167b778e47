"""`flask --app app passes paid|vacate|void|late|payments|remind|drop-price …`: places, and the money for them."""

from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from domain.clock import TAIPEI, city_date
from domain.draw.coding import DrawFileError
from domain.draw.entry import parse_receipt
from domain.phones import parse_mobile
from domain.plates import parse_plate
from domain.vehicles import VehicleKind
from infra.clock import SystemClock
from jobs.commands.passes import KINDS, house, passes, said_plainly, staff_option, unit
from services.draws.late import LeftOut
from services.draws.places import Taken
from services.draws.promoting import Vacated
from services.passes.application import Application
from services.passes.sales import sales_of

reason_option = click.option("--reason", required=True, help="Staff's words, nothing personal; kept with the refund.")


@passes.command("paid", help="現場繳費: the place of ENTRY_NO was paid at the lot.")
@click.argument("draw_id")
@click.argument("entry_no")
@click.option("--amount", type=click.IntRange(min=1), required=True, help="NT$, the plan's price")
@click.option("--receipt", "receipt_no", required=True, help="The lot's own receipt number, used once.")
@staff_option
@with_appcontext
def paid(draw_id: str, entry_no: str, **sale: Any) -> None:
    """Refused, and noted, when the entry has no place to pay for, or is being paid for online."""
    with said_plainly():
        house().places.sell(draw_id, entry_no, **sale)


@passes.command("vacate", help="放棄: the citizen gives the place of ENTRY_NO up; what was paid online is refunded.")
@click.argument("draw_id")
@click.argument("entry_no")
@reason_option
@staff_option
@with_appcontext
def vacate(draw_id: str, entry_no: str, reason: str, staff: str) -> None:
    """Says what becomes of the money. 遞補 is `promote`."""
    with said_plainly():
        _say(house().places.take_back(draw_id, entry_no, Vacated.GIVEN_UP, reason=reason, staff=staff))


@passes.command("void", help="資格不符: the place of ENTRY_NO is taken back; what was paid online is refunded.")
@click.argument("draw_id")
@click.argument("entry_no")
@reason_option
@staff_option
@with_appcontext
def void(draw_id: str, entry_no: str, reason: str, staff: str) -> None:
    """Ineligible, or another plate after the draw (§2.11)."""
    with said_plainly():
        _say(house().places.take_back(draw_id, entry_no, Vacated.VOID, reason=reason, staff=staff))


@passes.command("late", help="Put in somebody wrongly left out of the list, by a written decision (§2.11).")
@click.argument("draw_id")
@click.argument("receipt", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mobile", required=True)
@click.option("--plate", required=True)
@click.option("--name", required=True)
@click.option("--plan", default="general")
@click.option("--decision", required=True, help="Number of 政風's written decision; public.")
@staff_option
@with_appcontext
def late(draw_id: str, receipt: Path, mobile: str, plate: str, decision: str, staff: str, **fields: Any) -> None:
    """RECEIPT is the text that the citizen was given. Prints where the draw's own seed puts them."""
    with said_plainly():
        moment = SystemClock().now()
        wanted = Application(draw_id, parse_plate(plate), holder=parse_mobile(mobile), asked_at=moment, **fields)
        try:
            left_out = LeftOut(parse_receipt(receipt.read_text("ascii", "replace")), wanted, decision)
        except DrawFileError as error:
            raise click.ClickException(str(error)) from None
        made = house().places.admit(left_out, staff=staff)
    told = {"W": "an extra place", "B": f"waits before B{made.no}", "X": "neither a place nor a waiting rank"}
    click.echo(f"L{made.late}  draw rank {made.rank}: {told[made.status]}")


@passes.command("payments", help="月票繳費查詢: every payment of a round, and who has not begun. No personal data.")
@click.argument("draw_id")
@with_appcontext
def payments(draw_id: str) -> None:
    """申請編號, 抽籤結果, 優惠方案, 付款金額, 繳費時間, 付款方式, 繳費編號, 繳費狀態; tab-separated."""
    with unit() as uow:
        for one in sales_of(uow, house().rounds.find(uow, draw_id)):
            at = one.at.astimezone(TAIPEI).strftime("%Y-%m-%d %H:%M:%S") if one.at else "-"
            told = (
                one.entry_no,
                one.result,
                one.plan,
                one.amount or "-",
                at,
                one.paid_by,
                one.number or "-",
                one.status,
            )
            click.echo("\t".join(map(str, told)))


@passes.command("remind", help="重發繳費通知: tell the applicant of ENTRY_NO once more to pay.")
@click.argument("draw_id")
@click.argument("entry_no")
@staff_option
@with_appcontext
def remind(draw_id: str, entry_no: str, staff: str) -> None:
    """By LINE, or by SMS to those without; refused when there is nothing to pay."""
    with said_plainly():
        click.echo(house().pay_notice.send(draw_id, entry_no, staff=staff).value)


def _say(taken: Taken) -> None:
    if taken.refund is not None:
        how = "on its way back" if taken.approved else "waits for a second person: flask --app app refunds"
        click.echo(f"NT${taken.refund:,} paid online: {how}")
    elif taken.at_the_lot is not None:
        click.echo(f"paid at the lot, receipt {taken.at_the_lot}: give the money back there")
    else:
        click.echo("nothing had been paid")


@passes.command("drop-price", help="Give up a plan (優惠方案) that nobody has applied with for a month to come.")
@click.argument("lot")
@click.argument("code")
@click.option("--kind", type=KINDS, default=VehicleKind.CAR.value)
@click.option("--type", "pass_type", default="all-day")
@staff_option
@with_appcontext
def drop_price(lot: str, code: str, kind: str, pass_type: str, staff: str) -> None:
    """Nothing is printed when it is done."""
    with unit() as uow:
        house().lots.drop_plan(uow, lot, kind, pass_type, code, city_date(SystemClock().now()), staff=staff)
