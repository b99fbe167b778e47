"""From what is typed to what is kept: a plate or a number keeps its meaning through dialog, button and database."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.postback import door, read
from domain.bindings import Services, Vehicle
from domain.phones import parse_mobile
from domain.plates import parse_plate
from domain.slots import Slot
from domain.vehicles import VehicleKind
from handlers.choosing import Choice
from handlers.kinds import kept_spelling, values_of
from infra.database import UnitOfWorkFactory
from services.lookup_quota import Quota
from tests.accounts import account_services
from tests.domain.test_phones import GAPS, HEADS, NUMBERS
from tests.domain.test_plates import plates, spellings
from tests.flow import CHANNEL, Flow

KINDS = st.sampled_from(list(VehicleKind))


@given(spellings(), KINDS)
def test_a_dialog_keeps_the_plate_that_was_typed(case: tuple[str, str], kind: VehicleKind) -> None:
    canonical, typed = case
    kept = Choice.model_validate_json(
        Choice(plate=kept_spelling(parse_plate(typed)), kind=kind.value).model_dump_json()
    )
    assert kept.vehicle == Vehicle(parse_plate(canonical), kind)


@given(plates(), KINDS)
def test_a_button_carries_the_plate_over(canonical: str, kind: VehicleKind) -> None:
    payload = read(door("plates", "keep", **values_of(Vehicle(parse_plate(canonical), kind))))
    assert payload is not None
    assert (parse_plate(payload.values["plate"]).canonical, payload.values["kind"]) == (canonical, kind.value)


@given(plates())
def test_a_dash_that_cannot_be_told_stays_untold(canonical: str) -> None:
    typed = canonical.replace("-", "")
    again = parse_plate(kept_spelling(parse_plate(typed)))
    assert (again.candidates, again.compact) == (parse_plate(typed).candidates, typed)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=spellings(), kind=KINDS)
def test_what_is_bound_is_what_was_typed(
    owner: Flow, chat_units: UnitOfWorkFactory, case: tuple[str, str], kind: VehicleKind
) -> None:
    canonical, typed = case
    vehicles: Any = owner.services["vehicles"]
    with chat_units() as uow:
        vehicle = Vehicle(parse_plate(typed), kind)
        vehicles._quota = Quota(10**6)  # how often one may bind is another test's
        bound = vehicles.bind(uow, CHANNEL, owner.citizen, vehicle, Services(Slot(13, 18)))
        assert (bound.plate.canonical, bound.plate.compact, bound.kind) == (canonical, canonical.replace("-", ""), kind)
        assert [one.vehicle for one in vehicles.of(uow, CHANNEL, owner.citizen)] == [
            Vehicle(parse_plate(canonical), kind)
        ]
        vehicles.unbind(uow, CHANNEL, owner.citizen, Vehicle(parse_plate(canonical), kind))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=NUMBERS, head=HEADS, gap=GAPS)
def test_a_number_is_found_in_every_spelling(
    owner: Flow, chat_units: UnitOfWorkFactory, number: str, head: str, gap: str
) -> None:
    typed = parse_mobile(f"{head}{number[1:4]}{gap}{number[4:7]}{gap}{number[7:]}")
    services = account_services(chat_units, owner.services["citizens"])
    with chat_units() as uow:
        me = services["accounts"].registered(uow, CHANNEL, owner.citizen)
        if services["accounts"].holder(uow, typed) is None:
            services["accounts"].change_mobile(uow, me.id, typed)
            assert services["accounts"].registered(uow, CHANNEL, owner.citizen).mobile.national == number
            assert services["accounts"].citizens_of_mobile(uow, parse_mobile(number)) == (CHANNEL, owner.citizen)
