"""停車場, and the plans of one."""

import pytest

from domain.staff import Role
from domain.vehicles import VehicleKind
from tests.staff.office import Office, Person

LOT = {
    "number": "009",
    "name": "信義地下停車場",
    "district": "信義區",
    "village": "西村里",
    "address": "市府路 1 號",
    "latitude": "25.0375",
    "longitude": "121.5637",
    "sells": "both",
    "on_shelf": "1",
}
PLAN = {
    "kind": "car",
    "type": "all-day",
    "code": "village",
    "name": "優惠里月票",
    "price": "4600",
    "pool": "L",
    "villages": "西村里、景聯里",
    "evidence": "residence",
}


@pytest.fixture
def chen(office: Office) -> Person:
    person = office.person("chen", Role.HEAD)
    person.log_in()
    return person


def test_a_lot_and_its_plan_are_kept(chen: Person, office: Office) -> None:
    assert "已儲存停車場 009" in chen.post("/lots/put", **LOT).text
    assert "已儲存方案" in chen.post("/lot/009/plan", **PLAN).text
    page = chen.get("/lot/009").text
    assert "4,600" in page
    assert "西村里、景聯里" in page
    with office.house.unit() as uow:
        (plan,) = office.house.lots.plans(uow, "009", VehicleKind.CAR, "all-day")
    assert (plan.price, plan.pool, plan.villages) == (4600, "L", ("西村里", "景聯里"))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"name": " "}, "都要填寫"),
        ({"number": "0/9"}, "編號由"),
        ({"number": ""}, "編號由"),
        ({"latitude": "x"}, "需要是數字"),
        ({"latitude": "51.5"}, "不在臺灣"),
    ],
)
def test_a_lot_that_does_not_fit_is_explained(chen: Person, change: dict[str, str], why: str) -> None:
    assert why in chen.post("/lots/put", **(LOT | change)).text
    assert "還沒有停車場" in chen.get("/lots").text


@pytest.mark.parametrize("price", ["0", "-1", "1e3", "999999", ""])
def test_a_price_that_is_none_is_refused(chen: Person, price: str) -> None:
    chen.post("/lots/put", **LOT)
    assert "價格需要" in chen.post("/lot/009/plan", **(PLAN | {"price": price})).text


def test_a_lots_staff_sees_that_lot_and_changes_no_price(chen: Person, office: Office) -> None:
    chen.post("/lots/put", **LOT)
    office.lot("001")
    lin = office.person("lin", Role.LOT, "001")
    lin.log_in()
    assert "信義" not in lin.get("/lots").text
    assert lin.get("/lot/009").status_code == 404
    assert lin.get("/lot/001").status_code == 200
    assert lin.post("/lot/001/plan", **PLAN).status_code == 403
    assert lin.post("/lots/put", **LOT).status_code == 403


def test_a_new_lot_takes_no_number_that_is_there(chen: Person) -> None:
    chen.post("/lots/put", new="1", **LOT)
    page = chen.post("/lots/put", new="1", **(LOT | {"name": "別的停車場"})).text
    assert "編號 009 已經有停車場" in page
    assert "信義地下停車場" in page
    assert "別的停車場" in chen.post("/lots/put", **(LOT | {"name": "別的停車場"})).text, (
        "from its own page it is changed"
    )
