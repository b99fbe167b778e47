"""What the cards show of a plate's bills: classes with counts, what is being paid here, and which city said what."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from domain.bills import CouldNotAsk, Payable, PayableKey
from domain.cities import City
from domain.feeitems import Identifier
from domain.plates import Plate
from domain.vehicles import VehicleKind


class BillClass(StrEnum):
    """Classes of the one-stop site (交通部 全國停車費), in the order they are shown."""

    ORDINARY = "ordinary"  # 一般繳費
    PLAIN_MAIL = "plain_mail"  # 平信催繳
    REGISTERED_MAIL = "registered_mail"  # 掛號催繳
    DUNNED = "dunned"  # 催繳: the data does not tell how it was mailed
    RECOVERY = "recovery"  # 追繳明細; 告發 is a mark on its lines


class Standing(StrEnum):
    """Whether a line can be paid, and if not, why."""

    DUE = "due"
    INSIDE_NOTICE = "inside_notice"  # a dunning notice covers it: paying that notice pays it
    PAYING_HERE = "paying_here"  # an order of ours is taking its money now
    PAID_HERE = "paid_here"  # paid here, its city still lists it (clearing)
    PARTLY_PAID_HERE = "partly_paid_here"  # a notice, some of whose bills were paid here: its agency must be asked


@dataclass(frozen=True, slots=True)
class Line:
    """One bill or one dunning notice as shown."""

    payable: Payable
    city: City
    bill_class: BillClass
    standing: Standing = Standing.DUE
    inside: PayableKey | None = None  # the notice that covers it
    days_left: int | None = None  # to the deadline, by the city's day; negative: overdue; None: no deadline told
    prosecuted: bool = False  # 告發: a fine was issued, a separate debt not paid here
    second_of_day: bool = False  # Taipei cancels a motorcycle's second ticket of one day on request (facts §1.5)

    @property
    def key(self) -> PayableKey:
        return self.payable.key


@dataclass(frozen=True, slots=True)
class BillGroup:
    """The lines of one class, most urgent first."""

    bill_class: BillClass
    lines: tuple[Line, ...]

    @property
    def count(self) -> int:
        return len(self.lines)

    @property
    def total(self) -> int:
        """NT$ of the lines that can be paid."""
        return sum(line.payable.pay_amount for line in self.lines if line.standing is Standing.DUE)


@dataclass(frozen=True, slots=True)
class AskedCity:
    """A city that answered, and when it was asked."""

    city: City
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class SilentCity:
    """A city that could not be asked: nothing is known of it."""

    city: City
    answer: CouldNotAsk


@dataclass(frozen=True, slots=True)
class BillsView:
    """Everything known at one moment of one plate; or of one identifier, or a bill by itself, with no plate.

    "Nothing due" may be said of the cities in `nothing_due` only.
    """

    plate: Plate  # NO_PLATE: of no vehicle
    kind: VehicleKind
    today: date
    asked_at: datetime  # the oldest of the answers
    groups: tuple[BillGroup, ...] = ()  # classes that have lines, in the order of BillClass
    here: tuple[Line, ...] = ()  # being paid or paid here: shown, never counted as due
    nothing_due: tuple[AskedCity, ...] = ()
    could_not_ask: tuple[SilentCity, ...] = ()
    promised: tuple[SilentCity, ...] = ()  # still being asked; the citizen will be told
    not_connected: tuple[City, ...] = ()  # cities that this service does not ask at all
    identifier: Identifier | None = None  # 水號、電號

    @property
    def lines(self) -> Iterator[Line]:
        """Every line of every group, in the order shown."""
        return (line for group in self.groups for line in group.lines)

    @property
    def due(self) -> tuple[Line, ...]:
        """The lines that can be paid."""
        return tuple(line for line in self.lines if line.standing is Standing.DUE)

    @property
    def count(self) -> int:
        """How many can be paid: bills and notices, a notice counting once."""
        return len(self.due)

    @property
    def total(self) -> int:
        """NT$ of what can be paid."""
        return sum(group.total for group in self.groups)

    @property
    def complete(self) -> bool:
        """Whether every city that is connected has answered."""
        return not self.could_not_ask and not self.promised
