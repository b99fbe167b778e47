"""市民查詢: found by a whole number alone, masked; whole with a reason; a plate unbound at request and told."""

import uuid

import pytest

from domain.accounts import AccountState
from domain.bindings import Services, Vehicle
from domain.phones import Mobile
from domain.plates import Plate
from domain.slots import Slot
from domain.staff import Role
from domain.vehicles import VehicleKind
from services.desk.threads import Said
from tests.pay.world import World, bill
from tests.staff.office import Office, Person

CHANNEL, CITIZEN, OTHER = "U" + "0" * 32, "U" + "1" * 32, "U" + "2" * 32
NAME, MOBILE, EMAIL, PLATE = "王小明", "0912345678", "ming@example.com", "ABC-1234"
WHY = "本人來電要求"


def citizen(office: Office, line_id: str = CITIZEN, mobile: str = MOBILE) -> uuid.UUID:
    """Somebody registered, with a vehicle; the account's id."""
    house = office.house
    with house.unit() as uow:
        house.citizens.meet(uow, CHANNEL, line_id, "zh-Hant")
        house.consents.give(uow, CHANNEL, line_id)
        consent = house.consents.given(uow, CHANNEL, line_id)
        number = Mobile(mobile)
        row = house.accounts.keep(uow, CHANNEL, line_id, AccountState.LIVE, mobile=number, name=NAME, consent=consent)
        house.accounts.correct_email(uow, row.id, EMAIL)
        services = Services(reminder=Slot.parse("13-18"), paperless=True)
        house.vehicles.bind(uow, CHANNEL, line_id, Vehicle(Plate(PLATE), VehicleKind.CAR), services)
        account: uuid.UUID = row.id
        return account


def binding_of(office: Office, line_id: str = CITIZEN) -> str:
    with office.house.unit() as uow:
        query = "SELECT id FROM binding WHERE citizen = %s"
        return str(uow.driver.execute(query, (line_id,)).fetchone()[0])  # type: ignore[index]


@pytest.fixture
def lin(office: Office) -> Person:
    person = office.person("lin", Role.SERVICE)
    person.log_in()
    return person


@pytest.mark.parametrize("typed", [MOBILE, "0912-345-678", "+886 912 345 678"])
def test_a_whole_number_finds_and_masks(lin: Person, office: Office, typed: str) -> None:
    account = citizen(office)
    page = lin.post("/citizens/find", mobile=typed).text
    for masked in ("王○明", "0912***678", "ABC-**34", "13"):
        assert masked in page
    for whole in (NAME, MOBILE, "0912-345-678", EMAIL, PLATE):
        assert whole not in page
    assert ("staff:lin", "citizen.found") in office.audit()
    assert lin.get(f"/citizen/{account}").status_code == 200


@pytest.mark.parametrize("typed", ["0912", "0912345679", "", "王小明", "' OR 1=1 --"])
def test_anything_else_finds_nobody(lin: Person, office: Office, typed: str) -> None:
    citizen(office)
    page = lin.post("/citizens/find", mobile=typed).text
    assert "無法進行" in page
    assert "王○明" not in page


def test_numbers_are_not_to_be_tried_out(office: Office) -> None:
    citizen(office)
    office.limits_on = True
    person = office.person("lin", Role.SERVICE)
    person.log_in()
    answers = [person.client.post("/staff/citizens/find", data={"mobile": f"09{n:08}"}) for n in range(21)]
    assert [answer.status_code for answer in answers] == [303] * 20 + [429]


def test_one_citizen_is_shown_whole_with_a_reason_that_is_kept(lin: Person, office: Office) -> None:
    account = citizen(office)
    assert "請寫下原因" in lin.post(f"/citizen/{account}/unmask", reason=" ").text
    page = lin.post(f"/citizen/{account}/unmask", reason=WHY).text
    assert all(whole in page for whole in (NAME, "0912-345-678", EMAIL, PLATE))
    assert NAME not in lin.get(f"/citizen/{account}").text, "this once"
    assert ("staff:lin", "citizen.unmasked") in office.audit()


def test_a_plate_is_unbound_at_request_and_its_citizen_is_told(lin: Person, office: Office) -> None:
    account = citizen(office)
    binding = binding_of(office)
    assert "請寫下原因" in lin.post(f"/citizen/{account}/unbind", binding=binding, reason="").text
    assert "ABC-**34" in lin.get(f"/citizen/{account}").text, "still bound"
    page = lin.post(f"/citizen/{account}/unbind", binding=binding, reason=WHY).text
    assert "已解除綁定，並通知市民" in page
    assert "沒有綁定車輛" in page
    assert "已經沒有綁定" in lin.post(f"/citizen/{account}/unbind", binding=binding, reason=WHY).text
    with office.house.unit() as uow:
        told = uow.driver.execute("SELECT notice FROM notice WHERE citizen = %s", (CITIZEN,)).fetchall()
        history = [one.what for one in office.house.for_conversations()["history"].of(uow, CHANNEL, CITIZEN)]
    assert ("unbound_for_you",) in told
    assert "vehicle.unbound_by_staff" in history
    done = [action for actor, action in office.audit() if actor == "staff:lin"]
    assert done[-2:] == ["vehicle.unbound_by_staff", "vehicle.unbind_asked"]


def test_nobody_elses_vehicle_is_unbound(lin: Person, office: Office) -> None:
    account = citizen(office)
    citizen(office, OTHER, "0987654321")
    page = lin.post(f"/citizen/{account}/unbind", binding=binding_of(office, OTHER), reason=WHY).text
    assert "已經沒有綁定" in page
    assert binding_of(office, OTHER)
    for path in (f"/citizen/{uuid.uuid4()}", f"/citizen/{uuid.uuid4()}/unmask", f"/citizen/{uuid.uuid4()}/unbind"):
        answer = lin.get(path) if path.count("/") == 2 else lin.post(path, reason=WHY, binding=uuid.uuid4())
        assert answer.status_code == 404


def test_who_paid_twice_is_led_to_the_refund(lin: Person, office: Office) -> None:
    account = citizen(office)
    world = World.build(office.house.engine)
    order = world.open(bill(amount=1200))
    world.start(order)
    number = world.trade(order)
    world.bank.pay(number, 1200)
    world.settle(order)
    office.run(
        "INSERT INTO refund_due (attempt_id, order_id, amount, reason) "
        "SELECT attempt_id, order_id, amount, 'double' FROM payment"
    )
    page = lin.get(f"/citizen/{account}").text
    assert number in page
    assert "重複繳費，應退" in page
    assert "1,200 元，可退 1,200 元" in lin.post("/refunds/find", number=number).text


def test_a_citizens_cases_are_listed_and_lead_back(lin: Person, office: Office) -> None:
    account = citizen(office)
    with office.house.unit() as uow:
        case = office.house.threads.write(uow, CHANNEL, CITIZEN, Said("我要解除綁定"))
    assert case.number in lin.get(f"/citizen/{account}").text
    page = lin.get(f"/thread/{case.id}").text
    assert f"/staff/citizen/{account}" in page
    assert "王○明，0912***678" in page


def test_a_name_that_is_markup_stays_a_name(lin: Person, office: Office) -> None:
    account = citizen(office)
    with office.house.unit() as uow:
        office.house.accounts.correct_name(uow, account, "<script>x")
    page = lin.post(f"/citizen/{account}/unmask", reason=WHY).text
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page
