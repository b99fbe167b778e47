"""停住的訂單: seen by those who see money, let go with a reason, a large one by two persons."""

import pytest

from domain.ports.payments import AttemptOutcome
from domain.staff import Role
from tests.pay.world import World, bill
from tests.staff.office import Office, Person
from tests.staff.rehearsal import approval

SMALL, LARGE = 300, 1200  # NT$; above 1,000 another person must approve


@pytest.fixture
def world(office: Office) -> World:
    return World.build(office.house.engine)


def stuck(world: World, amount: int) -> tuple[str, str]:
    """(trade number, attempt) of an order whose provider took NT$1."""
    order = world.open(bill(amount=amount))
    world.start(order)
    number = world.trade(order)
    world.bank.report(number, AttemptOutcome.PAID, 1, "R1")
    world.settle(order)
    return number, str(world.attempt_id(number))


def test_a_small_one_is_let_go_with_a_reason(world: World, office: Office, chen: Person) -> None:
    number, attempt = stuck(world, SMALL)
    assert number in chen.get("/stopped").text
    assert "原因" in chen.post("/stopped/release", attempt=attempt, reason=" ").text
    assert "已放行" in chen.post("/stopped/release", attempt=attempt, reason="已向業者查明").text
    assert number not in chen.get("/stopped").text
    assert "已經放行" in chen.post("/stopped/release", attempt=attempt, reason="再一次").text
    assert ("staff:chen", "order.released") in office.audit()


def test_a_large_one_needs_another_person(world: World, office: Office, chen: Person) -> None:
    number, attempt = stuck(world, LARGE)
    assert "另一位同仁核准" in chen.post("/stopped/release", attempt=attempt, reason="已查明").text
    page = chen.get("/stopped").text
    assert number in page
    assert "請由另一位同仁核准" in page
    desk = office.person("lin", Role.SERVICE)
    desk.log_in()
    waiting = approval(desk.get("/stopped").text)
    assert "不能核准自己" in chen.post("/stopped/decide", id=waiting, approve="1").text
    assert "已核准並放行" in desk.post("/stopped/decide", id=waiting, approve="1").text
    assert number not in chen.get("/stopped").text


def test_auditors_look_alone(world: World, office: Office) -> None:
    number, attempt = stuck(world, SMALL)
    wuly = office.person("wuly", Role.AUDIT)
    wuly.log_in()
    page = wuly.get("/stopped").text
    assert number in page
    assert "<button" not in page.split("<main", 1)[1]
    assert wuly.post("/stopped/release", attempt=attempt, reason="x").status_code == 403
