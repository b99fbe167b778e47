"""抽籤作業: a rehearsal from its list to the promotion, run in the browser by two people; what is refused, and why."""

import io
from datetime import timedelta

from openpyxl import load_workbook

from domain.clock import TAIPEI, city_date
from domain.staff import Role
from domain.vehicles import VehicleKind
from services.passes.rounds import NewRound
from services.staff import approvals
from tests.passes.world import DRAW_AT
from tests.staff.crawl import Tables
from tests.staff.office import Office, Person
from tests.staff.rehearsal import PEOPLE, announced, approval, armed, clock, drawn, planned, winner


def test_a_rehearsal_from_its_list_to_the_promotion(chen: Person, lin: Person, office: Office, draw_id: str) -> None:
    announced(chen, draw_id)
    page = chen.get(f"/draw/show/{draw_id}").text
    assert "disabled" in page
    assert "兩位管理人員啟動之後才能抽籤" in page
    armed(chen, lin, draw_id)
    assert "以後才能點擊" in chen.get(f"/draw/show/{draw_id}").text
    chen.post(f"/draw/rehearse/{draw_id}", step="clock", at=clock(DRAW_AT + timedelta(minutes=2)))
    assert "disabled" not in chen.get(f"/draw/show/{draw_id}").text
    page = lin.post(f"/draw/start/{draw_id}").text
    assert "抽籤完成。比表定時間晚" in page
    assert page.count('class="W"') == 2
    assert page.count("備取 1<") == page.count("備取 2<") == 1
    assert "王○1" in page
    assert "已抽籤，每期只能抽一次" in page
    assert "無法進行" in lin.post(f"/draw/start/{draw_id}").text
    screen = chen.get(f"/draw/screen/{draw_id}").text
    assert "演練" in screen
    assert "王小" not in screen
    chen.post(f"/draw/rehearse/{draw_id}", step="clock", at=clock(DRAW_AT + timedelta(days=4)))
    page = chen.get(f"/draw/offers/{draw_id}").text
    assert "待繳費 2" in page, "looking vacates nothing"
    assert "<td>備取 1</td>" in page
    last = (DRAW_AT + timedelta(days=6)).astimezone(TAIPEI).date().isoformat()
    page = chen.post(f"/draw/offer/{draw_id}", up_to="9", last=last).text
    assert "收回 2 個逾期車位，通知 備取 1、備取 2；空出的車位不足" in page
    (log,) = Tables(page).rows
    assert [row[1:] for row in log] == [["W1", "逾期未繳費", "備取 1"], ["W2", "逾期未繳費", "備取 2"]]
    assert {"round.announced", "draw.armed", "round.drawn"} <= {action for _, action in office.audit()}


def test_nobody_arms_alone(chen: Person, office: Office, draw_id: str) -> None:
    announced(chen, draw_id)
    chen.post("/draws/arm", draw=[draw_id], reason="已核對")
    with office.house.unit() as uow:
        waiting = approvals.waiting(uow)[0].id
    assert "不能核准自己的申請" in chen.post("/draws/decide", id=waiting, approve="1").text
    assert "還沒有經兩人啟動" in chen.post(f"/draw/start/{draw_id}").text


def test_what_is_not_announced_is_not_armed(chen: Person, draw_id: str) -> None:
    assert "還沒有公告登記清單" in chen.post("/draws/arm", draw=[draw_id], reason="已核對").text
    assert "請至少選一個期別" in chen.post("/draws/arm", reason="已核對").text


def test_an_approval_counts_once(chen: Person, lin: Person, draw_id: str) -> None:
    announced(chen, draw_id)
    chen.post("/draws/arm", draw=[draw_id], reason="已核對")
    waiting = approval(lin.get("/draws").text)
    assert "已退回申請" in lin.post("/draws/decide", id=waiting, approve="0").text
    assert "已經有人決定" in lin.post("/draws/decide", id=waiting, approve="1").text


def test_the_clock_of_a_real_round_cannot_be_touched(chen: Person, office: Office, draw_id: str) -> None:
    assert draw_id
    with office.house.unit() as uow:
        real = NewRound("2031-03", "001", VehicleKind.CAR, "all-day", "*:2")
        name = office.house.rounds.plan(uow, real, staff="test").draw_id
    assert "只有演練" in chen.post(f"/draw/rehearse/{name}", step="clock", at="2031-02-20T15:00").text
    assert "只有演練" in chen.post(f"/draw/rehearse/{name}", step="freeze").text


def test_two_copies_of_the_result(chen: Person, lin: Person, draw_id: str) -> None:
    drawn(chen, lin, draw_id)
    heads = {}
    for copy in ("notice", "record"):
        sheet = load_workbook(io.BytesIO(chen.get(f"/draw/excel/{copy}/{draw_id}").data)).worksheets[0]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        assert rows[0][0].startswith("大安地下停車場 2023-09 汽車全日月票")
        assert "演練" in rows[0][0]
        assert [row[0] for row in rows[-PEOPLE:]] == ["正取 1", "正取 2", "備取 1", "備取 2"]
        heads[copy] = rows[3]
    assert heads["record"][-3:] == ["購票日期", "收據號碼", "簽收"]
    assert chen.get(f"/draw/excel/other/{draw_id}").status_code == 404


def test_a_place_is_sold_at_the_counter_once(chen: Person, lin: Person, draw_id: str) -> None:
    form = {"entry_no": winner(drawn(chen, lin, draw_id)), "amount": "5760", "receipt": "A-1"}
    assert "無法進行" in chen.post(f"/draw/sell/{draw_id}", **(form | {"amount": "10"})).text
    assert "已登記現場購票" in chen.post(f"/draw/sell/{draw_id}", **form).text
    assert "無法進行" in chen.post(f"/draw/sell/{draw_id}", **form).text
    assert "已繳費 1" in chen.get(f"/draw/offers/{draw_id}").text


def test_a_lots_staff_draws_in_that_lot_alone(chen: Person, office: Office, draw_id: str) -> None:
    announced(chen, draw_id)
    office.lot("002")
    other = office.person("other", Role.LOT, "002")
    other.log_in()
    assert "大安地下停車場" not in other.get("/draws").text
    for path in ("draw/show", "draw/screen", "draw/offers", "draw/excel/notice"):
        assert other.get(f"/{path}/{draw_id}").status_code == 404
    for path in ("draw/start", "draw/rehearse", "draw/offer", "draw/tell", "draw/sell"):
        form = {"step": "freeze", "entry_no": "x", "receipt": "x", "amount": "1"}
        assert other.post(f"/{path}/{draw_id}", **form).status_code == 404
    assert other.post("/draws/arm", draw=[draw_id], reason="x").status_code == 403


def test_rounds_of_one_lot_and_month_are_told_apart_by_kind_and_type(chen: Person, lin: Person, office: Office) -> None:
    day, night = (planned(office, of_type=one) for one in ("all-day", "night"))
    announced(chen, night)
    (rows,) = Tables(chen.get("/draws").text).rows
    assert sorted(row[3:6] for row in rows) == [["汽車", "全日月票", "2"], ["汽車", "夜間月票", "2"]]
    chen.post("/draws/arm", draw=[night], reason="已核對")
    assert "大安地下停車場 2023-09 汽車夜間月票，2 張，4 件" in lin.get("/draws").text, (
        "what the second person approves"
    )
    for path in ("draw/show", "draw/screen", "draw/offers"):
        assert "汽車夜間月票" in chen.get(f"/{path}/{night}").text
        assert "汽車全日月票" in chen.get(f"/{path}/{day}").text


def test_before_places_are_offered_staff_see_to_whom_masked_and_how_they_are_told(
    chen: Person, lin: Person, office: Office, draw_id: str
) -> None:
    drawn(chen, lin, draw_id)
    chen.post(f"/draw/rehearse/{draw_id}", step="clock", at=clock(DRAW_AT + timedelta(days=4)))
    (before,) = Tables(chen.get(f"/draw/offers/{draw_id}").text).rows
    assert [(row[0], row[5]) for row in before] == [("備取 1", "不通知（演練）"), ("備取 2", "不通知（演練）")]
    assert all(row[2].startswith("王○") and "***" in row[4] and "**" in row[3] for row in before)
    days = [city_date(office.house.clock.now())]
    page = chen.get(f"/draw/offers/{draw_id}").text
    days.append(city_date(office.house.clock.now()))  # a midnight may lie between
    assert any(f'type="date" value="{day + timedelta(days=2)}"' in page for day in days), "as the office has it"
    office.run("UPDATE pass_entry SET channel = 'C', citizen = 'U1'")
    (after,) = Tables(chen.get(f"/draw/offers/{draw_id}").text).rows
    assert [row[5] for row in after] == ["LINE", "LINE"]


def test_results_are_told_again_only_where_there_are_any_and_the_audit_keeps_who_did(
    chen: Person, lin: Person, office: Office, draw_id: str
) -> None:
    told = ("staff:chen", "draw.told")
    pages = [f"/draw/show/{draw_id}", f"/draw/offers/{draw_id}"]
    assert not any(">發簡訊<" in chen.get(page).text for page in pages)
    assert "還沒有可以通知的抽籤結果" in chen.post(f"/draw/tell/{draw_id}").text
    assert told not in office.audit()
    drawn(chen, lin, draw_id)
    assert all(">發簡訊<" in chen.get(page).text for page in pages)
    assert "已排入通知" in chen.post(f"/draw/tell/{draw_id}").text
    assert told in office.audit()
