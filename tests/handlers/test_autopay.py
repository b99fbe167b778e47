"""代繳查詢 in the chat: who holds one's own plate, how to leave, and the reminder to bind it again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from domain.plates import Plate
from infra.database import UnitOfWorkFactory
from infra.settings import SettingsError
from services.agencyapi import reports
from services.agencyapi.reports import Holding
from services.autopay import Autopay
from services.autopay_rules import FILE, load_autopay_rules
from tests.clock import MovableClock
from tests.flow import Flow
from tests.handlers.conftest import NOW
from tests.handlers.registered import bind, told

AGENCY = "AUTOPAY"
FAILS = "無法以車牌辨識自動進出公有停車場及自動扣繳；路邊停車與其他合作停車場不受影響"
KNOWN = "INSERT INTO agency (id, code, name) VALUES (gen_random_uuid(), :code, '停車管理工程處') ON CONFLICT DO NOTHING"
Report = Callable[..., None]


@pytest.fixture
def report(chat_units: UnitOfWorkFactory, clock: MovableClock) -> Report:
    """The agency reports a plate, so many days before the clock's now."""

    def done(plate: str, holder: str | None, *, days_ago: int = 0, agency: str = AGENCY) -> None:
        with chat_units() as uow:
            uow.connection.execute(text(KNOWN), {"code": agency})
            reports.take_holdings(uow, agency, [Holding(Plate(plate), holder, clock.now() - timedelta(days=30))])
            at = {"at": clock.now() - timedelta(days=days_ago), "plate": plate.replace("-", ""), "agency": agency}
            uow.connection.execute(
                text("UPDATE plate_holder SET reported_at = :at WHERE plate_key = :plate AND agency = :agency"), at
            )

    return done


@pytest.fixture
def tell(make_flow: Callable[..., Flow], chat_units: UnitOfWorkFactory) -> Callable[[], int]:
    """What the job does every five minutes, once."""
    autopay: Autopay = make_flow().services["autopay"]

    def done() -> int:
        with chat_units() as uow:
            return autopay.tell(uow)

    return done


def test_one_vehicle_is_answered_at_once_with_what_failure_means_and_how_to_leave(
    owner: Flow, plate: str, report: Report
) -> None:
    bind(owner, plate)
    report(plate, "carmochi")
    answer = owner.say("代繳查詢")
    assert "代繳單位：車麻吉" in answer
    assert plate in answer
    assert "一個車牌只能由一家業者代繳" in answer
    assert FAILS in answer
    assert "1–2 天" in answer
    assert "14:02" in answer, "how fresh the report is"
    assert answer.link("各家業者的解除說明") == "https://autopass.vip/bMLd6"
    assert answer.messages[0]["altText"] == "代繳查詢結果"
    assert owner.waiting is None


def test_several_vehicles_one_at_a_time(owner: Flow, plate: str, report: Report) -> None:
    other = plate.replace("RAB", "RAC")
    bind(owner, plate)
    bind(owner, other)
    report(plate, "carmochi")
    report(other, None)
    assert "哪一輛" in owner.say("代繳查詢")
    choice = owner.answer
    held = owner.press(plate, choice)
    assert "車麻吉" in held
    assert other not in held
    free = owner.press(other, choice)
    assert "沒有代繳單位" in free
    assert "可以向您選的業者綁定" in free


def test_my_vehicles_show_what_is_reported_of_each_and_lead_to_the_rest(
    owner: Flow, plate: str, report: Report
) -> None:
    free, unknown = plate.replace("RAB", "RAC"), plate.replace("RAB", "RAD")
    for one in (plate, free, unknown):
        bind(owner, one)
    report(plate, "carmochi")
    report(free, None, days_ago=2)
    shown = owner.say("我的車輛")
    assert "第三方支付\n車麻吉（停車管理工程處，14:02 回報）" in shown
    assert "第三方支付\n無（停車管理工程處，11/19（四）14:02 回報）" in shown
    assert "第三方支付\n機關未回報，請看「代繳查詢」" in shown
    assert "代繳單位：車麻吉" in owner.press("代繳查詢", shown)


def test_not_reported_is_not_none(owner: Flow, plate: str) -> None:
    bind(owner, plate)
    answer = owner.say("代繳查詢")
    assert "查不到代繳單位" in answer
    assert "不代表沒有" in answer
    assert answer.link("到智慧支付平台查") == "https://pay.taipei/v2/Index"


def test_an_old_report_is_said_to_be_old(owner: Flow, plate: str, report: Report) -> None:
    bind(owner, plate)
    report(plate, "carmochi", days_ago=8)
    assert "8 天前的回報" in owner.say("代繳查詢")


def test_a_firm_nobody_has_named_goes_by_its_key(owner: Flow, plate: str, report: Report) -> None:
    bind(owner, plate)
    report(plate, "new_firm-7")
    assert "代繳單位：new_firm-7" in owner.say("代繳查詢")


def test_two_agencies_two_cards(owner: Flow, plate: str, report: Report) -> None:
    bind(owner, plate)
    report(plate, "carmochi")
    report(plate, None, agency="AUTOPAY2")
    answer = owner.say("代繳查詢")
    assert len(answer.messages[0]["contents"]["contents"]) == 2


def test_nobody_is_told_of_a_vehicle_they_have_not_bound(owner: Flow, flow: Flow, plate: str, report: Report) -> None:
    report(plate, "carmochi")
    assert "只能查您自己綁定的車輛" in flow.say("代繳查詢")
    for entry in ("show", "remind", "forget"):
        answer = owner.send_data(f"autopay.{entry}?plate={plate}&kind=car")
        assert "沒有綁定這輛車" in answer
        assert "車麻吉" not in answer
    assert "不能使用" in owner.send_data("autopay.show?plate=x&kind=tank")


def test_the_reminder_comes_once_in_the_slot_after_two_days(
    owner: Flow, plate: str, report: Report, tell: Callable[[], int], clock: MovableClock, chat_engine: Engine
) -> None:
    bind(owner, plate)
    report(plate, "carmochi")
    owner.say("代繳查詢")
    answer = owner.press("解除後提醒我")
    assert "11/23（一）起" in answer
    assert "不用提醒" in owner.say("代繳查詢").buttons
    clock.set(NOW + timedelta(days=2, minutes=-1))
    assert tell() == 0
    clock.set(datetime(2026, 11, 23, 13, 0, tzinfo=UTC))  # 21:00 in Taiwan
    report(plate, None)
    assert tell() == 1
    assert tell() == 0
    (notice,) = told(chat_engine, owner)
    assert "可以重新綁定代繳了" in notice
    assert "仍由" not in notice
    assert plate not in notice.messages[0]["altText"]
    with chat_engine.connect() as connection:
        query = text("SELECT send_at FROM notice WHERE citizen = :c AND notice = 'autopay_again'")
        assert connection.execute(query, {"c": owner.citizen}).scalar_one() == datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
    assert "沒有代繳單位" in owner.press("再查一次", notice)


def test_the_reminder_says_who_is_still_reported(
    owner: Flow, plate: str, report: Report, tell: Callable[[], int], clock: MovableClock, chat_engine: Engine
) -> None:
    bind(owner, plate)
    report(plate, "carmochi")
    owner.say("代繳查詢")
    owner.press("解除後提醒我")
    clock.set(NOW + timedelta(days=3))
    assert tell() == 1
    (notice,) = told(chat_engine, owner)
    assert "仍由車麻吉代繳" in notice
    assert "代繳單位還沒有變更" in notice
    assert "現在可以" not in notice
    assert "再等一天" in notice


def test_asked_twice_it_comes_once_and_taken_back_not_at_all(
    owner: Flow, plate: str, report: Report, tell: Callable[[], int], clock: MovableClock, chat_engine: Engine
) -> None:
    bind(owner, plate)
    report(plate, "carmochi")
    shown = owner.say("代繳查詢")
    owner.press("解除後提醒我", shown)
    clock.set(NOW + timedelta(days=1))
    owner.press("解除後提醒我", shown)
    clock.set(NOW + timedelta(days=2))
    assert tell() == 0, "it counts from the second asking"
    clock.set(NOW + timedelta(days=3))
    assert tell() == 1
    owner.press("解除後提醒我", shown)
    assert "解除後提醒我" in owner.press("不用提醒").buttons
    clock.set(NOW + timedelta(days=9))
    assert tell() == 0
    assert len(told(chat_engine, owner)) == 1


def test_a_vehicle_that_was_unbound_reminds_nobody(
    owner: Flow, plate: str, report: Report, tell: Callable[[], int], clock: MovableClock
) -> None:
    bind(owner, plate)
    report(plate, "carmochi")
    owner.say("代繳查詢")
    owner.press("解除後提醒我")
    owner.say("解除綁定")
    owner.press("解除綁定")
    clock.set(NOW + timedelta(days=3))
    assert tell() == 0


def test_in_english(make_owner: Callable[..., Flow], plate: str, report: Report) -> None:
    flow = make_owner(line_language="en")
    assert "vehicles you have bound yourself only" in flow.say("autopay")
    flow.say("語言")
    bind_in_english(flow, plate)
    report(plate, "carmochi")
    answer = flow.say("automatic payment")
    assert "Auto-pay firm: Carmochi" in answer
    assert "cannot enter and leave public car parks" in answer
    assert "We will remind you" in flow.press("Remind me")


def bind_in_english(flow: Flow, plate: str) -> None:
    """As bind() does."""
    flow.say("bind")
    flow.press("Car")
    flow.say(plate)
    flow.press("Bind")


@pytest.mark.parametrize(
    ("old", "new", "told_of"),
    [
        ("last_day = 2", "last_day = 0", "wait.last_day"),
        ("first_day = 1", "first_day = 9", "comes before"),
        ('guide = "https:', 'guide = "http:', "guide"),
        ('en = "Carmochi"', "", "firm.carmochi.en"),
    ],
)
def test_a_broken_file_stops_the_start_with_one_line(tmp_path: Path, old: str, new: str, told_of: str) -> None:
    file = tmp_path / "autopay.toml"
    file.write_text(FILE.read_text("utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingsError, match=told_of):
        load_autopay_rules(file)


def test_a_page_and_a_phone_of_a_firm_are_shown(
    owner: Flow, plate: str, report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "autopay.toml"
    more = '\npage = "https://firm.example/leave"\nphone = "02-12345678"\n'
    file.write_text(FILE.read_text("utf-8") + more, encoding="utf-8")
    monkeypatch.setattr(owner.services["autopay"], "rules", load_autopay_rules(file))
    bind(owner, plate)
    report(plate, "carmochi")
    answer = owner.say("代繳查詢")
    assert answer.link("車麻吉的解除說明") == "https://firm.example/leave"
    assert answer.link("撥打 02-12345678") == "tel:0212345678"
