"""月票繳費查詢 and 購買資料管理: what was paid, masked; whole once, with a second person; plates for gates."""

import io
import re
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import text
from werkzeug.test import TestResponse

from domain.clock import city_date
from domain.staff import Role
from domain.vehicles import VehicleKind
from services.passes import sales
from services.passes.rounds import NewRound
from tests.staff.crawl import Tables
from tests.staff.office import Office, Person
from tests.staff.rehearsal import PRICE, approval, drawn, winner


@pytest.fixture
def sold(chen: Person, lin: Person, draw_id: str) -> str:
    """A drawn rehearsal whose 正取 1 has paid at the counter; the entry number."""
    number = winner(drawn(chen, lin, draw_id))
    form = {"entry_no": number, "amount": str(PRICE), "receipt": "A-1"}
    assert "已登記現場購票" in chen.post(f"/draw/sell/{draw_id}", **form).text
    return number


def rows_of(file: TestResponse) -> list[list[Any]]:
    """Every line of an Excel file, without the empty cells behind it."""
    sheet = load_workbook(io.BytesIO(file.data)).worksheets[0]
    return [[cell for cell in row if cell is not None] or [""] for row in sheet.iter_rows(values_only=True)]


def month_of(draw_id: str) -> dict[str, str]:
    """What finds a rehearsal's rows: all filters but its month left open."""
    return {"month": draw_id.split("/")[1], "rehearsal": "1"}


def find(person: Person, draw_id: str, **more: str) -> list[list[str]]:
    """The rows that are listed."""
    tables = Tables(person.post("/sales/find", **(month_of(draw_id) | more)).text).rows
    return tables[0] if tables else []


def test_what_was_paid_and_what_is_to_be_paid(chen: Person, draw_id: str, sold: str) -> None:
    page = chen.get(f"/sales?round={draw_id}").text
    paid, waiting = Tables(page).rows[0]
    assert paid[:2] == [sold, "正取 1"]
    assert paid[5:10] == ["大安地下停車場", "汽車", "全日月票", "一般", "5,760"]
    assert paid[11:14] == ["現場繳費", "A-1", "付款成功"]
    assert waiting[9:14] == ["5,760", "", "未繳費", "", "待繳"]
    assert "王小" not in page
    assert "AAA-000" not in page


def test_each_filter_leaves_out_what_it_does_not_name(chen: Person, office: Office, draw_id: str, sold: str) -> None:
    everything = find(chen, draw_id)
    assert len(everything) == 2
    paid = next(row for row in everything if row[0] == sold)
    with office.house.unit() as uow:
        found = uow.connection.execute(text("SELECT plate FROM pass_entry WHERE entry_no = :n"), {"n": sold})
        plate = found.scalar_one()
    today = city_date(office.house.clock.now()).isoformat()
    for alone in ({"how": "現場繳費"}, {"day": today}, {"plate": plate}):
        assert find(chen, draw_id, **alone) == [paid], alone
    for all_of_it in ({"lot": "001"}, {"kind": "car"}, {"type": "all-day"}):
        assert find(chen, draw_id, **all_of_it) == everything, all_of_it
    office.lot("002")
    nothing = ({"lot": "002"}, {"kind": "motorcycle"}, {"type": "night"}, {"how": "線上繳費"}, {"day": "2001-01-01"})
    for left_out in (*nothing, {"day": "2999-01-01"}, {"plate": "ZZZ-9999"}):
        assert find(chen, draw_id, **left_out) == [], left_out
    assert find(chen, draw_id, rehearsal="") == [], "a rehearsal is not among the rounds that count"
    assert find(chen, draw_id, month="2023-10") == []
    assert "請選擇月份" in chen.post("/sales/find", month="2023").text
    assert chen.post("/sales/find", **(month_of(draw_id) | {"lot": "no such"})).status_code == 404
    assert find(chen, draw_id, how="made up", kind="made up") == everything, "what no form sends is not asked for"
    assert chen.post("/sales/find", month="2023-09", lot="").status_code == 200


def test_at_first_the_latest_month_that_counts_is_shown(chen: Person, office: Office, sold: str) -> None:
    assert sold
    for month in ("2023-08", "2023-10", "2023-09"):
        with office.house.unit() as uow:
            new = NewRound(month, "001", VehicleKind.CAR, "all-day", "*:2")
            office.house.rounds.plan(uow, new, staff="test")
    assert 'name="month" type="month" value="2023-10"' in chen.get("/sales").text, "no rehearsal of another month"


def test_more_than_a_page_is_paged(chen: Person, draw_id: str, sold: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sales, "PAGE", 1)
    (first,) = find(chen, draw_id)
    (second,) = find(chen, draw_id, after="1")
    assert (first[0], second[13]) == (sold, "待繳")
    assert find(chen, draw_id, after="2") == []


def test_a_file_is_what_the_page_shows_and_reads_in_batches(
    chen: Person, draw_id: str, sold: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sales, "AT_ONCE", 1)
    assert len(rows_of(chen.post("/sales/excel", **month_of(draw_id)))[2:]) == 2
    (title,), _, line = rows_of(chen.post("/sales/excel", **month_of(draw_id), how="現場繳費"))
    assert title == "所有停車場、2023-09 使用、現場繳費、演練"
    (shown,) = find(chen, draw_id, how="現場繳費")
    assert [str(cell) for cell in line] == [cell.replace(",", "") for cell in shown[:14]]
    assert line[0] == sold


def test_the_file_is_whole_once_with_a_second_person(
    chen: Person, lin: Person, office: Office, draw_id: str, sold: str
) -> None:
    assert sold
    assert "請另一位同仁核准" in chen.post("/sales/ask", **month_of(draw_id), lot="001", reason="核對收據").text
    assert "待核准的未遮罩匯出" in chen.get("/sales").text
    page = lin.get("/sales").text
    assert "停車場 001、2023-09 使用、演練" in page
    waiting = approval(page)
    assert "不能核准自己" in chen.post("/sales/decide", id=waiting, approve="1").text
    assert "尚未核准" in chen.post("/sales/unmasked", id=waiting).text
    assert "可以下載一次" in lin.post("/sales/decide", id=waiting, approve="1").text
    assert "只有申請的人" in lin.post("/sales/unmasked", id=waiting).text
    file = chen.post("/sales/unmasked", id=waiting)
    rows = rows_of(file)
    assert "匯出人 staff:chen，核准人 staff:lin" in rows[0][0]
    assert load_workbook(io.BytesIO(file.data)).worksheets[0].oddHeader.center.text == rows[0][0], (
        "on each printed page"
    )
    assert all("王小" in str(row[2]) for row in rows[3:])
    assert all(str(row[3]).startswith("AAA-000") for row in rows[3:])
    assert "已使用" in chen.post("/sales/unmasked", id=waiting).text
    assert {("staff:chen", "approval.used"), ("staff:chen", "sales.exported")} <= set(office.audit())


def test_another_lots_staff_see_and_take_nothing(office: Office, draw_id: str, sold: str) -> None:
    office.lot("002")
    other = office.person("other", Role.LOT, "002")
    other.log_in()
    assert other.get(f"/sales?round={draw_id}").status_code == 404
    assert find(other, draw_id) == []
    assert sold not in str(rows_of(other.post("/sales/excel", **month_of(draw_id))))
    for path in ("find", "excel", "ask"):
        assert other.post(f"/sales/{path}", **month_of(draw_id), lot="001", reason="x").status_code == 404
    assert "請先選擇一個停車場" in other.post("/sales/ask", **month_of(draw_id), reason="x").text
    assert other.get("/gates/001.csv").status_code == 404


def test_gates_get_whole_plates_of_real_rounds_only(chen: Person, office: Office, draw_id: str, sold: str) -> None:
    assert sold
    form = chen.get("/gates/001.csv?day=2023-09-01").text
    assert form.splitlines() == ["\ufeff車牌,車種,票種,有效起日,有效迄日"], "a rehearsal opens no gate"
    office.run("ALTER TABLE pass_round DISABLE TRIGGER USER")
    office.run("UPDATE pass_round SET clock_shift = interval '0', draw_id = '2023-09/001/car/all-day'")
    lines = chen.get("/gates/001.csv?day=2023-09-01").text.splitlines()
    assert len(lines) == 2
    assert re.fullmatch(r"AAA-000\d,汽車,全日月票,2023-09-01,2023-09-30", lines[1])
    sheet = load_workbook(io.BytesIO(chen.get("/gates/001.xlsx?day=2023-09-01").data)).worksheets[0]
    assert sheet.max_row == 2
    assert chen.get("/gates/001.csv?day=2023-10-01").text.count("AAA") == 0
    assert chen.get("/gates/001.pdf").status_code == 404
    assert ("staff:chen", "gate_list.taken") in office.audit()


def test_a_gate_is_to_be_told_before_the_month_and_at_each_change(chen: Person, office: Office, sold: str) -> None:
    office.run("ALTER TABLE pass_round DISABLE TRIGGER USER")
    office.run("UPDATE pass_round SET clock_shift = interval '0', draw_id = '2023-09/001/car/all-day'")

    def stands(day: str = "2023-09-01") -> list[str]:
        (rows,) = Tables(chen.get(f"/gates?day={day}").text).rows
        return rows[0][1:3]

    assert stands() == ["1", "尚未下載"]
    chen.get("/gates/001.csv?day=2023-09-01")
    assert stands() == stands("2023-09-30") == ["1", "已是最新"]
    assert stands("2023-10-01") == ["0", "有變動，請重新下載"], "these passes hold no longer"
    (taken,) = (row for row in chen.get("/gates?day=2023-09-01").text.splitlines() if "已是最新" in row)
    assert "chen" in taken
    office.run(
        "INSERT INTO pass_plate (id, entry_id, plate, compact, asked_by, approved_by, approved_at)"
        " SELECT gen_random_uuid(), id, 'BBB-0001', 'BBB0001', 'a', 'b', now() FROM pass_entry WHERE entry_no = :no",
        no=sold,
    )
    assert stands() == ["1", "有變動，請重新下載"]
    assert "BBB-0001" in chen.get("/gates/001.csv?day=2023-09-01").text
    assert stands() == ["1", "已是最新"]
