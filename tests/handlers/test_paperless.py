"""開單無紙化 as a state of the plate: what holds it up, and what ends it when nobody can be reached."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, text

from infra.database import UnitOfWorkFactory
from services.citizens import Citizens
from services.lookup_quota import Quota
from services.paperless import PaperlessPlates
from tests.accounts import account_services
from tests.clock import MovableClock
from tests.flow import Flow
from tests.handlers.registered import register
from tests.vehicles import vehicle_services

MakeFlow = Callable[..., Flow]
TOMORROW = date(2026, 11, 22)


@pytest.fixture
def plates(chat_units: UnitOfWorkFactory, clock: MovableClock) -> PaperlessPlates:
    accounts = account_services(chat_units, Citizens())["accounts"]
    made: PaperlessPlates = vehicle_services(accounts, Quota(), Citizens(), clock)["plates"]
    return made


def subscribe(flow: Flow, units: UnitOfWorkFactory, plate: str) -> None:
    """Bind a plate with 開單無紙化."""
    register(flow, units)
    flow.say("綁定車牌")
    flow.press("汽車")
    flow.say(plate)
    flow.press("加選開單無紙化")
    flow.press("申請開單無紙化")
    flow.press("確定綁定")


def state(engine: Engine, plate: str) -> tuple[Any, ...] | None:
    with engine.connect() as connection:
        row = connection.execute(text("SELECT starts, last_day FROM plate_state WHERE plate = :p"), {"p": plate})
        found = row.first()
    return tuple(found) if found else None


def sweep(plates: PaperlessPlates, units: UnitOfWorkFactory) -> None:
    with units() as uow:
        plates.sweep(uow)


def test_it_ends_the_next_day_once_nobody_who_asked_can_be_reached(
    make_flow: MakeFlow,
    chat_units: UnitOfWorkFactory,
    chat_engine: Engine,
    plates: PaperlessPlates,
    clock: MovableClock,
) -> None:
    plate, flow, other = "RGA-1001", make_flow(), make_flow()
    subscribe(flow, chat_units, plate)
    subscribe(other, chat_units, plate)
    clock.move(days=2)
    flow.event("unfollow")
    sweep(plates, chat_units)
    assert state(chat_engine, plate) == (TOMORROW, None)  # the other is told of bills
    other.event("unfollow")
    sweep(plates, chat_units)
    assert state(chat_engine, plate) == (TOMORROW, date(2026, 11, 23))
    other.follow()
    assert "今天結束，明天起恢復紙本停車單" in other.say("我的車輛")  # back, and nothing pretends to be as before


def test_what_was_to_start_tomorrow_never_starts_when_it_ends_today(
    flow: Flow, chat_units: UnitOfWorkFactory, chat_engine: Engine
) -> None:
    plate = "RGA-1002"
    subscribe(flow, chat_units, plate)
    assert state(chat_engine, plate) == (TOMORROW, None)
    flow.say("解除綁定")
    flow.press("解除綁定")
    assert state(chat_engine, plate) is None


def test_asked_for_again_before_its_end_it_goes_on_and_after_its_end_it_begins_anew(
    flow: Flow, chat_units: UnitOfWorkFactory, chat_engine: Engine, clock: MovableClock
) -> None:
    plate = "RGA-1003"
    subscribe(flow, chat_units, plate)
    clock.move(days=5)
    for days, starts in ((0, TOMORROW), (1, date(2026, 11, 28))):
        flow.send_data(f"vehicles.edit?plate={plate}&kind=car")
        flow.press("結束無紙化")
        clock.move(days=days)
        flow.press("編輯")
        flow.press("申請開單無紙化")
        flow.press("申請開單無紙化")
        assert state(chat_engine, plate) == (starts, None)


def test_slips_stay_when_the_only_subscriber_ends_it_and_the_vehicle_stays_bound(
    flow: Flow, chat_units: UnitOfWorkFactory, chat_engine: Engine, clock: MovableClock
) -> None:
    plate = "RGA-1004"
    subscribe(flow, chat_units, plate)
    flow.press("編輯")
    assert "未申請，車上放紙本停車單" in flow.press("結束無紙化")
    assert "13:00–18:00" in flow.answer
    assert state(chat_engine, plate) is None


def test_leaving_unbinds_everything_and_ends_it(
    flow: Flow, chat_units: UnitOfWorkFactory, chat_engine: Engine, clock: MovableClock
) -> None:
    plate = "RGA-1005"
    subscribe(flow, chat_units, plate)
    clock.move(days=1)
    accounts = account_services(chat_units, Citizens())["accounts"]
    vehicles = vehicle_services(accounts, Quota(), Citizens(), clock)["vehicles"]
    with chat_units() as uow:
        assert vehicles.leave(uow, flow.channel, flow.citizen) == 1
    assert state(chat_engine, plate) == (TOMORROW, TOMORROW)
    with chat_engine.connect() as connection:
        left = text("SELECT count(*) FROM binding WHERE citizen = :c")
        assert connection.execute(left, {"c": flow.citizen}).scalar() == 0
