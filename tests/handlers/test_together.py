"""待繳 over everything bound or saved: one message, one total; 儲存 without binding."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Engine, text

from domain.bills import Why
from domain.vehicles import VehicleKind
from infra.database import UnitOfWorkFactory
from services.vehicle_rules import load_vehicle_rules
from tests.flow import Flow
from tests.handlers.cities import CitiesInHand, bill, notice
from tests.handlers.conftest import DAILY_LIMIT
from tests.handlers.registered import register

MakeFlow = Callable[..., Flow]
CAR, SCOOTER = "RDA-1001", "RDB-2002"


@pytest.fixture
def owner(flow: Flow, chat_units: UnitOfWorkFactory) -> Flow:
    """A registered citizen with a car and a scooter."""
    register(flow, chat_units)
    flow.send_data(f"plates.keep?plate={CAR}&kind=car")
    flow.send_data(f"plates.keep?plate={SCOOTER}&kind=motorcycle")
    return flow


@pytest.fixture
def per_plate(cities_in_hand: CitiesInHand, monkeypatch: pytest.MonkeyPatch) -> CitiesInHand:
    """Cities that answer each plate with its own bills, as real ones do."""
    for city in cities_in_hand.sources.values():
        ask = city.ask

        async def own(plate, kind, ask=ask, **how):  # type: ignore[no-untyped-def]
            answer = await ask(plate, kind, **how)
            if not hasattr(answer, "bills"):
                return answer
            of_plate = [[p for p in every if p.plate == plate.canonical] for every in (answer.bills, answer.notices)]
            return replace(answer, bills=tuple(of_plate[0]), notices=tuple(of_plate[1]))

        monkeypatch.setattr(city, "ask", own)
    return cities_in_hand


def saved_rows(engine: Engine, flow: Flow) -> list[str]:
    with engine.connect() as connection:
        query = text("SELECT number FROM saved_bill WHERE citizen = :c ORDER BY number")
        return list(connection.execute(query, {"c": flow.citizen}).scalars())


def unique(flow: Flow, letter: str) -> str:
    """A bill number of this test alone: orders of other tests must not have paid it."""
    return f"{letter}{flow.citizen[1:13].upper()}"


def test_all_bound_plates_come_in_one_message_with_one_total(owner: Flow, per_plate: CitiesInHand) -> None:
    per_plate.bills = [
        bill(unique(owner, "A"), plate=CAR),
        bill(unique(owner, "B"), plate=SCOOTER, kind=VehicleKind.MOTORCYCLE, pay_amount=20),
    ]
    per_plate.notices = [notice(unique(owner, "N"), plate=SCOOTER, kind=VehicleKind.MOTORCYCLE, bills=())]
    answer = owner.say("待繳")
    assert len(answer.messages) == 1
    assert answer.messages[0]["altText"] == "您有 3 筆停車費待繳，共 700 元"
    assert "700 元\n共 3 筆待繳" in answer
    assert f"{CAR}　汽車\n1 筆，40 元" in answer
    assert f"{SCOOTER}　機車\n2 筆，660 元" in answer
    assert answer.link("繳費 700 元").startswith("http://localhost:8000/p/")
    assert f"{SCOOTER}　機車　新北市" in answer  # each bill says whose it is


def test_own_plates_do_not_count_against_the_days_lookups(owner: Flow, cities_in_hand: CitiesInHand) -> None:
    for _ in range(DAILY_LIMIT + 2):
        assert "目前查無待繳停車單：臺北、新北（14:02 查詢）。" in owner.say("待繳")
        owner.send_data(f"tickets.again?plate={CAR}&kind=car")
        assert "目前查無待繳停車單" in owner.answer
    assert {plate for plate, _kind in cities_in_hand.questions} == {CAR, SCOOTER}


def test_others_plates_still_count_for_one_who_has_bound_some(owner: Flow) -> None:
    for _ in range(DAILY_LIMIT - 2):  # two were spent by binding
        assert "目前查無" in owner.say("AB-1234")
    assert "每天最多查詢" in owner.say("AB-1234")


def test_a_silent_city_is_never_nothing_due_and_is_promised_for_each_plate(
    owner: Flow, per_plate: CitiesInHand, chat_engine: Engine
) -> None:
    per_plate.failing["NWT"] = Why.DOWN
    answer = owner.say("待繳")
    assert "尚未查完" in answer
    assert "新北暫時查不到，不代表沒有欠費" in answer
    assert "查無待繳\n" not in answer
    per_plate.failing["NWT"] = Why.TIMEOUT
    assert "新北還在查" in owner.press("再查一次")
    with chat_engine.connect() as connection:
        query = text("SELECT plate FROM lookup_promise WHERE citizen = :c ORDER BY plate")
        assert list(connection.execute(query, {"c": owner.citizen}).scalars()) == [CAR, SCOOTER]


def test_another_plate_can_be_looked_up_from_there(owner: Flow, cities_in_hand: CitiesInHand) -> None:
    owner.say("待繳")
    assert "請輸入車牌" in owner.press("查其他車牌")
    owner.say("AB-1234")
    assert cities_in_hand.questions[-1] == ("AB-1234", VehicleKind.CAR)


@pytest.mark.slow
@pytest.mark.parametrize("display", ["一般", "大字", "純文字"])
@pytest.mark.parametrize("language", ["zh-Hant", "en"])
def test_as_many_vehicles_and_bills_as_there_may_be_fit_line(
    make_flow: MakeFlow, chat_units: UnitOfWorkFactory, per_plate: CitiesInHand, display: str, language: str
) -> None:
    flow = make_flow(line_language=language)
    register(flow, chat_units)
    flow.say("顯示")
    flow.press({"一般": "Normal", "大字": "Large", "純文字": "Plain"}[display] if language == "en" else display)
    most = load_vehicle_rules().most_vehicles
    plates = [f"REA-{1000 + n}" for n in range(most)]
    with chat_units() as uow:
        forget = text("DELETE FROM lookup_count WHERE citizen = :c")
        for plate in plates:
            uow.connection.execute(forget, {"c": flow.citizen})
            uow.commit()
            flow.send_data(f"plates.keep?plate={plate}&kind=heavy_motorcycle")
    per_plate.bills = [bill(f"{unique(flow, 'C')}{n}", plate=plates[n % most]) for n in range(most * 3)]
    kinds = VehicleKind.HEAVY_MOTORCYCLE
    per_plate.bills = [replace(one, kind=kinds) for one in per_plate.bills]
    assert "1,200" in flow.say("待繳")  # flow checks every answer as LINE would
    assert all(plate in flow.answer for plate in plates)
    assert all(plate in flow.say("我的車輛") for plate in plates)
    assert ("10" in flow.say("bind")) and flow.waiting is None  # no eleventh


# 儲存


def in_ledger(units: UnitOfWorkFactory, number: str, plate: str = "RFA-3003") -> None:
    """A bill of an agency of our own."""
    with units() as uow:
        uow.connection.execute(
            text("""
            INSERT INTO ledger_bill (agency, number, plate, plate_key, kind, car_type, fee_item, deadline, amount,
                                     pay_amount)
            VALUES ('PARKA', :number, :plate, :key, 'car', 'C', 'parking', '2026-12-01', 60, 60)
            """),
            {"number": number, "plate": plate, "key": plate.replace("-", "")},
        )


def test_a_bill_found_by_its_number_is_kept_without_binding_in_one_tap(
    flow: Flow, chat_units: UnitOfWorkFactory, chat_engine: Engine
) -> None:
    number = "88" + str(int(flow.citizen[1:9], 16)).zfill(10)
    in_ledger(chat_units, number)
    found = flow.say(number)
    assert "已儲存帳單" in flow.press("儲存", found)
    flow.press("儲存", found)
    assert saved_rows(chat_engine, flow) == [number]
    answer = flow.say("待繳")
    assert "60 元" in answer
    assert number in answer
    assert "查無" not in answer
    assert "已不再儲存" in flow.press("不再儲存")
    assert saved_rows(chat_engine, flow) == []
    assert "請輸入車牌" in flow.say("待繳")


def test_of_a_saved_bills_plate_nothing_else_is_shown(
    flow: Flow, chat_units: UnitOfWorkFactory, chat_engine: Engine, per_plate: CitiesInHand
) -> None:
    number = "89" + str(int(flow.citizen[1:9], 16)).zfill(10)
    in_ledger(chat_units, number, "RFB-3004")
    flow.say(number)
    flow.press("儲存")
    per_plate.bills = [bill(unique(flow, "S"), plate="RFB-3004")]
    per_plate.failing["NWT"] = Why.TIMEOUT
    answer = flow.say("待繳")
    assert unique(flow, "S") not in answer
    assert "新北" not in answer
    with chat_engine.connect() as connection:
        query = text("SELECT count(*) FROM lookup_promise WHERE citizen = :c")
        assert connection.execute(query, {"c": flow.citizen}).scalar() == 0


def test_a_saved_bill_that_is_settled_goes_by_itself(
    flow: Flow, chat_units: UnitOfWorkFactory, chat_engine: Engine
) -> None:
    number = "90" + str(int(flow.citizen[1:9], 16)).zfill(10)
    in_ledger(chat_units, number, "RFC-3005")
    flow.say(number)
    flow.press("儲存")
    with chat_units() as uow:
        uow.connection.execute(text("UPDATE ledger_bill SET status = 'paid' WHERE number = :n"), {"n": number})
    assert "您儲存的帳單已不在待繳清單中" in flow.say("待繳")
    assert saved_rows(chat_engine, flow) == []


def test_a_made_up_bill_is_not_saved(flow: Flow, chat_engine: Engine) -> None:
    for data, words in (
        ("saved.save?plate=RFA-3003&kind=car&key=TPE:bill:NONE1234", "目前查不到這筆待繳帳單，沒有儲存"),
        ("saved.save?plate=RFA-3003&kind=car&key=x", "這個按鈕不能使用"),
        ("saved.drop?key=TPE:bill:NONE1234", "這筆帳單沒有儲存"),
        ("saved.drop", "這筆帳單沒有儲存"),
    ):
        assert words in flow.send_data(data)
    assert saved_rows(chat_engine, flow) == []
