"""全區相關設定, 現場相關設定: a month of all lots, 複製上月, the grid, Excel, one round."""

import io
import re

import pytest
from openpyxl import load_workbook

from domain.clock import TAIPEI
from domain.staff import Role
from domain.vehicles import VehicleKind
from services.passes.lots import PlanView
from services.passes.rounds import NewRound, times_of
from tests.staff.office import Office, Person
from web.backoffice.room import field_time

MONTH, BEFORE = "2031-03", "2031-02"


def priced(office: Office, *lots: str) -> None:
    """Lots with a price for cars."""
    for lot in lots:
        office.lot(lot)
        with office.house.unit() as uow:
            plan = PlanView("general", "一般", 5760)
            office.house.lots.put_plan(uow, lot, VehicleKind.CAR, "all-day", plan, staff="test")


def plan(office: Office, month: str, lot: str, steps: str = "*:100", waitlist: int | None = None) -> str:
    """A planned round."""
    with office.house.unit() as uow:
        new = NewRound(month, lot, VehicleKind.CAR, "all-day", steps, waitlist)
        return office.house.rounds.plan(uow, new, staff="test").draw_id


def steps(office: Office, draw_id: str) -> tuple[str, int | None]:
    with office.house.unit() as uow:
        row = office.house.rounds.find(uow, draw_id)
        return row.steps, row.waitlist


def words_of(page: str) -> str:
    """A page as it is read."""
    return re.sub(r"<[^>]+>", "", page)


@pytest.fixture
def head(office: Office) -> Person:
    priced(office, "001", "002")
    person = office.person("head", Role.HEAD)
    person.log_in()
    return person


def test_what_has_no_places_is_named(head: Person, office: Office) -> None:
    plan(office, MONTH, "001")
    page = head.get(f"/rounds?month={MONTH}").text
    assert "還有 1 項沒有設定張數" in page
    assert "002 第002停車場（汽車全日月票）" in page


def test_the_month_before_is_copied_once(head: Person, office: Office) -> None:
    plan(office, BEFORE, "001", "L:5,*:95", 20)
    plan(office, BEFORE, "002")
    plan(office, MONTH, "002", "*:7")
    assert "已複製上月的張數" in head.post("/rounds/copy", month=MONTH).text
    assert steps(office, f"{MONTH}/001/car/all-day") == ("L:5,*:95", 20)
    assert steps(office, f"{MONTH}/002/car/all-day") == ("*:7", None), "what was set stays"
    assert "沒有可以複製" in head.post("/rounds/copy", month=MONTH).text


def test_what_goes_first_is_copied_too_and_its_rest_is_not_counted_twice(head: Person, office: Office) -> None:
    before = plan(office, BEFORE, "001", "L:5,*:90")
    house, category = office.house, office.house.pass_rules.priority[0].category
    with house.unit() as uow:
        house.rounds.set_limit(uow, before, 9, staff="test")
        house.windows.plan(uow, before, category, 5, staff="test")
    office.run("UPDATE priority_window SET sold = 3, joined_at = now()")
    announced = "UPDATE pass_round SET steps = :steps WHERE draw_id = :id"
    office.run(announced, steps="L:5,*:92", id=before)
    head.post("/rounds/copy", month=MONTH)
    copied = f"{MONTH}/001/car/all-day"
    assert steps(office, copied) == ("L:5,*:90", None)
    with house.unit() as uow:
        assert house.rounds.find(uow, copied).registration_limit == 9
        (window,) = house.windows.listed(uow, copied)
    assert (window.category, window.places, window.sold, window.joined_at) == (category, 5, 0, None)
    assert window.opens_at.astimezone(TAIPEI).month == 2, "in the month of the draw"


def test_the_grid_shows_its_changes_before_they_are_made(head: Person, office: Office) -> None:
    draw_id = plan(office, MONTH, "001")
    form = {"steps|001|car|all-day": "60", "waitlist|001|car|all-day": "5", "steps|002|car|all-day": "L：5，*：95"}
    page = head.post("/rounds/compare", month=MONTH, **form).text
    assert "2 項更改" in page
    assert steps(office, draw_id) == ("*:100", None), "only compared"
    changes = [part.split('"')[0] for part in page.split('name="change" value="')[1:]]
    assert "已更改張數" in head.post("/rounds/apply", month=MONTH, change=changes).text
    assert steps(office, draw_id) == ("*:60", 5)
    assert steps(office, f"{MONTH}/002/car/all-day") == ("L:5,*:95", None)
    assert ("staff:head", "round.places") in office.audit()


@pytest.mark.parametrize("steps_typed", ["0", "L:0,*:0", "x", "L:5"])
def test_a_round_without_places_is_not_to_be_had(head: Person, office: Office, steps_typed: str) -> None:
    draw_id = plan(office, MONTH, "001")
    pages = [
        head.post(f"/round/places/{draw_id}", steps=steps_typed, waitlist="").text,
        head.post("/rounds/compare", month=MONTH, **{"steps|002|car|all-day": steps_typed}).text,
        head.post("/rounds/apply", month=MONTH, change=f"002|car|all-day||{steps_typed}|").text,
    ]
    assert all("至少 1 張" in page or "不正確" in page for page in pages)
    assert steps(office, draw_id) == ("*:100", None)
    assert "還有 1 項沒有設定張數" in head.get(f"/rounds?month={MONTH}").text


def test_a_change_that_was_overtaken_changes_nothing(head: Person, office: Office) -> None:
    first, second = plan(office, MONTH, "001"), plan(office, MONTH, "002")
    changes = ["001|car|all-day|*:100|*:60|", "002|car|all-day|*:90|*:60|"]
    assert "剛才被別人更改過" in head.post("/rounds/apply", month=MONTH, change=changes).text
    assert steps(office, first)[0] == steps(office, second)[0] == "*:100"


def test_the_file_comes_back_as_it_was_filled_in(head: Person, office: Office) -> None:
    plan(office, MONTH, "001", "L:5,*:95", 20)
    book = load_workbook(io.BytesIO(head.get(f"/rounds/excel?month={MONTH}").data))
    sheet = book.worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    assert rows == [
        ["001", "第001停車場", "汽車", "全日月票", "L:5,*:95", 20],
        ["002", "第002停車場", "汽車", "全日月票", None, None],
    ]
    sheet["E4"] = 30
    filled = io.BytesIO()
    book.save(filled)
    filled.seek(0)
    page = head.post("/rounds/compare", month=MONTH, file=(filled, "rounds.xlsx")).text
    assert "1 項更改" in page
    assert "002|car|all-day||*:30|" in page


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04nothing", b"a,b,c\n1,2,3"])
def test_a_file_that_is_no_sheet_is_refused_kindly(head: Person, content: bytes) -> None:
    page = head.post("/rounds/compare", month=MONTH, file=(io.BytesIO(content), "x.xlsx")).text
    assert "不是可讀取的 Excel" in page


def test_a_lots_staff_sets_that_lot_alone(head: Person, office: Office) -> None:
    mine, others = plan(office, MONTH, "001"), plan(office, MONTH, "002")
    lin = office.person("lin", Role.LOT, "001")
    lin.log_in()
    page = lin.get(f"/rounds?month={MONTH}").text
    assert "第001停車場" in page
    assert "第002停車場" not in page
    assert lin.get(f"/round/{others}").status_code == 404
    assert lin.post(f"/round/places/{others}", steps="1", waitlist="").status_code == 404
    assert lin.post("/rounds/apply", month=MONTH, change="002|car|all-day|*:100|*:60|").status_code == 404
    assert lin.post("/rounds/compare", month=MONTH, **{"steps|002|car|all-day": "9"}).status_code == 404
    assert "已更改張數" in lin.post(f"/round/places/{mine}", steps="1", waitlist="").text
    assert lin.get(f"/round/{mine}").status_code == 200
    assert lin.post(f"/round/times/{mine}").status_code == 403
    assert steps(office, others) == ("*:100", None)


def test_the_rounds_of_a_lot_are_listed_with_all_their_times(head: Person, office: Office) -> None:
    plan(office, BEFORE, "001", "L:5,*:95")
    plan(office, MONTH, "001", "*:60")
    plan(office, MONTH, "002", "*:7")
    page = head.get("/rounds/lot?lot=001").text
    rows = re.findall(r"<tr><td>(\d+)</td><td>(\d+)</td><td>([\d-]+)</td>", page)
    assert rows == [("2", "001", MONTH), ("1", "001", BEFORE)], "the newest first"
    for words in ("登記開始時間", "2031-02-05 07:00", "抽籤時程", "2031-02-20 15:00", "上架"):
        assert words in words_of(page)
    assert re.findall(r'<td class="number">(\d+)', page) == ["60", "6", "100", "6"], "開放車位數 and 登記限制"
    assert f'href="/staff/round/{MONTH}/001/car/all-day"' in page
    assert "還沒有符合的期別" in head.get("/rounds/lot?lot=001&kind=motorcycle").text
    assert f"{MONTH}/002" in head.get("/rounds/lot?lot=002&kind=car&type=all-day").text
    for wrong in ("lot=009", "kind=x", "type=x"):
        assert head.get(f"/rounds/lot?{wrong}").status_code == 404


def test_a_lots_staff_lists_that_lot_alone(head: Person, office: Office) -> None:
    plan(office, MONTH, "002")
    lin = office.person("lin", Role.LOT, "002")
    lin.log_in()
    page = lin.get("/rounds/lot").text
    assert "第002停車場" in page, "without a lot, one's own"
    assert "001" not in page
    assert lin.get("/rounds/lot?lot=001").status_code == 404
    assert "只列出您負責的停車場" in lin.get("/rounds").text
    assert "只列出您負責的停車場" not in head.get("/rounds").text


def test_times_are_moved_and_days_off_pointed_out(head: Person, office: Office) -> None:
    draw_id = plan(office, MONTH, "001")
    times = {"opens": "2031-02-05T07:00", "closes": "2031-02-22T14:00", "draw": "2031-02-22T15:00"}
    page = head.post(f"/round/times/{draw_id}", last="2031-02-25T23:59", **times).text
    assert "已更改時間" in page
    assert "登記結束、抽籤落在放假日" in page, "the 22nd is a Saturday"
    assert "2031-02-25 23:59" in words_of(page)
    wrong = head.post(f"/round/times/{draw_id}", last="2031-02-21T23:59", **times).text
    assert "無法進行" in wrong


TIMES = {
    "opens": "2031-02-06T07:00",
    "closes": "2031-02-22T14:00",
    "draw": "2031-02-22T15:00",
    "last": "2031-02-25T23:59",
}


def test_a_whole_month_moves_after_it_was_looked_at(head: Person, office: Office) -> None:
    priced(office, "003")
    opened, frozen, announced = (plan(office, MONTH, lot) for lot in ("001", "002", "003"))
    office.run("UPDATE pass_round SET phase = 'frozen' WHERE draw_id <> :id", id=opened)
    office.run("UPDATE pass_round SET phase = 'announced' WHERE draw_id = :id", id=announced)
    assert 'value="2031-02-05T07:00"' in head.get(f"/rounds/times?month={MONTH}").text
    page = head.post("/rounds/times/compare", month=MONTH, **TIMES).text
    assert "以下 2 個期別" in page
    assert "1 個期別已公告登記清單" in page
    assert "登記結束、抽籤落在放假日" in page
    shown = re.findall(r'name="round" value="([^"]+)"', page)
    assert "別人更改過" in head.post("/rounds/times/apply", month=MONTH, round=shown[:1], **TIMES).text
    assert "已更改各期的時間" in head.post("/rounds/times/apply", month=MONTH, round=shown, **TIMES).text
    with office.house.unit() as uow:
        times = [times_of(office.house.rounds.find(uow, one)) for one in (opened, frozen, announced)]
    assert [field_time(one.draw_at) for one in times] == [TIMES["draw"]] * 2 + ["2031-02-20T15:00"]
    assert [field_time(one.opens_at) for one in times] == [TIMES["opens"]] + ["2031-02-05T07:00"] * 2
    page = head.get(f"/rounds?month={MONTH}").text
    assert page.count("登記結束、抽籤落在放假日") == 1
    assert page.count("<strong>抽籤落在放假日") == 1, "the frozen one's registration stays on a working day"
    assert page.count("<strong>繳費期限落在放假日") == 1, "the announced one, as it was: the 23rd is a Sunday"
    assert "3 個期別有步驟落在放假日" in page
    assert "沒有要更改的期別" in head.post("/rounds/times/compare", month=MONTH, **TIMES).text
    assert "先後不正確" in head.post("/rounds/times/compare", month=MONTH, **(TIMES | {"last": TIMES["opens"]})).text
    assert head.get("/rounds/times?month=x").status_code == 404


def test_a_lots_staff_moves_no_times_of_all(head: Person, office: Office) -> None:
    lin = office.person("lin", Role.LOT, "001")
    lin.log_in()
    assert lin.get(f"/rounds/times?month={MONTH}").status_code == 403
    assert lin.post("/rounds/times/apply", month=MONTH, **TIMES).status_code == 403
    assert "更改各期的時間" not in lin.get("/rounds").text


def test_after_the_announcement_nothing_moves_and_the_page_says_why(head: Person, office: Office) -> None:
    draw_id = plan(office, MONTH, "001")
    office.run("UPDATE pass_round SET phase = 'frozen' WHERE draw_id = :id", id=draw_id)
    office.run("UPDATE pass_round SET phase = 'announced' WHERE draw_id = :id", id=draw_id)
    page = head.get(f"/round/{draw_id}").text
    assert "張數與時間不能再更改" in page
    assert "更改張數</button>" not in page
    assert "無法進行" in head.post(f"/round/places/{draw_id}", steps="1", waitlist="").text
    assert "張數不能再更改" in head.post("/rounds/compare", month=MONTH, **{"steps|001|car|all-day": "9"}).text


def test_a_round_is_taken_off_the_shelf(head: Person, office: Office) -> None:
    draw_id = plan(office, MONTH, "001")
    assert "，下架" in head.post(f"/round/shelf/{draw_id}", on="0").text
    assert "，上架" in head.post(f"/round/shelf/{draw_id}", on="1").text


def test_auditors_see_and_touch_nothing(office: Office) -> None:
    priced(office, "001")
    draw_id = plan(office, MONTH, "001")
    wuly = office.person("wuly", Role.AUDIT)
    wuly.log_in()
    page = wuly.get(f"/round/{draw_id}").text
    assert "開放車位數" in page
    assert '<form class="narrow"' not in page
    assert wuly.post(f"/round/places/{draw_id}", steps="1", waitlist="").status_code == 403
