"""Bills by program: each row has its result, and the same books come of any order, repetition or half."""

import itertools
import random
import re
from typing import Any

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from domain.ledgercsv import COLUMNS
from services import ledger
from tests.agency.conftest import Api, row
from web.agency.shapes import BillRow

OLD, NEW = "2026-11-20T08:00:00+08:00", "2026-11-21T08:00:00+08:00"


def test_each_row_has_its_result(api: Api) -> None:
    assert api.send(row("W1"), row("W2"), row("W3")) == ["taken"] * 3
    wrong = row("W5", plate="???")
    assert api.send(row("W1"), row("W2", amount=60), row("W4"), wrong) == ["unchanged", "changed", "taken", "refused"]
    answer = api.post("/bills", {"bills": [wrong]}).json["results"]
    assert answer == [{"number": "W5", "result": "refused", "reason": "plate: is no plate"}]
    assert [line[1] for line in api.ledger()] == ["W1", "W2", "W3", "W4"]


def test_the_document_knows_every_column_of_a_file() -> None:
    assert set(BillRow.model_fields) | {"agency"} == set(COLUMNS)


@pytest.mark.parametrize(
    "wrong",
    [
        7, [], row(amount="x"), row(amount=True), row(amount=-1), row(street={"a": 1}), row(agency="TPE"),
        row(number=5), row(street="a\nb"), row(street="a\rb"), row(street="a\u0000b"), row(number=None),
        row(kind="ufo"), {}, row(deadline="2026-02-30"), row(hours=1e99), row(amount=10**30), row(number="A" * 41),
        row(unheard=1), row(notice_number="N1"), row(as_of="yesterday"), row(plate=["AB-12"]), row(prosecuted="?"),
    ],
)  # fmt: skip
def test_a_row_that_is_wrong_is_refused_and_keeps_no_other_out(api: Api, wrong: Any) -> None:
    results = api.post("/bills", {"bills": [row("G1"), wrong, row("G2")]}).json["results"]
    assert [one["result"] for one in results] == ["taken", "refused", "taken"]
    assert results[1]["reason"]
    assert [line[1] for line in api.ledger()] == ["G1", "G2"]


def test_a_bill_twice_in_a_batch_names_the_row(api: Api) -> None:
    answer = api.post("/bills", {"bills": [row("W1"), 5, row("W1", amount=70)]}).json["results"]
    assert answer[2] == {"number": "W1", "result": "refused", "reason": "is the bill of row 0 again"}


def test_a_withdrawn_bill_is_no_longer_due(api: Api) -> None:
    api.send(row("W1"))
    assert api.send(row("W1", status="withdrawn")) == ["changed"]
    with api.town.world.unit() as uow:
        assert ledger.by_number(uow, "W1") == ()
    assert api.get("/bills/W1").json["status"] == "withdrawn"


def test_what_was_paid_here_is_not_changed(api: Api) -> None:
    api.send(row("W1"), row("W2"))
    with api.town.world.unit() as uow:
        ledger.mark_paid(uow, [bill.key for bill in ledger.by_number(uow, "W1")], paid_at=api.town.world.clock.now())
    assert api.send(row("W1", status="withdrawn"), row("W2")) == ["paid_here", "unchanged"]
    assert api.get("/bills/W1").json["status"] == "paid"


def versions() -> list[list[dict[str, Any]]]:
    notice = {"notice_number": "N1", "notice_extra_charge": 50}
    return [
        [row("W1", as_of=OLD), row("W2", as_of=OLD)],
        [row("W1", as_of=NEW, amount=80), row("W3", as_of=NEW, **notice, notice_deadline="2026-12-30")],
        [row("W2", as_of=NEW, status="withdrawn"), row("W3", as_of=OLD, **notice, notice_deadline="2026-12-20")],
    ]


def test_in_any_order_twice_or_half_the_books_are_the_same(api: Api) -> None:
    world = api.town.world
    notices = "SELECT number, deadline, extra_charge FROM ledger_notice"
    reached = set()
    for order in itertools.permutations(versions()):
        for batch in order:
            api.send(*batch[:1])  # half of it, then all, then once more
            api.send(*batch)
            api.send(*batch)
        reached.add((str(api.ledger()), str(world.rows(notices))))
        world.run("DELETE FROM ledger_bill")
        world.run("DELETE FROM ledger_notice")
    assert len(reached) == 1
    (books,) = reached
    assert "withdrawn" in books[0]
    assert "2026, 12, 30" in books[1]


def test_an_older_row_says_so(api: Api) -> None:
    api.send(row("W1", as_of=NEW))
    assert api.send(row("W1", as_of=OLD, amount=80)) == ["stale"]


def test_the_same_call_again_gets_the_same_answer(api: Api) -> None:
    first = api.post("/bills", {"bills": [row("W1")]}, Idempotency_Key="k1")
    again = api.post("/bills", {"bills": [row("W1")]}, Idempotency_Key="k1")
    assert first.data == again.data
    assert again.json["results"][0]["result"] == "taken"
    other = api.post("/bills", {"bills": [row("W2")]}, Idempotency_Key="k1")
    assert (other.status_code, other.mimetype) == (409, "application/problem+json")
    assert api.post("/cases", {"cases": []}, Idempotency_Key="bad key").status_code == 400
    assert [line[1] for line in api.ledger()] == ["W1"]


def test_batches_of_random_rows_end_as_one_after_the_other(api: Api) -> None:
    chance = random.Random(7)
    rows = [
        row(f"R{chance.randrange(30)}", amount=chance.randrange(1, 99), as_of=f"2026-11-{day:02}T00:00:00Z")
        for day in range(1, 29)
        for _ in range(3)
    ]
    newest = {one["number"]: one for one in rows}  # of one day the first in the batch has the word
    for one in reversed(rows):
        if one["as_of"] == newest[one["number"]]["as_of"]:
            newest[one["number"]] = one
    chance.shuffle(days := list(range(28)))
    for day in days:
        api.send(*rows[day * 3 : day * 3 + 3])
    assert {line[1]: line[4] for line in api.ledger()} == {number: one["amount"] for number, one in newest.items()}


def test_one_bill_and_its_slip(api: Api) -> None:
    api.send(row("W1", as_of=NEW))
    bill = api.get("/bills/W1").json
    assert bill["slip_qr"] == "https://line.me/R/oaMessage/%40parkline/?W1"
    assert (bill["status"], bill["write_off"], bill["as_of"]) == ("open", "none", "2026-11-21T00:00:00+00:00")
    assert api.get("/bills/W9").status_code == 404
    svg = api.get("/bills/W1/slip-qr.svg")
    assert svg.mimetype == "image/svg+xml"
    assert read_qr(svg.data) == bill["slip_qr"]


def read_qr(svg: bytes) -> str:
    """Draw it as a printer would, and read it back."""
    text = svg.decode()
    width = int(re.findall(r'viewBox="0 0 (\d+) ', text)[0])
    image = Image.new("L", (width * 8, width * 8), 255)
    draw = ImageDraw.Draw(image)
    for x, y in re.findall(r"M(\d+),(\d+)H", text):
        draw.rectangle([int(x) * 8, int(y) * 8, int(x) * 8 + 7, int(y) * 8 + 7], fill=0)
    (found,) = zxingcpp.read_barcodes(image)
    return found.text
