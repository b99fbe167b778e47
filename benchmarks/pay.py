"""Pay links: the page while orders are opened at a fixed rate; an order opened against bare INSERTs of its rows."""

import random
import secrets
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

from sqlalchemy import Engine

from benchmarks import sides
from benchmarks.ground import AGENCY, Ground, plate
from benchmarks.line import Line
from benchmarks.load import Load, at_rate, quantile
from benchmarks.report import Target, middle, spread
from domain.bills import Bill, BillStatus
from domain.orderview import OrderView
from domain.vehicles import VehicleKind
from infra.clock import SystemClock
from infra.database import UnitOfWork, make_engine
from services.collecting import Collecting
from services.ledger import SOURCE
from services.links import Links
from services.orders import Orders

PUBLIC_URL = "https://parkline.example"  # as benchmarks/sides.py deploys it
ORDERS = Orders(Collecting(None, {}))
ROUNDS = 3
RATE = 100  # orders opened in a second, and pages asked for
SECONDS = 10
CREATIONS = 2_000  # per round and side
TURNS = 5
PAGE_MS = 100
SHARE = 0.5  # of the rate of bare INSERTs
BILL = Bill(
    agency=AGENCY,
    number="",
    plate="",
    kind=VehicleKind.CAR,
    parked_on=date(2026, 7, 7),
    deadline=date(2026, 7, 22),
    status=BillStatus.OPEN,
    amount=60,
    pay_amount=60,
    source=SOURCE,
)
ROWS = (
    b"INSERT INTO orders (id, channel, citizen, language, bills, total, expires_at)"
    b" VALUES (%(id)s, 'bench', %(citizen)s, 'zh-TW', %(bills)s, 120, now() + interval '24 hours')",
    b"INSERT INTO order_move (order_id, to_state, cause) VALUES (%(id)s, 'open', 'opened')",
    b"INSERT INTO order_line (order_id, position, agency, type, number, fee_item, plate, kind, source, parked_on,"
    b" deadline, amount, pay_amount, asked_at) SELECT %(id)s, at, %(agency)s, 'bill', %(number)s || at, 'parking',"
    b" %(plate)s, 'car', 'ledger', '2026-07-07', '2026-07-22', 60, 60, now() FROM generate_series(0, 1) AS at",
)


def run(ground: Ground, line: Line, seed: int, empty: str) -> list[Target]:
    """Print and return the figures. `empty`: a migrated database without bills."""
    return [_pages(ground, line, seed, empty), _creations(ground, empty)]


def _pages(ground: Ground, line: Line, seed: int, empty: str) -> Target:
    chance, key = random.Random(seed), secrets.token_urlsafe(48)
    settings = {"SESSION_KEY": key, "FORWARDED_ALLOW_IPS": "127.0.0.1", "PAYMENT_PROVIDERS": "demobank"}
    links = Links(PUBLIC_URL, (key,), SystemClock())
    found = []
    for number in range(ROUNDS):
        with (
            ground.copy(empty, f"pay_{number}") as database,
            sides.ours(ground, database, line, settings=settings) as servers,
        ):
            engine = make_engine(database, pool_size=1)
            orders = [_open(engine, at) for at in range(RATE * SECONDS)]
            calls = [_page(links.pay(order), chance) for order in orders]
            at_rate(servers.port, calls[:RATE], RATE / 2).checked()
            load = _under_orders(engine, lambda servers=servers, calls=calls: at_rate(servers.port, calls, RATE))
            engine.dispose()
        found.append(load.checked().p99())
        print(
            f"  pay page at {RATE} orders/s: p50 {quantile(load.milliseconds, 0.5):5.1f}, p99 {load.p99():5.1f} ms"
            f" (of which the generator's own lateness p99 {quantile(load.lateness, 0.99):.1f} ms)"
        )
    return Target(f"pay page p99 at {RATE} orders/s", middle(found), PAGE_MS, at_most=True, unit=" ms")


def _under_orders(engine: Engine, measure: Callable[[], Load]) -> Load:
    """What is measured while other orders are opened at the rate; a little later each time is made up for."""
    over = threading.Event()

    def open_others() -> None:
        began, number = time.perf_counter(), 0
        while not over.wait(max(0.0, began + number / RATE - time.perf_counter())):
            _open(engine, RATE * SECONDS + number)
            number += 1

    opening = threading.Thread(target=open_others)
    opening.start()
    try:
        return measure()
    finally:
        over.set()
        opening.join()


def _creations(ground: Ground, empty: str) -> Target:
    rates: dict[str, list[float]] = {"an order": [], "bare INSERTs": []}
    makers: dict[str, Callable[[Engine, int], object]] = {"an order": _open, "bare INSERTs": _insert}
    with ground.copy(empty, "pay_creations") as database:
        engine = make_engine(database, pool_size=1)
        number = 0
        for turn in range(TURNS + 1):
            for name, make in makers.items():
                began = time.perf_counter()
                for _ in range(CREATIONS):
                    make(engine, number)
                    number += 1
                if turn:  # the first only warms up
                    rates[name].append(CREATIONS / (time.perf_counter() - began))
        engine.dispose()
    for name, reached in rates.items():
        print(f"  {name:<14} of two bills, one connection: {spread(reached)} a second")
    ratios = [ours / bare for ours, bare in zip(*rates.values(), strict=True)]
    return Target("orders opened / bare INSERTs of the same rows", middle(ratios), SHARE)


def _open(engine: Engine, number: int) -> OrderView:
    """An order of two bills, for a citizen of its own, as an answer in the chat opens it."""
    bills = [replace(BILL, number=f"B{number:013}{at}", plate=plate(number)) for at in range(2)]
    with UnitOfWork(engine) as uow:
        return ORDERS.open(uow, channel="bench", citizen=f"U{number:032}", payables=bills, asked_at=datetime.now(UTC))


def _insert(engine: Engine, number: int) -> None:
    """The same rows, and nothing else."""
    values = {
        "id": uuid.uuid4(),
        "citizen": f"U{number:032}",
        "bills": f"{number:032}",
        "agency": AGENCY,
        "number": f"B{number:013}",
        "plate": plate(number),
    }
    with UnitOfWork(engine) as uow:
        for statement in ROWS:
            uow.driver.execute(statement, values)


def _page(link: str, chance: random.Random) -> bytes:
    """A browser of its own asks for a pay link; its proxy says from where."""
    path = link.removeprefix(PUBLIC_URL)
    sender = f"10.{'.'.join(str(chance.randrange(256)) for _ in range(3))}"
    return f"GET {path} HTTP/1.1\r\nHost: parkline.example\r\nX-Forwarded-For: {sender}\r\n\r\n".encode()
