"""A city to talk to: real services on a fresh database; only the cities' own servers are played by objects."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text

from adapters.bills.cities import load_cities
from adapters.scanning.reader import ZxingReader
from infra.database import UnitOfWork, UnitOfWorkFactory, make_engine
from infra.queue import defer
from services.announcements import Announcements
from services.citizens import Citizens
from services.collecting import Collecting
from services.fees import load_fees
from services.halts import Seen
from services.links import Links
from services.lookup import Lookup
from services.lookup_quota import Quota
from services.official_sites import load_official_sites
from services.orders import Orders
from services.questions import QuestionBook, Questions
from services.scanning import Scanning
from services.storeslips import StoreSlips
from tests import stores
from tests.accounts import account_services
from tests.clock import MovableClock
from tests.desk.services import desk_services
from tests.flow import Flow
from tests.handlers.cities import CitiesInHand
from tests.handlers.newcomers import Newcomer
from tests.handlers.pass_world import pass_services
from tests.handlers.registered import register
from tests.members import members_on
from tests.mydata import my_data_services
from tests.persons import PersonsInHand, person_services
from tests.scanning.hands import SentPhotos
from tests.vehicles import vehicle_services

KEY = "k" * 40
NOW = datetime(2026, 11, 21, 6, 2, tzinfo=UTC)
DAILY_LIMIT = 6
COLLECTED = ("TPE", "NWT", "PARKA")


@pytest.fixture
def cities_in_hand(clock: MovableClock) -> CitiesInHand:
    """What each city answers; change it in the test. It is Saturday 21 November 2026, 14:02 in Taiwan."""
    clock.set(NOW)
    hands = CitiesInHand(clock)
    hands.connect("TPE", "NWT")
    return hands


@pytest.fixture(scope="package")
def chat_engine(_admin: stores.Admin, postgres_url: str, _template: str) -> Iterator[Engine]:
    """One migrated database for all chats: each is another citizen's."""
    with stores.fresh_database(_admin, postgres_url, _template) as url:
        made = make_engine(url)
        yield made
        made.dispose()


@pytest.fixture
def chat_units(chat_engine: Engine) -> UnitOfWorkFactory:
    """Opens units of work on the chats' database."""
    return lambda: UnitOfWork(chat_engine)


@pytest.fixture
def sent_photos() -> SentPhotos:
    """What citizens have sent."""
    return SentPhotos()


@pytest.fixture
def make_flow(
    chat_units: UnitOfWorkFactory,
    clock: MovableClock,
    cities_in_hand: CitiesInHand,
    sent_photos: SentPhotos,
    code_reader: ZxingReader,
) -> Callable[..., Flow]:
    """Makes a citizen's chat."""
    cities = load_cities()
    orders = Orders(Collecting(COLLECTED, cities), load_fees())
    services: dict[str, Any] = {
        "lookup": Lookup(
            cities_in_hand.sources, cities=cities, paid_here=orders, defer=defer, clock=clock, halts=Seen(chat_units)
        ),
        "quota": Quota(DAILY_LIMIT),
        "orders": orders,
        "links": Links("http://localhost:8000", (KEY,), clock),
        "citizens": Citizens(),
        "cities": cities,
        "fees": load_fees(),
        "official_sites": load_official_sites("https://parking.example.gov.tw"),
        "questions": QuestionBook(Questions.load()),
        "announcements": Announcements.load(clock),
    }
    services["scanning"] = Scanning(sent_photos, code_reader)
    services["members"] = members_on(chat_units, clock)
    services["store_slips"] = StoreSlips("6FA", orders, lambda _unit, _order: False, clock)
    services |= account_services(chat_units, services["citizens"])
    services |= vehicle_services(services["accounts"], services["quota"], services["citizens"], clock)
    services |= my_data_services(services, clock)
    services |= pass_services(chat_units, clock)
    services |= desk_services(services, clock)
    services |= person_services(services["lookup"].books, clock, PersonsInHand())
    return lambda **changes: Flow(chat_units, clock, services, **changes)


@pytest.fixture
def flow(make_flow: Callable[..., Flow]) -> Flow:
    """A citizen whose LINE is in Chinese."""
    return make_flow()


@pytest.fixture
def make_owner(make_flow: Callable[..., Flow], chat_units: UnitOfWorkFactory) -> Callable[..., Flow]:
    """Makes a registered citizen."""

    def made(**changes: str) -> Flow:
        flow = make_flow(**changes)
        register(flow, chat_units)
        return flow

    return made


@pytest.fixture
def owner(make_owner: Callable[..., Flow]) -> Flow:
    """A registered citizen."""
    return make_owner()


@pytest.fixture
def plate(chat_engine: Engine) -> str:
    """A plate of no other test."""
    with chat_engine.begin() as connection:
        number = connection.execute(text("SELECT nextval(pg_get_serial_sequence('audit_row', 'id'))")).scalar_one()
    return f"RAB-{int(oct(number)[2:]) + 1000}"  # octal: no digit 9


@pytest.fixture
def newcomer(flow: Flow, chat_units: UnitOfWorkFactory) -> Newcomer:
    """Somebody who has not registered yet."""
    return Newcomer(flow, chat_units)


@pytest.fixture
def make_newcomer(make_flow: Callable[..., Flow], chat_units: UnitOfWorkFactory) -> Callable[..., Newcomer]:
    """Makes one; `changes` are make_flow's."""
    return lambda mobile=None, **changes: Newcomer(make_flow(**changes), chat_units, mobile)


@pytest.fixture
def citizen(flow: Flow, chat_units: UnitOfWorkFactory) -> Newcomer:
    """Somebody who has registered."""
    newcomer = Newcomer(flow, chat_units)
    newcomer.register("歐陽測試")
    return newcomer
