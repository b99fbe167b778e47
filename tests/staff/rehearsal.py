"""A rehearsal of two places with four applicants, led through its steps in the browser."""

from datetime import datetime, timedelta

from domain.clock import TAIPEI
from domain.phones import Mobile
from domain.plates import Plate
from domain.vehicles import VehicleKind
from services.passes.application import Application
from services.passes.lots import PlanView
from services.passes.rounds import NewRound
from tests.passes.world import DRAW_AT, REGISTERING, TIMES
from tests.staff.office import Office, Person

PEOPLE = 4
PRICE = 5760  # NT$


def clock(moment: datetime) -> str:
    """As the form of the rehearsal's clock wants it."""
    return moment.astimezone(TAIPEI).strftime("%Y-%m-%dT%H:%M")


def planned(office: Office, lot: str = "001", name: str = "王小", of_type: str = "all-day") -> str:
    """Still open, with PEOPLE who are called `name` and a number; the draw_id."""
    office.lot(lot, "大安地下停車場")
    house = office.house
    with house.unit() as uow:
        house.lots.put_plan(uow, lot, VehicleKind.CAR, of_type, PlanView("general", "一般", PRICE), staff="test")
        new = NewRound("2023-09", lot, VehicleKind.CAR, of_type, "*:2", times=TIMES, rehearsal=True)
        draw_id = house.rounds.plan(uow, new, staff="test").draw_id
    now = house.clock.now()
    office.run("UPDATE pass_round SET clock_shift = :shift", shift=REGISTERING - now)
    for i in range(1, PEOPLE + 1):
        wanted = Application(draw_id, Plate(f"AAA-{i:04}"), "general", Mobile(f"09{i:08}"), f"{name}{i}", now)
        with house.unit() as uow:
            house.entries.apply(uow, wanted)
    return draw_id


def announced(chen: Person, draw_id: str) -> None:
    """Freeze and announce, on the rehearsal's clock."""
    chen.post(f"/draw/rehearse/{draw_id}", step="clock", at=clock(DRAW_AT - timedelta(minutes=30)))
    assert "下一步" in chen.post(f"/draw/rehearse/{draw_id}", step="freeze").text
    assert "下一步" in chen.post(f"/draw/rehearse/{draw_id}", step="announce").text


def approval(page: str) -> str:
    """The id of what waits."""
    return page.split('name="id" value="')[1].split('"', maxsplit=1)[0]


def armed(chen: Person, lin: Person, draw_id: str) -> None:
    """One asks, the other approves."""
    assert "另一位管理人員核准" in chen.post("/draws/arm", draw=[draw_id], reason="已核對").text
    assert "已啟動 1 場" in lin.post("/draws/decide", id=approval(lin.get("/draws").text), approve="1").text


def drawn(chen: Person, lin: Person, draw_id: str) -> str:
    """All of it, and 開始抽籤; the page afterwards."""
    announced(chen, draw_id)
    armed(chen, lin, draw_id)
    chen.post(f"/draw/rehearse/{draw_id}", step="clock", at=clock(DRAW_AT + timedelta(minutes=2)))
    return chen.post(f"/draw/start/{draw_id}").text


def winner(page: str) -> str:
    """The entry number of 正取 1 on the page of a draw."""
    return page.split('class="W"><span>')[1].split("<", maxsplit=1)[0]
