"""報表查詢: the same figures on the page, in Excel, CSV and PNG; each role sees its own; nothing is a formula."""

import csv
import io
import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from PIL import Image

from domain.clock import city_date
from domain.months import Month
from domain.reports import Bar, Chart
from domain.staff import Role
from services.reports.catalogue import LIST, TREND
from services.reports.passes import odds_by_day, sold
from tests.pay.world import ScriptedProvider, World, bill
from tests.staff.office import Office, Person
from tests.staff.rehearsal import PEOPLE, PRICE, drawn, winner
from web.backoffice import charts

NOVEMBER = datetime(2026, 11, 3, 4, 0, tzinfo=UTC)
OCTOBER = datetime(2026, 10, 31, 15, 59, tzinfo=UTC)  # 23:59 in Taipei
LAST_YEAR = datetime(2025, 10, 31, 16, 0, tzinfo=UTC)  # 1 November 2025 in Taipei


@pytest.fixture
def paid(office: Office) -> World:
    """NT$300 and NT$100 with a fee in November, NT$200 in October, NT$50 the November before."""
    moments = [NOVEMBER, NOVEMBER, OCTOBER, LAST_YEAR]
    bank = ScriptedProvider(fee=10)
    world = World.build(office.house.engine, provider=bank)
    for at, amount in zip(moments, (300, 100, 200, 50), strict=True):
        bank.now = lambda at=at: at  # type: ignore[misc]
        order = world.open(bill(f"B{amount}", amount, agency="TPE" if amount == 100 else "NWT"))
        world.start(order)
        bank.pay(world.trade(order), amount + 10)
        world.settle(order)
    return world


@pytest.fixture
def passes(chen: Person, lin: Person, office: Office, draw_id: str) -> str:
    """A round for September 2023, drawn, whose 正取 1 has paid at the lot; all registered at half past midnight."""
    number = winner(drawn(chen, lin, draw_id))
    chen.post(f"/draw/sell/{draw_id}", entry_no=number, amount=str(PRICE), receipt="A-1")
    for table in ("pass_round", "pass_entry"):
        office.run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    office.run("UPDATE pass_round SET clock_shift = interval '0', draw_id = '2023-09/001/car/all-day'")
    office.run("UPDATE pass_entry SET applied_at = '2023-08-05 16:30Z'")  # 6 August, 00:30 in Taipei
    return number


def rows_of(person: Person, key: str, month: str) -> list[list[str]]:
    """The report as its CSV has it."""
    text = person.get(f"/reports/{key}.csv?month={month}").data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_money_by_item_with_the_month_and_the_year_before(paid: World, chen: Person) -> None:
    head, *rows = rows_of(chen, "items", "2026-11")
    assert head[:3] == ["繳費項目", "筆數", "金額（元）"]
    assert rows == [
        ["停車費", "2", "400", "200", "增 100.0%", "50", "增 700.0%"],
        ["手續費", "2", "20", "10", "增 100.0%", "10", "增 100.0%"],
        ["合計", "4", "420", "210", "增 100.0%", "60", "增 600.0%"],
    ]


def test_years_with_the_same_months_of_the_year_before(paid: World, chen: Person) -> None:
    head, *rows = rows_of(chen, "years", "2026-11")
    assert head == [
        "年度",
        "收款次數",
        "收款（元）",
        "退款（元）",
        "收款減退款（元）",
        "上年度同期收款（元）",
        "較上年度同期",
    ]
    assert rows[:3] == [
        ["115 年度", "3", "630", "0", "630", "60", "增 950.0%"],
        ["114 年度", "1", "60", "0", "60", "0", "—"],
        ["113 年度", "0", "0", "0", "0", "0", "—"],
    ]
    assert rows_of(chen, "years", "2026-10")[1] == ["115 年度", "1", "210", "0", "210", "0", "—"], "of ten months"
    assert rows_of(chen, "years", "2027-01")[2][:3] == ["115 年度", "3", "630"], "a year that is over, whole"
    assert "115 年度計至 2026-11" in chen.get("/reports/years?month=2026-11").text


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("agencies", [["新北市", "1", "300"], ["臺北市", "1", "100"], ["手續費", "2", "20"], ["合計", "4", "420"]]),
        ("providers", [["熊讚銀行", "2", "420"], ["合計", "2", "420"]]),
        ("ways", [["線上（LINE 的繳費連結）", "2", "420"], ["合計", "2", "420"]]),
    ],
)
def test_the_same_money_by_agency_provider_and_way(
    paid: World, chen: Person, key: str, expected: list[list[str]]
) -> None:
    assert [row[:3] for row in rows_of(chen, key, "2026-11")[1:]] == expected


def test_the_trend_has_this_month_and_the_same_of_last_year(paid: World, chen: Person) -> None:
    _, *rows = rows_of(chen, "months", "2026-11")
    assert len(rows) == TREND
    assert rows[0] == ["2026-11", "2", "420", "0", "420", "增 100.0%"]
    assert rows[1] == ["2026-10", "1", "210", "0", "210", "—"]
    assert rows[-1][:3] == ["2025-11", "1", "60"]


def test_page_excel_csv_and_picture_say_the_same(paid: World, chen: Person) -> None:
    page = chen.get("/reports/items?month=2026-11").text
    assert "400 元" in page
    assert re.search(r'<svg class="chart" role="img" aria-labelledby="chart-title chart-told"', page)
    assert "停車費 400 元；手續費 20 元" in page, "the chart in words"
    assert re.search(r'<td class="number">400</td>', page)
    sheet = load_workbook(io.BytesIO(chen.get("/reports/items.xlsx?month=2026-11").data)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    at = next(i for i, row in enumerate(rows) if row[0] == "繳費項目")
    assert [[str(cell) for cell in row] for row in rows[at:]] == rows_of(chen, "items", "2026-11")
    assert rows[at + 1][2] == 400, "a number, to be summed"
    answer = chen.get("/reports/items.png?month=2026-11")
    assert answer.mimetype == "image/png"
    assert Image.open(io.BytesIO(answer.data)).width == charts.WIDTH * charts.SCALE


def test_passes_sold_by_lot(passes: str, chen: Person) -> None:
    _, row, total = rows_of(chen, "passes", "2023-09")
    assert row == [
        "大安地下停車場", "汽車", "全日月票", "2", str(PEOPLE), "0", "0", "1", str(PRICE), "1", str(PRICE), "50.0%",
    ]  # fmt: skip
    assert total[3:] == row[3:]
    assert len(rows_of(chen, "passes", "2023-10")) == 1, "no round, no row"


def test_a_rehearsal_and_a_void_round_are_counted_nowhere(
    chen: Person, lin: Person, office: Office, draw_id: str
) -> None:
    number = winner(drawn(chen, lin, draw_id))
    chen.post(f"/draw/sell/{draw_id}", entry_no=number, amount=str(PRICE), receipt="A-1")
    now = office.house.clock.now()
    month = Month.parse("2023-09")
    with office.house.unit() as uow:
        assert sold(uow, month, None) == []
        assert odds_by_day(uow, month, None) == []
    assert rows_of(chen, "items", str(Month.of(now)))[1:] == []
    office.run("ALTER TABLE pass_round DISABLE TRIGGER USER")
    office.run("UPDATE pass_round SET clock_shift = interval '0', draw_id = '2023-09/001/car/all-day', phase = 'void'")
    with office.house.unit() as uow:
        assert sold(uow, month, None) == []
        assert odds_by_day(uow, month, None) == []


def test_what_was_paid_at_the_lot_is_in_the_money_of_its_month(passes: str, chen: Person, office: Office) -> None:
    month = str(Month.of(office.house.clock.now()))
    office.run("UPDATE counter_sale SET paid_at = now()")
    assert rows_of(chen, "items", month)[1][:3] == ["月票", "1", str(PRICE)]
    assert rows_of(chen, "ways", month)[1][:3] == ["停車場現場", "1", str(PRICE)]
    assert rows_of(chen, "agencies", month)[1][:3] == ["臺北市", "1", str(PRICE)]


def test_odds_are_by_the_day_of_registration_in_taiwan(passes: str, chen: Person, office: Office) -> None:
    _, row = rows_of(chen, "odds", "2023-09")
    assert row == ["6 日", "G", "4", "2", "50.0%", "50.0%", "4", "2", "50.0%", "50.0%"]
    first = "(SELECT entry_id FROM draw_rank WHERE rank = 1)"
    office.run(f"UPDATE pass_entry SET applied_at = '2023-08-05 15:30Z' WHERE id = {first}")  # noqa: S608
    _, fifth, sixth = rows_of(chen, "odds", "2023-09")
    assert fifth == ["5 日", "G", "1", "1", "100.0%", "50.0%", "1", "1", "100.0%", "50.0%"]
    assert sixth[:6] == ["6 日", "G", "3", "1", "33.3%", "50.0%"]
    later = rows_of(chen, "odds", "2024-08")
    assert [row[2:7] for row in later[1:]] == [["0", "0", "—", "—", "1"], ["0", "0", "—", "—", "3"]]
    assert len(rows_of(chen, "odds", "2024-09")) == 1, "longer ago than twelve months"


def test_staff_of_a_lot_see_their_own_passes_and_no_money(passes: str, chen: Person, office: Office) -> None:
    office.lot("002")
    mine, other = office.person("mine", Role.LOT, "001"), office.person("other", Role.LOT, "002")
    for person in (mine, other):
        person.log_in()
        page = person.get("/reports").text
        assert "月票銷售" in page
        assert "退款" not in page.split('<ul class="steps">')[1]
        for key in LIST:
            wanted = 200 if LIST[key].by_lot else 404
            assert person.get(f"/reports/{key}").status_code == wanted, key
            assert person.get(f"/reports/{key}.csv").status_code == wanted, key
    assert "大安地下停車場" in mine.get("/reports/passes?month=2023-09").text
    assert "大安地下停車場" not in other.get("/reports/passes?month=2023-09").text
    assert len(rows_of(other, "odds", "2023-09")) == 1


def test_every_report_opens_empty_and_as_a_file(office: Office, chen: Person) -> None:
    wuly = office.person("wuly", Role.AUDIT)
    wuly.log_in()
    page = wuly.get("/reports").text
    for key, one in LIST.items():
        assert one.title in page
        assert wuly.get(f"/reports/{key}?month=2031-01").status_code == 200
        for form in ("xlsx", "csv"):
            assert wuly.get(f"/reports/{key}.{form}?month=2031-01").status_code == 200
    for path in ("none", "none.csv", "items.pdf", "desk.png"):
        assert wuly.get(f"/reports/{path}?month=2031-01").status_code == 404
    assert str(city_date(office.house.clock.now()))[:7] in wuly.get("/reports/items?month=never").text


def test_what_was_sent_and_what_it_cost(office: Office, chen: Person) -> None:
    office.run(
        "INSERT INTO sent_day (day, way, topic, sent, failed, parts) VALUES ('2026-10-31', 'sms', 'code', 9, 0, 9),"
        " ('2026-11-01', 'sms', 'code', 3, 1, 4), ('2026-11-30', 'line', 'draw', 250, 2, 0),"
        " ('2026-11-30', 'reply', 'answer', 1000, 0, 0)"
    )
    _, *rows = rows_of(chen, "sending", "2026-11")
    assert rows == [
        ["LINE 推播", "抽籤結果與遞補", "250", "2", "0", "50"],
        ["LINE 回覆（免費）", "對話的答覆", "1000", "0", "0", "0"],
        ["簡訊", "驗證碼", "3", "1", "4", "4"],
        ["合計", "", "1253", "3", "4", "54"],
    ]


def test_a_name_that_looks_like_a_formula_or_a_tag_is_text(passes: str, chen: Person, office: Office) -> None:
    office.run("UPDATE lot SET name = '=cmd()<b>'")
    page = chen.get("/reports/passes?month=2023-09").text
    assert "<b>" not in page
    assert "=cmd()&lt;b&gt;" in page
    assert rows_of(chen, "passes", "2023-09")[1][0] == "'=cmd()<b>"
    sheet = load_workbook(io.BytesIO(chen.get("/reports/passes.xlsx?month=2023-09").data)).worksheets[0]
    named = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "=cmd()<b>")
    assert named.data_type == "s"


def test_bars_are_as_long_as_what_they_show() -> None:
    placed = charts.layout(Chart("x", [Bar(str(value), value, "") for value in (200, 100, 0, -5)])).bars
    longest = charts.WIDTH - 2 * charts.EDGE
    assert [one.length for one in placed] == [longest, longest / 2, 0, 0]
    assert charts.layout(Chart("x", [Bar("a", 10**9, ""), Bar("b", 1, "")])).bars[1].length == charts.THIN
    assert charts.layout(Chart("x", [Bar("a", 0, "0")])).bars[0].length == 0
    assert charts.layout(Chart("x", [Bar("a", Decimal("0.5"), "")], whole=1)).bars[0].length == longest / 2


def test_a_long_label_never_covers_the_words() -> None:
    chart = Chart("x", [Bar("很長的停車場名稱" * 10, 1, "1,234,567 元"), Bar("短", 1, "1 元")])
    assert charts.png(chart) != charts.png(Chart("x", [Bar("短", 1, "1,234,567 元"), Bar("短", 1, "1 元")]))
    assert charts._fitting("很長的停車場名稱" * 10, 300).endswith("…")
    assert charts._fitting("短", 300) == "短"
