"""停車費繳費查詢: what is found by what, page by page, masked; whole once, with a second person."""

import io
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from openpyxl import load_workbook

from domain.clock import TAIPEI, city_date
from domain.orders import AttemptState
from domain.plates import parse_plate
from domain.staff import Role
from services import payment_list
from tests.pay.world import World, bill
from tests.staff.office import Office, Person
from tests.staff.rehearsal import approval

HEAD_ROWS = 1


@pytest.fixture
def world(office: Office) -> World:
    return World.build(office.house.engine)


def paid(world: World, number: str, plate: str = "AJH-6023", amount: int = 80, agency: str = "NWT") -> str:
    """The trade number of a bill that was paid."""
    order = world.open(bill(number, amount, agency, plate))
    world.start(order)
    trade = world.trade(order)
    world.bank.pay(trade, amount)
    assert world.settle(order) is AttemptState.PAID
    return trade


def begun(world: World, number: str) -> str:
    """The trade number of one that nobody has paid."""
    order = world.open(bill(number))
    world.start(order)
    return world.trade(order)


def shown(page: str) -> list[str]:
    """Bill numbers in the order of the page."""
    return re.findall(r"<td>(B\d+)</td>", page)


def cells(file: bytes) -> list[list[object]]:
    return [list(row) for row in load_workbook(io.BytesIO(file)).worksheets[0].iter_rows(values_only=True)]


def test_what_was_paid_and_what_was_not_the_newest_first(world: World, chen: Person) -> None:
    trade = paid(world, "B1")
    begun(world, "B2")
    page = chen.get("/payments").text
    assert shown(page) == ["B2", "B1"]
    assert trade in page
    assert "AJH-**23" in page
    assert "6023" not in page
    assert "新北市" in page
    assert "熊讚銀行" in page
    assert "付款成功" in page
    assert "付款中" in page


@pytest.mark.parametrize(
    ("form", "found"),
    [
        ({"plate": "ajh6023"}, ["B2", "B1"]),
        ({"plate": "ＡＪＨ－６０２３", "number": "B1"}, ["B1"]),
        ({"plate": "AJH-6024"}, []),
        ({"number": "b3"}, ["B3"]),
        ({"number": "B"}, []),
        ({"agency": "TPE"}, ["B3"]),
        ({"provider": "demobank", "fee_item": "parking"}, ["B3", "B2", "B1"]),
        ({"provider": "linepay"}, []),
        ({"fee_item": "water"}, []),
        ({"status": "付款成功"}, ["B3", "B1"]),
        ({"status": "付款中"}, ["B2"]),
        ({"status": "交易失敗"}, []),
        ({"last": "2020-01-01"}, []),
        ({"first": "2999-01-01"}, []),
    ],
)
def test_it_is_found_by_what_is_whole(world: World, chen: Person, form: dict[str, str], found: list[str]) -> None:
    paid(world, "B1")
    begun(world, "B2")
    paid(world, "B3", plate="XYZ-0001", agency="TPE")
    page = chen.post("/payments/find", **form).text
    assert shown(page) == found
    assert ("沒有符合的資料" in page) is not bool(found)


def test_a_trade_number_finds_its_bills_and_a_bill_the_notice_that_covers_it(world: World, chen: Person) -> None:
    trade = begun(world, "B1")
    assert shown(chen.post("/payments/find", number=trade).text) == ["B1"]
    world.run("UPDATE order_line SET type = 'notice', number = 'B9', covers = '{B7,B8}'")
    assert shown(chen.post("/payments/find", number="B8").text) == ["B9"]


def test_money_counts_by_the_day_it_was_paid(world: World, chen: Person) -> None:
    paid(world, "B1")
    last_month = datetime.now(TAIPEI) - timedelta(days=40)
    world.run("UPDATE payment SET paid_at = :at", at=last_month)
    assert shown(chen.get("/payments").text) == [], "a first look shows the last thirty days"
    day = city_date(last_month).isoformat()
    assert shown(chen.post("/payments/find", first=day, last=day).text) == ["B1"]
    midnight = datetime.combine(city_date(last_month), datetime.min.time(), TAIPEI)
    world.run("UPDATE payment SET paid_at = :at", at=midnight)
    assert shown(chen.post("/payments/find", first=day, last=day).text) == ["B1"]
    world.run("UPDATE payment SET paid_at = :at", at=midnight - timedelta(microseconds=1))
    assert shown(chen.post("/payments/find", first=day, last=day).text) == []


def test_what_is_asked_for_is_planned_each_time(office: Office) -> None:
    """A plan for any value, which the server would keep, walks every payment there is for an agency that has few."""
    kept = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%order_line%'"
    with office.house.unit() as uow:
        for _ in range(10):
            payment_list.page(uow, payment_list.Wanted(agency="RARE", plate=parse_plate("ABC-1234"), number="B1"))
        assert uow.driver.execute(kept, prepare=False).fetchone() == (0,)


def test_a_wrong_form_is_said(chen: Person) -> None:
    assert "日期不正確" in chen.post("/payments/find", first="2026-13-01").text
    assert "無法進行" in chen.post("/payments/find", plate="這不是車牌").text
    for after in ("x", "2026-01-01T00:00:00 x", "2026-01-01T00:00:00 00000000-0000-4000-8000-000000000000"):
        assert chen.post("/payments/find", after=after).status_code == 400


def test_pages_join_without_a_gap_or_a_repetition(world: World, chen: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 8):
        (paid if number % 2 else begun)(world, f"B{number}")
    at = datetime.now(TAIPEI) - timedelta(hours=1)
    world.run("UPDATE payment SET paid_at = :at", at=at)  # several at one moment
    world.run("UPDATE attempt SET started_at = :at", at=at)
    monkeypatch.setattr(payment_list, "PAGE", 2)
    seen, page = [], chen.post("/payments/find").text
    while True:
        seen.append(shown(page))
        more = re.search(r'name="after" value="([^"]+)"', page)
        if more is None:
            break
        page = chen.post("/payments/find", after=more.group(1)).text
    assert [len(one) for one in seen] == [2, 2, 2, 1]
    assert sorted(number for one in seen for number in one) == [f"B{number}" for number in range(1, 8)]


def test_the_file_has_every_row_masked_and_read_in_batches(
    world: World, office: Office, chen: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payment_list, "AT_ONCE", 2)
    for number in range(1, 6):
        (paid if number % 2 else begun)(world, f"B{number}", **({"plate": "=1+1"} if number == 1 else {}))
    sheet = cells(chen.post("/payments/excel", first="2020-01-01").data)
    head, rows = sheet[0], sheet[HEAD_ROWS:]
    assert head[:3] == ["繳費時間", "開始時間", "機關"]
    assert sorted(str(row[4]) for row in rows) == [f"B{number}" for number in range(1, 6)]
    assert {row[5] for row in rows} == {"AJH-**23", "**+1"}
    assert ("staff:chen", "payments.exported") in office.audit()
    monkeypatch.setattr(payment_list, "MOST_ROWS", 4)
    assert "超過 4 列" in chen.post("/payments/excel", first="2020-01-01").text
    few = cells(chen.post("/payments/excel", number="B3", first="2020-01-01").data)
    assert [row[4] for row in few[HEAD_ROWS:]] == ["B3"]


def test_whole_plates_need_days_a_reason_and_another_person_and_go_once(
    world: World, office: Office, chen: Person, lin: Person
) -> None:
    paid(world, "B1")
    paid(world, "B2", agency="TPE")
    days = {"first": "2020-01-01", "last": "2999-01-01"}
    asked = {**days, "agency": "TPE", "plate": "AJH-6023", "reason": "核對撥款"}
    assert "需要開始日與結束日" in chen.post("/payments/ask", first="2020-01-01", reason="x").text
    assert "原因" in chen.post("/payments/ask", **days, reason=" ").text
    assert "另一位同仁核准" in chen.post("/payments/ask", **asked).text
    assert world.rows("SELECT detail FROM approval") == [({**days, "agency": "TPE"},)], "nothing personal is kept"
    page = lin.get("/payments").text
    assert "2020-01-01 至 2999-01-01、臺北市，核對撥款" in page, "what would be taken away is told"
    waiting = approval(page)
    assert "不能核准自己" in chen.post("/payments/decide", id=waiting, approve="1").text
    assert "可以下載一次" in lin.post("/payments/decide", id=waiting, approve="1").text
    assert "只有申請的人" in lin.post("/payments/unmasked", id=waiting).text
    note, _, *rows = cells(chen.post("/payments/unmasked", id=waiting).data)
    assert "匯出人 staff:chen，核准人 staff:lin" in str(note[0])
    assert [(row[4], row[5]) for row in rows] == [("B2", "AJH-6023")]
    assert "已使用" in chen.post("/payments/unmasked", id=waiting).text
    assert [one for one in office.audit() if one[1].startswith("payments.")] == [("staff:chen", "payments.exported")]


@pytest.mark.parametrize(("role", "opens", "asks"), [(Role.SERVICE, 200, 403), (Role.AUDIT, 200, 403)])
def test_others_read_and_take_nothing_whole(office: Office, role: Role, opens: int, asks: int) -> None:
    person = office.person("lin", role)
    person.log_in()
    assert person.get("/payments").status_code == opens
    assert person.post("/payments/ask", first="2020-01-01", last="2999-01-01", reason="x").status_code == asks


def test_a_lots_staff_see_no_payments_of_bills(office: Office) -> None:
    office.lot("001")
    person = office.person("lin", Role.LOT, "001")
    person.log_in()
    assert person.get("/payments").status_code == 403


def test_searches_for_somebody_are_kept_and_those_in_vain_are_few(world: World, office: Office) -> None:
    office.limits_on = True
    chen = office.person("chen")
    chen.log_in()
    answers: Sequence[int] = [chen.post("/payments/find", plate=f"AAA-{no:04}").status_code for no in range(22)]
    assert answers[0] == 200
    assert answers[-1] == 429
    assert ("staff:chen", "payments.searched") in office.audit()
