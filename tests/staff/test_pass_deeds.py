"""Pages of passes beside the draw: photos of 資格審查, 優先購買, limits, calendar, 換牌, 退票; who may and who not."""

import re
import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from domain.accounts import AccountState
from domain.phones import parse_mobile
from domain.plates import parse_plate
from domain.staff import Role
from domain.vehicles import VehicleKind
from services.consents import Given
from services.passes.application import Application
from services.passes.lots import PlanView
from tests.handlers.registered import AGREED_AT
from tests.passes.test_qualifying import photo
from tests.staff.office import Office, Person
from tests.staff.rehearsal import PRICE, drawn, winner
from tests.staff.test_cases import MOBILE, PLATE, apply, open_round

OWN = PlanView("own", "所在里月票", 4032, "L", ("龍門里",), "residence")
WHY = {"papers": "行車執照", "reason": "換車"}


class Photos:
    """LINE, which has one photo for every message."""

    def fetch(self, message_id: str) -> bytes:
        assert message_id
        return photo()


@pytest.fixture
def round_id(office: Office) -> str:
    """A round that is open, with a plan that asks for evidence."""
    office.house.__dict__["photos"] = Photos()
    made = open_round(office)
    office.run(
        "UPDATE pass_round SET closes_at = date_trunc('second', closes_at), draw_at = date_trunc('second', draw_at)"
    )
    with office.house.unit() as uow:
        office.house.lots.put_plan(uow, "001", VehicleKind.CAR, "all-day", OWN, staff="test")
    return made


@pytest.fixture
def hou(office: Office, round_id: str) -> Person:
    """The staff of the lot."""
    assert round_id
    return working(office, "houyi", "001")


def working(office: Office, login: str, *lots: str) -> Person:
    person = office.person(login, Role.LOT, *lots)
    person.log_in()
    return person


def shown(office: Office, draw_id: str) -> uuid.UUID:
    """Somebody applied for the plan and sent a photo, which was fetched."""
    now = office.house.clock.now()
    citizen = ("bot", "U" + "1" * 32)
    wanted = Application(draw_id, parse_plate(PLATE), "own", parse_mobile(MOBILE), "王小明", now, citizen)
    with office.house.unit() as uow:
        case = office.house.entries.apply(uow, wanted)[0].id
        office.house.qualifying.send(uow, case, "m1", asked_at=now)
        photo_id = uow.connection.execute(text("SELECT id FROM qualification_photo")).scalar_one()
    office.house.qualifying.fetch(office.house.unit, photo_id)
    return case


def photo_address(page: str) -> str:
    found = re.search(r'href="/staff(/case/[0-9a-f-]+/photo/[0-9a-f-]+)"', page)
    assert found
    return found[1]


def test_a_photo_is_looked_at_judged_and_the_look_is_in_the_audit(office: Office, hou: Person, round_id: str) -> None:
    case = shown(office, round_id)
    assert "王○明" in hou.get("/qualifications").text
    page = hou.get(f"/case/{case}").text
    assert "待審查" in page
    picture = hou.get(photo_address(page))
    assert (picture.mimetype, picture.headers["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    assert "no-store" in picture.headers["Cache-Control"]
    assert picture.data.startswith(b"\xff\xd8\xff")
    assert ("staff:houyi", "qualification.seen") in office.audit()
    judged = hou.post(f"/case/{case}/qualify", verdict="more", pool="L", reason="看不清楚地址").text
    assert "已請補件" in judged
    assert "看不清楚地址" in judged
    assert "沒有等待審查" in hou.get("/qualifications").text
    assert "資格審查通過" in hou.post(f"/case/{case}/qualify", verdict="passed", pool="L", reason="現場補看").text


def test_a_photo_is_of_its_lot_its_case_and_its_role(office: Office, hou: Person, round_id: str) -> None:
    case = shown(office, round_id)
    path = photo_address(hou.get(f"/case/{case}").text)
    office.lot("002")
    assert working(office, "hungyi", "002").get(path).status_code == 404
    service = office.person("sunyi", Role.SERVICE)
    service.log_in()
    assert service.get(path).status_code == 403
    assert "photo" not in service.get(f"/case/{case}").text
    other = apply(office, round_id, mobile="0987654321", plate="XYZ-9876")
    assert hou.get(path.replace(str(case), str(other))).status_code == 404, "another case's photo"
    assert hou.get(path[:-1] + ("0" if path[-1] != "0" else "1")).status_code == 404


def test_a_verdict_that_is_none_and_no_words_change_nothing(hou: Person, office: Office, round_id: str) -> None:
    case = shown(office, round_id)
    assert hou.post(f"/case/{case}/qualify", verdict="waiting", pool="L", reason="x").status_code == 400
    assert "請寫下審查說明" in hou.post(f"/case/{case}/qualify", verdict="refused", pool="L", reason=" ").text
    assert "待審查" in hou.get(f"/case/{case}").text


def test_the_counter_tells_whoever_has_verified_the_number(office: Office, hou: Person, round_id: str) -> None:
    house = office.house
    with house.unit() as uow:
        citizen = "U" + "7" * 32
        house.citizens.meet(uow, "bot", citizen, "zh-TW")
        consent = Given(house.consents.version, AGREED_AT)
        house.consents.give(uow, "bot", citizen)
        mine = {"mobile": parse_mobile(MOBILE), "name": "王小明", "consent": consent}
        house.accounts.keep(uow, "bot", citizen, AccountState.LIVE, **mine)
    form = {"mobile": MOBILE, "plate": PLATE, "name": "王小明", "plan": "general", "landline": ""}
    assert "已登記" in hou.post(f"/cases/enter/{round_id}", **form).text
    with house.unit() as uow:
        told = uow.connection.execute(text("SELECT notice, citizen FROM notice")).all()
    assert [tuple(one) for one in told] == [("pass_applied", citizen)]


def test_limits_and_windows_change_until_the_freeze(chen: Person, office: Office, round_id: str) -> None:
    assert "每人 3 件" in chen.post(f"/round/limit/{round_id}", limit="3").text
    assert "至少 1 件" in chen.post(f"/round/limit/{round_id}", limit="0").text
    assert "身心障礙者" in chen.post(f"/round/window/{round_id}", category="disabled", places="2").text
    now = office.house.clock.now()
    opens, closes = (f"{now + timedelta(days=days):%Y-%m-%dT%H:%M}" for days in (-2, 1))
    form = {"category": "disabled", "places": "1", "opens": opens, "closes": closes}
    assert "已更改優先購買" in chen.post(f"/round/window-change/{round_id}", **form).text
    assert "先開始、再結束" in chen.post(f"/round/window-change/{round_id}", **(form | {"closes": opens})).text
    office.run("UPDATE pass_round SET phase = 'frozen'")
    assert "不能再更改" in chen.post(f"/round/window-change/{round_id}", **form).text
    assert "登記截止前" in chen.post(f"/round/limit/{round_id}", limit="4").text


def test_sold_first_then_another_plate_reaches_the_gate(
    chen: Person, lin: Person, office: Office, round_id: str
) -> None:
    chen.post(f"/round/window/{round_id}", category="disabled", places="1")
    office.run("UPDATE priority_window SET opens_at = now() - interval '1 day', closes_at = now() + interval '1 day'")
    sale = {"category": "disabled", "name": "王小明", "mobile": MOBILE, "plate": PLATE, "plan": "general"}
    assert "金額應為" in chen.post(f"/round/sell-first/{round_id}", **sale, amount="1", receipt="R-1").text
    assert "收據 R-1" in chen.post(f"/round/sell-first/{round_id}", **sale, amount="5760", receipt="R-1").text
    with office.house.unit() as uow:
        case = uow.connection.execute(text("SELECT id FROM pass_entry")).scalar_one()
    assert "請寫下查驗" in chen.post(f"/pass/{case}/plate", plate="NEW-5678", papers="", reason="x").text
    assert "另一位同仁核准" in chen.post(f"/pass/{case}/plate", plate="NEW-5678", **WHY).text
    assert "等待核准" in chen.post(f"/pass/{case}/plate", plate="NEW-5679", **WHY).text
    gate = f"/gates/001.csv?day={date(2031, 3, 1)}"
    assert PLATE in chen.get(gate).text, "nothing changes before the second person"
    asked = lin.get("/passes").text
    assert "換牌為 NEW-5678" in asked
    waiting = re.findall(r'name="id" value="([0-9a-f-]{36})"', asked)[0]
    assert "不能核准自己" in chen.post("/passes/decide", id=waiting, approve="1").text
    assert "閘門名單已更新" in lin.post("/passes/decide", id=waiting, approve="1").text
    told = chen.get(gate).text
    assert "NEW-5678" in told
    assert PLATE not in told
    assert lin.post("/passes/decide", id=waiting, approve="1").status_code == 404, "it is decided"
    assert "已有月票" in chen.post(f"/pass/{case}/plate", plate="NEW-5678", **WHY).text
    assert "沒有抽籤的車位" in chen.post(f"/pass/{case}/return", **WHY).text
    assert ("staff:lin", "pass.plate") in office.audit()


def test_what_was_paid_at_the_lot_goes_back_there(chen: Person, lin: Person, office: Office, draw_id: str) -> None:
    number = winner(drawn(chen, lin, draw_id))
    chen.post(f"/draw/sell/{draw_id}", entry_no=number, amount=str(PRICE), receipt="A-1")
    with office.house.unit() as uow:
        found = text("SELECT id FROM pass_entry WHERE entry_no = :n")
        case = uow.connection.execute(found, {"n": number}).scalar_one()
    assert f"{PRICE:,} 元" in chen.get(f"/pass/{case}").text
    assert "另一位同仁核准" in chen.post(f"/pass/{case}/return", **WHY).text
    waiting = re.findall(r'name="id" value="([0-9a-f-]{36})"', lin.get("/passes").text)[0]
    office.lot("002")
    assert working(office, "hungyi", "002").post("/passes/decide", id=waiting, approve="1").status_code == 404
    said = lin.post("/passes/decide", id=waiting, approve="1").text
    assert f"退還 {PRICE:,} 元（收據 A-1）" in said
    assert chen.get(f"/pass/{case}").status_code == 404, "there is no pass any more"
    with office.house.unit() as uow:
        seats = uow.connection.execute(text("SELECT state, reason FROM pass_seat ORDER BY no")).all()
    assert ("vacant", "REFUNDED") in [tuple(seat) for seat in seats]


def test_a_rejected_request_leaves_the_pass(chen: Person, lin: Person, office: Office, draw_id: str) -> None:
    number = winner(drawn(chen, lin, draw_id))
    chen.post(f"/draw/sell/{draw_id}", entry_no=number, amount=str(PRICE), receipt="A-1")
    with office.house.unit() as uow:
        found = text("SELECT id FROM pass_entry WHERE entry_no = :n")
        case = uow.connection.execute(found, {"n": number}).scalar_one()
    chen.post(f"/pass/{case}/return", **WHY)
    waiting = re.findall(r'name="id" value="([0-9a-f-]{36})"', lin.get("/passes").text)[0]
    assert "已退回" in lin.post("/passes/decide", id=waiting, approve="0").text
    assert chen.get(f"/pass/{case}").status_code == 200
    assert "沒有等待核准" in lin.get("/passes").text


def test_the_calendar_warns_of_steps_on_a_day_off(chen: Person, office: Office, round_id: str) -> None:
    office.run("UPDATE pass_round SET draw_at = '2031-02-20T15:00+08', pay_by = '2031-02-24T00:00+08'")
    form = {"day": "2031-02-20", "how": "off", "name": "豪雨停班"}
    page = chen.post("/calendar/day", **form).text
    assert "豪雨停班" in page
    assert round_id in page
    assert "抽籤" in page
    assert "寫下名稱" in chen.post("/calendar/day", **(form | {"name": ""})).text
    assert "豪雨停班" not in chen.post("/calendar/day", **(form | {"how": "usual"})).text
    assert "不是辦公日曆表" in chen.post("/calendar/file", file=(b"", "x.csv")).text


def test_a_lots_staff_sees_the_calendar_and_changes_nothing(hou: Person) -> None:
    assert hou.get("/calendar").status_code == 200
    assert hou.post("/calendar/day", day="2031-02-20", how="off", name="x").status_code == 403
