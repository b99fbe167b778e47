"""What must last of somebody's first event, and what must be told as of the answer rather than of the question."""

from collections.abc import Callable

import pytest

from domain.bills import Why
from domain.plates import Plate
from domain.reader import Display, Language
from domain.vehicles import VehicleKind
from infra.database import UnitOfWorkFactory
from services.citizens import Citizens
from tests.clock import MovableClock
from tests.flow import CHANNEL, Flow
from tests.handlers.cities import CitiesInHand, City


def kept(units: UnitOfWorkFactory, flow: Flow) -> tuple[Language, Display] | None:
    with units() as uow:
        return Citizens().preferences(uow, CHANNEL, flow.citizen)


def test_who_asks_about_a_plate_first_is_met(make_flow: Callable[..., Flow], chat_units: UnitOfWorkFactory) -> None:
    flow = make_flow(line_language="en")
    assert "No parking bills to pay" in flow.say("AB-1234")
    assert kept(chat_units, flow) == (Language.EN, Display.NORMAL)


def test_who_makes_a_mistake_first_is_met(
    make_flow: Callable[..., Flow], chat_units: UnitOfWorkFactory, cities_in_hand: CitiesInHand
) -> None:
    flow = make_flow(line_language="en")
    assert "cannot be used" in flow.send_data("pay.one")
    assert kept(chat_units, flow) == (Language.EN, Display.NORMAL)
    assert cities_in_hand.questions == []


def test_the_wait_told_is_that_of_the_answer_however_long_asking_took(
    flow: Flow, cities_in_hand: CitiesInHand, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = City.ask

    async def slowly(
        city: City, plate: Plate, kind: VehicleKind, *, patience: float, background: bool = False
    ) -> object:
        clock.move(seconds=0.7)
        return await ask(city, plate, kind, patience=patience, background=background)

    monkeypatch.setattr(City, "ask", slowly)
    cities_in_hand.failing["NWT"] = Why.DOWN
    assert "請 10 分鐘後再查。" in flow.say("AB-1234")
