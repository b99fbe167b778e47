"""Cities whose answers the test decides, behind the port that the real ones have."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from domain.bills import Bill, BillStatus, CouldNotAsk, DunningNotice, Found, PayableKey, SourceAnswer, Why
from domain.orders import OrderState
from domain.plates import Plate
from domain.vehicles import VehicleKind
from infra.database import UnitOfWorkFactory
from models.order import Claim, Order
from models.quote import QuoteRow
from services import quotes
from tests.clock import MovableClock
from tests.flow import Flow

TODAY = date(2026, 11, 21)
PLATE = "ABC-1234"
RETRY = timedelta(minutes=10)


def bill(number: str = "Q7078443D090047", agency: str = "TPE", **changes: Any) -> Bill:
    """An ordinary bill, due in three days."""
    values: dict[str, Any] = {
        "agency": agency,
        "number": number,
        "plate": PLATE,
        "kind": VehicleKind.CAR,
        "parked_on": date(2026, 11, 9),
        "deadline": TODAY + timedelta(days=3),
        "status": BillStatus.OPEN,
        "amount": 40,
        "pay_amount": 40,
        "hours": 1.0,
        "street": "信義路四段",
    }
    return Bill(**{**values, **changes})


def notice(number: str = "101008521", agency: str = "NWT", **changes: Any) -> DunningNotice:
    """A dunning notice over one bill, two days overdue."""
    values: dict[str, Any] = {
        "agency": agency,
        "number": number,
        "plate": PLATE,
        "kind": VehicleKind.CAR,
        "deadline": TODAY - timedelta(days=2),
        "amount": 590,
        "extra_charge": 50,
        "pay_amount": 640,
        "bills": (bill("ZB1B3K01341", agency, status=BillStatus.DUNNED),),
    }
    return DunningNotice(**{**values, **changes})


class City:
    """One city's server, as the port of bill sources shows it."""

    def __init__(self, code: str, hands: "CitiesInHand") -> None:
        self.code = code
        self._hands = hands

    async def ask(self, plate: Plate, kind: VehicleKind, *, patience: float, background: bool = False) -> SourceAnswer:
        hands, now = self._hands, self._hands.clock.now()
        hands.asked.append((self.code, plate.canonical, kind))
        if why := hands.failing.get(self.code):
            return CouldNotAsk(self.code, now, why, now + RETRY)
        bills = tuple(bill for bill in hands.bills if bill.agency == self.code)
        return Found(self.code, now, bills, tuple(notice for notice in hands.notices if notice.agency == self.code))


@dataclass
class CitiesInHand:
    """What the cities would answer, put into the test's hands; Taipei and New Taipei are connected at first."""

    clock: MovableClock
    bills: list[Bill] = field(default_factory=list)
    notices: list[DunningNotice] = field(default_factory=list)
    failing: dict[str, Why] = field(default_factory=dict)
    asked: list[tuple[str, str, VehicleKind]] = field(default_factory=list)
    sources: dict[str, City] = field(default_factory=dict)

    def connect(self, *codes: str) -> None:
        """These cities are asked, and no others."""
        self.sources.clear()
        self.sources.update({code: City(code, self) for code in codes})

    @property
    def questions(self) -> list[tuple[str, VehicleKind]]:
        """Plate and kind of each question that Taipei heard."""
        return [(plate, kind) for code, plate, kind in self.asked if code == "TPE"]


def open_pages(units: UnitOfWorkFactory, citizen: str) -> list[UUID]:
    """Each pay link this citizen was given is opened, the oldest first; the orders behind them."""
    given = select(QuoteRow.id).where(QuoteRow.citizen == citizen).order_by(QuoteRow.expires_at)
    with units() as uow:
        links = uow.connection.execute(given).scalars().all()
    orders = []
    for link in links:
        with units() as uow:
            orders.append(quotes.order_of(uow, link))
    return orders


def pay_here(units: UnitOfWorkFactory, flow: Flow, key: PayableKey) -> None:
    """The citizen's order is paid; its city may still list the bill."""
    open_pages(units, flow.citizen)
    with units() as uow:
        order = uow.session.scalars(select(Order).where(Order.citizen == flow.citizen)).one()
        order.state = OrderState.PAID.value
        uow.session.add(Claim(order_id=order.id, agency=key.agency, type=key.type.value, number=key.number))
