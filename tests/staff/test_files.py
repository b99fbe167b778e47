"""The Excel files of the back office read back as what the pages show, cell by cell."""

import io

import pytest
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from tests.staff.crawl import Tables
from tests.staff.office import Office, Person
from tests.staff.rehearsal import PRICE, drawn, winner


@pytest.fixture
def sold(chen: Person, lin: Person, draw_id: str) -> str:
    """A drawn rehearsal, one of whose places is paid; the draw_id."""
    form = {"entry_no": winner(drawn(chen, lin, draw_id)), "amount": str(PRICE), "receipt": "A-1"}
    chen.post(f"/draw/sell/{draw_id}", **form)
    return draw_id


def sheet(file: TestResponse, head: int) -> list[list[str]]:
    """The file's lines below the one that is number `head`, as text."""
    rows = load_workbook(io.BytesIO(file.data)).worksheets[0].iter_rows(min_row=head + 1, values_only=True)
    return [["" if value is None else str(value) for value in row] for row in rows]


def test_what_was_paid(chen: Person, sold: str) -> None:
    (table,) = Tables(chen.get(f"/sales?round={sold}").text).rows
    file = sheet(chen.post("/sales/excel", month=sold.split("/")[1], rehearsal="1"), 2)
    page = [[cell.replace(",", "") if place == 9 else cell for place, cell in enumerate(row[:14])] for row in table]
    assert file == page
    assert len(file) == 2


def test_the_list_for_the_board(chen: Person, sold: str) -> None:
    (table,) = Tables(chen.get(f"/list/print/{sold}").text).rows
    rows = sheet(chen.get(f"/list/excel/{sold}"), 0)
    head = next(number for number, row in enumerate(rows) if row[0] == "順序")
    assert [row for row in table if len(row) == len(rows[head])] == rows[head + 1 :]
    assert len(rows[head + 1 :]) == 4


def test_the_result(chen: Person, office: Office, sold: str) -> None:
    with office.house.unit() as uow:
        ranked = [[row.entry_no, row.name, row.plate, row.mobile] for row in office.house.cases.ranked(uow, sold)]
    assert [row[1:5] for row in sheet(chen.get(f"/draw/excel/notice/{sold}"), 4)] == ranked
    assert [row[1:5] for row in sheet(chen.get(f"/draw/excel/record/{sold}"), 4)] == ranked
