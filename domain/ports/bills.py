"""Port of a source of bills."""

from typing import Protocol

from domain.bills import SourceAnswer
from domain.plates import Plate
from domain.vehicles import VehicleKind


class BillSource(Protocol):
    """One city asked over the network. Never raises for what the outside does: it answers CouldNotAsk."""

    code: str

    async def ask(self, plate: Plate, kind: VehicleKind, *, patience: float, background: bool = False) -> SourceAnswer:
        """What is due for the plate. Answers within `patience` seconds, waiting for the host's turn included.

        `background`: gives way to citizens waiting for the same host.
        """
        ...
