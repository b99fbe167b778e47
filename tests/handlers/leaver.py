"""One who leaves: the taps, the job, and what was left behind before."""

from typing import Any

from sqlalchemy import text

from domain.bindings import Services, Vehicle
from domain.plates import Plate
from domain.slots import Slot
from domain.vehicles import VehicleKind
from tests.flow import CHANNEL
from tests.handlers.newcomers import Newcomer

PLATE = "KLM-4321"


def leave(citizen: Newcomer) -> None:
    """The two taps."""
    citizen.flow.say("註銷")
    citizen.flow.press("確定註銷")


def erase(citizen: Newcomer) -> bool:
    """Run the job of the one leaving that is open and this citizen's."""
    with citizen.units() as uow:
        query = text("SELECT id FROM leaving WHERE channel = :channel AND citizen = :citizen AND ended_at IS NULL")
        leaving_id = uow.connection.execute(query, {"channel": CHANNEL, "citizen": citizen.flow.citizen}).scalar_one()
    done: bool = citizen.flow.services["leaving"].erase(citizen.units, leaving_id)
    return done


def sql(citizen: Newcomer, statement: str, **values: Any) -> Any:
    """A statement about this citizen; its rows, if it has any."""
    with citizen.units() as uow:
        given = {"channel": CHANNEL, "citizen": citizen.flow.citizen, **values}
        result = uow.connection.execute(text(statement), given)
        return result.all() if result.returns_rows else None


def bind(citizen: Newcomer) -> None:
    """Leave a vehicle with a reminder and without paper."""
    with citizen.units() as uow:
        services = Services(reminder=Slot.parse("13-18"), paperless=True)
        vehicle = Vehicle(Plate(PLATE), VehicleKind.CAR)
        citizen.flow.services["vehicles"].bind(uow, CHANNEL, citizen.flow.citizen, vehicle, services)


def look_up(citizen: Newcomer) -> None:
    """Leave an order that nobody has tried to pay."""
    citizen.flow.say(PLATE)
    if "汽車" in citizen.flow.answer.buttons:
        citizen.flow.press("汽車")
