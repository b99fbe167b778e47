"""Bindings (綁定): which services a citizen has for a vehicle, from which day, and what may be chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from domain.feeitems import Identifier
from domain.notices import Channel
from domain.plates import Plate
from domain.reader import Language
from domain.slots import Slot
from domain.vehicles import VehicleKind

ONE_DAY = timedelta(days=1)


def effective_from(today: date) -> date:
    """「今日申請，隔日生效」: services chosen today begin tomorrow (停車查詢一站式服務, 綁定車輛, steps 3 and 4)."""
    return today + ONE_DAY


def has_paperless_discount(kind: VehicleKind) -> bool:
    """Whether 機車無紙化停車優惠 is given: motorcycles, 紅、黃牌重機除外 (停車查詢一站式服務, 綁定車輛, step 3)."""
    return kind is VehicleKind.MOTORCYCLE


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A plate and the kind that carries it: what a binding, and the paperless state, belong to."""

    plate: Plate
    kind: VehicleKind


@dataclass(frozen=True, slots=True)
class Services:
    """The services (服務種類) a citizen chooses for a vehicle."""

    reminder: Slot | None = None  # 繳費提醒, in this slot
    paperless: bool = False  # 開單無紙化: never preselected
    flood: tuple[str, ...] = ()  # 防汛通知, for these areas

    @property
    def any(self) -> bool:
        """Whether one at least is chosen."""
        return bool(self.reminder or self.paperless or self.flood)


@dataclass(frozen=True, slots=True)
class Paperless:
    """開單無紙化 as a state of the plate, the same for everybody who has bound it."""

    starts: date  # first day without a slip on the vehicle
    last_day: date | None = None  # last day without one; None: no end in sight


@dataclass(frozen=True, slots=True)
class Binding:
    """One vehicle of one citizen, as this citizen may see it: nothing of anybody else but the state of the plate."""

    vehicle: Vehicle
    services: Services
    reminder_from: date | None
    flood_from: date | None
    paperless: Paperless | None  # of the plate, whoever asked for it; None: slips are put on the vehicle
    told_by: Channel | None = None  # of its reminders; None: as the citizen set for everything

    @property
    def plate(self) -> Plate:
        return self.vehicle.plate

    @property
    def kind(self) -> VehicleKind:
        return self.vehicle.kind


@dataclass(frozen=True, slots=True)
class IdentifierBinding:
    """One 水號 or 電號 of one citizen."""

    identifier: Identifier
    slot: Slot | None  # of its reminder; None: none, it is only in 待繳
    reminder_from: date | None


@dataclass(frozen=True, slots=True)
class FloodArea:
    """An area of the flood notice, by its names."""

    key: str
    zh: str
    en: str

    def name(self, language: Language) -> str:
        """Its name in a language."""
        return self.en if language is Language.EN else self.zh


@dataclass(frozen=True, slots=True)
class VehicleRules:
    """What may be chosen, and how much: config/vehicles.toml."""

    most_vehicles: int
    most_saved_bills: int
    most_identifiers: int
    default_slot: Slot
    slots: tuple[Slot, ...]
    flood_areas: Mapping[str, FloodArea]

    @property
    def preselected(self) -> Services:
        """What a new binding starts with: the reminder in its default slot, and nothing else."""
        return Services(reminder=self.default_slot)

    @property
    def every_area(self) -> tuple[str, ...]:
        """The default of a flood notice: all areas."""
        return tuple(self.flood_areas)
