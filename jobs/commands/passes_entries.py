"""`flask --app app passes enter|entries|change|remove|prove-pool|skip …`: 申請案件管理 and 資格審查."""

import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from domain.clock import TAIPEI
from domain.csvcells import written
from domain.draw.entry import Receipt
from domain.draw.listing import Removal
from domain.phones import parse_mobile
from domain.plates import parse_plate
from domain.qualifications import Judged
from infra.clock import SystemClock
from infra.database import UnitOfWork
from jobs.commands.passes import house, passes, said_plainly, staff_option, unit
from services.passes.application import Application
from services.passes.cases import CaseRow

HEAD = (
    "順序", "申請編號", "申請人姓名", "車牌", "行動電話", "市內電話",
    "申請停車場", "申請時間", "方案", "資格別", "狀態", "抽籤結果",
)  # fmt: skip
RESULTS = {"W": "正取{}", "B": "備取{}", "X": "未中籤"}
BY_STAFF = (Removal.INELIGIBLE, Removal.PLATE_TWICE, Removal.OVER_LIMIT, Removal.WITHDRAWN)
why_option = click.option("--why", required=True, help="Kept in the audit.")


@passes.command("enter", help="An entry at the counter: number and plate as written on the form; prints the receipt.")
@click.argument("draw_id")
@click.option("--mobile", required=True)
@click.option("--plate", required=True)
@click.option("--name", required=True)
@click.option("--plan", default="general")
@click.option("--landline", help="市內電話")
@staff_option
@with_appcontext
def enter(draw_id: str, mobile: str, plate: str, staff: str, **fields: Any) -> None:
    """The receipt is the citizen's: salt and commitment. Refused, and noted, after closing."""

    def make(uow: UnitOfWork) -> Receipt:
        moment = SystemClock().now()
        wanted = Application(draw_id, parse_plate(plate), holder=parse_mobile(mobile), asked_at=moment, **fields)
        receipt: Receipt = house().entries.enter(uow, wanted, staff=staff)[1]
        return receipt

    with said_plainly():
        click.echo(house().desk.do("enter", draw_id, staff, make).text(), nl=False)


@passes.command("sell-first", help="優先購買: sell a place of a window at the counter.")
@click.argument("draw_id")
@click.argument("category")
@click.option("--mobile", required=True)
@click.option("--plate", required=True)
@click.option("--name", required=True)
@click.option("--plan", default="general")
@click.option("--amount", type=click.IntRange(min=1), required=True, help="NT$, the plan's price")
@click.option("--receipt", "receipt_no", required=True, help="The lot's own receipt number, used once.")
@staff_option
@with_appcontext
def sell_first(
    draw_id: str, category: str, mobile: str, plate: str, name: str, plan: str, staff: str, **sale: Any
) -> None:
    """Refused, and noted, when the window is closed or sold out."""

    def sell(uow: UnitOfWork) -> str:
        moment = SystemClock().now()
        wanted = Application(draw_id, parse_plate(plate), plan, parse_mobile(mobile), name, moment)
        return str(house().windows.sell(uow, category, wanted, staff=staff, **sale).entry_no)

    with said_plainly():
        click.echo(house().desk.do("sell-first", draw_id, staff, sell))


@passes.group("entries", help="申請案件管理: list, find and export entries, masked unless said otherwise.")
def entries() -> None:
    """Nothing here changes an entry."""


@entries.command("list", help="Entries of a round in the order they came, masked; 50 after the place --after.")
@click.argument("draw_id")
@click.option("--after", type=click.IntRange(min=0), default=0)
@with_appcontext
def list_entries(draw_id: str, after: int) -> None:
    """One line each."""
    with unit() as uow:
        house().rounds.find(uow, draw_id)
        _echo(house().cases.page(uow, draw_id, after=after))


@entries.command("find", help="Entries of a whole number, a whole plate, or both, masked.")
@click.option("--mobile")
@click.option("--plate")
@with_appcontext
def find(mobile: str | None, plate: str | None) -> None:
    """One line each, with its round."""
    with unit() as uow:
        number = parse_mobile(mobile) if mobile else None
        _echo(house().cases.find(uow, None, mobile=number, plate=parse_plate(plate) if plate else None))


@entries.command("export", help="Write the live entries of a round to FILE, a CSV that spreadsheets open; masked.")
@click.argument("draw_id")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--whole", is_flag=True, help="Names, plates and numbers as they are: mind where the file goes.")
@why_option
@staff_option
@with_appcontext
def export(draw_id: str, file: Path, whole: bool, why: str, staff: str) -> None:
    """Says how many. The audit keeps who, why, how many, and whether masked."""
    with unit() as uow:
        row = house().rounds.find(uow, draw_id)
        rows = [_cells(one) for one in house().cases.listed(uow, draw_id, whole=whole)]
        house().cases.note_export(uow, row.draw_id, len(rows), why, whole=whole, actor=staff)
    file.write_bytes(written(HEAD, rows))
    click.echo(f"{len(rows)} entries{'' if whole else ', masked'}")


@passes.command("change", help="案件修改: another plate, plan or mobile for ENTRY_NO; prints the new receipt.")
@click.argument("draw_id")
@click.argument("entry_no")
@click.option("--plate")
@click.option("--plan")
@click.option("--mobile")
@why_option
@staff_option
@with_appcontext
def change(
    draw_id: str, entry_no: str, plate: str | None, plan: str | None, mobile: str | None, why: str, staff: str
) -> None:
    """Until closing. The old number and receipt are void."""

    def work(uow: UnitOfWork, entry_id: uuid.UUID) -> Receipt:
        given = {"plate": parse_plate(plate) if plate else None, "holder": parse_mobile(mobile) if mobile else None}
        moment = SystemClock().now()
        made, receipt = house().entries.change(uow, entry_id, asked_at=moment, plan=plan, actor=staff, **given)
        house().cases.note_reason(uow, made.id, "entry.changed", why, actor=staff)
        return receipt

    click.echo(_do("change", draw_id, entry_no, staff, work).text(), nl=False)


@passes.command("remove", help="Take ENTRY_NO off before the freeze, for a reason that is public.")
@click.argument("draw_id")
@click.argument("entry_no")
@click.argument("reason", type=click.Choice([reason.value for reason in BY_STAFF]))
@why_option
@staff_option
@with_appcontext
def remove(draw_id: str, entry_no: str, reason: str, why: str, staff: str) -> None:
    """Refused, and noted, once the list is frozen: after that an entry is skipped."""

    def work(uow: UnitOfWork, entry_id: uuid.UUID) -> None:
        house().entries.remove(uow, entry_id, Removal(reason), staff=staff)
        house().cases.note_reason(uow, entry_id, "entry.removed", why, actor=staff)

    _do("remove", draw_id, entry_no, staff, work)


@passes.command("prove-pool", help="資格審查 passed: ENTRY_NO competes in POOL; prints the new receipt.")
@click.argument("draw_id")
@click.argument("entry_no")
@click.argument("pool")
@why_option
@staff_option
@with_appcontext
def prove_pool(draw_id: str, entry_no: str, pool: str, why: str, staff: str) -> None:
    """Before the freeze. The old number and receipt are void. The applicant reads WHY."""

    def work(uow: UnitOfWork, entry_id: uuid.UUID) -> str:
        given = {"reason": why, "pool": pool, "staff": staff}
        made = house().qualifying.judge(uow, entry_id, Judged.PASSED, **given)
        return str(house().cases.receipt(uow, made))

    click.echo(_do("prove-pool", draw_id, entry_no, staff, work), nl=False)


@passes.command("skip", help="After the draw: 備取 number NO is found ineligible; the others keep theirs.")
@click.argument("draw_id")
@click.argument("no", type=click.IntRange(min=1))
@staff_option
@with_appcontext
def skip(draw_id: str, no: int, staff: str) -> None:
    """It stands in the public log; the next promotion passes it over."""
    with said_plainly():
        house().desk.do("skip", draw_id, staff, lambda uow: house().promoting.skip(uow, draw_id, no, actor=staff))


def _do(action: str, draw_id: str, entry_no: str, staff: str, work: Callable[[UnitOfWork, uuid.UUID], Any]) -> Any:
    """Something done to an entry; what is refused is noted."""

    def deed(uow: UnitOfWork) -> Any:
        return work(uow, house().entries.by_number(uow, draw_id, entry_no).id)

    with said_plainly():
        return house().desk.do(action, draw_id, staff, deed)


def _echo(rows: Iterable[CaseRow]) -> None:
    for row in rows:
        click.echo("  ".join(str(cell) for cell in (row.draw_id, *_cells(row)) if cell != ""))


def _cells(row: CaseRow) -> tuple[str | int, ...]:
    result = RESULTS[row.status].format(row.no) if row.status else ""
    at = row.applied_at.astimezone(TAIPEI).strftime("%Y-%m-%d %H:%M:%S")
    person = (row.name, row.plate, row.mobile, row.landline)
    return (row.place, row.entry_no, *person, row.lot_name, at, row.plan, row.pool, row.state, result)
