"""月票繳費查詢 and 購買資料管理: what was paid, masked; whole once, with a second person; plates for gates."""

import io
import re

import pytest
from openpyxl import load_workbook

from domain.staff import Role
from tests.staff.office import Office, Person
from tests.staff.rehearsal import PRICE, drawn, winner


@pytest.fixture
def sold(chen: Person, lin: Person, draw_id: str) -> str:
    """A drawn rehearsal whose 正取 1 has paid at the counter; the entry number."""
    number = winner(drawn(chen, lin, draw_id))
    form = {"entry_no": number, "amount": str(PRICE), "receipt": "A-1"}
    assert "已登記現場購票" in chen.post(f"/draw/sell/{draw_id}", **form).text
    return number


def test_what_was_paid_and_what_is_to_be_paid(chen: Person, draw_id: str, sold: str) -> None:
    page = chen.get(f"/sales?round={draw_id}").text
    assert sold in page
    assert "付款成功" in page
    assert "待繳" in page
    assert "王小" not in page
    only = chen.get(f"/sales?round={draw_id}&how=現場繳費").text
    assert "付款成功" in only
    assert ">待繳<" not in only
    assert "沒有符合的資料" in chen.get(f"/sales?round={draw_id}&how=線上繳費").text
    assert "沒有符合的資料" in chen.get(f"/sales?round={draw_id}&day=2001-01-01").text


def test_the_file_is_masked_and_whole_once_with_a_second_person(
    chen: Person, lin: Person, office: Office, draw_id: str, sold: str
) -> None:
    sheet = load_workbook(io.BytesIO(chen.get(f"/sales/excel/{draw_id}").data)).worksheets[0]
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    assert not any("王小" in cell or "AAA-000" in cell for cell in cells)
    assert "請另一位同仁核准" in chen.post(f"/sales/ask/{draw_id}", reason="核對收據").text
    asked = re.search(r"待核准的未遮罩匯出", chen.get("/sales").text)
    assert asked
    waiting = lin.get("/sales").text.split('name="id" value="')[1].split('"')[0]
    assert "不能核准自己" in chen.post("/sales/decide", id=waiting, approve="1").text
    assert "尚未核准" in chen.post("/sales/unmasked", id=waiting).text
    assert "可以下載一次" in lin.post("/sales/decide", id=waiting, approve="1").text
    assert "只有申請的人" in lin.post("/sales/unmasked", id=waiting).text
    file = chen.post("/sales/unmasked", id=waiting)
    rows = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(file.data)).worksheets[0].iter_rows()]
    assert "匯出人 staff:chen，核准人 staff:lin" in rows[0][0]
    assert any("王小" in str(row[2]) for row in rows)
    assert any(str(row[3]).startswith("AAA-000") for row in rows)
    assert "已使用" in chen.post("/sales/unmasked", id=waiting).text
    assert ("staff:chen", "approval.used") in office.audit()


def test_another_lots_staff_see_and_take_nothing(office: Office, draw_id: str, sold: str) -> None:
    assert sold
    office.lot("002")
    other = office.person("other", Role.LOT, "002")
    other.log_in()
    assert other.get(f"/sales?round={draw_id}").status_code == 404
    assert other.get(f"/sales/excel/{draw_id}").status_code == 404
    assert other.post(f"/sales/ask/{draw_id}", reason="x").status_code == 404
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
