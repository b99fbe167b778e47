"""One bill lookup, a transaction with its statement, in a small and in a large ledger on the same server."""

import random
import time

from benchmarks.ground import BILLS_OF_A_PLATE, Ground, plate
from benchmarks.load import quantile
from benchmarks.report import Target, middle, spread
from domain.plates import parse_plate
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork, make_engine
from services import ledger

SMALL = 100_000
ROUNDS = 9
LOOKUPS = 2_000  # per round and ledger, each of another plate


def run(ground: Ground, seed: int, small: str, large_bills: int) -> list[Target]:
    """Print and return the figures. `small`: the database with SMALL bills."""
    chance = random.Random(seed)
    large = "ledger_large"
    began = time.perf_counter()
    ground.make_ledger(large, large_bills)
    print(f"  filled a ledger of {large_bills:,} bills in {time.perf_counter() - began:.0f} s")
    engines = {
        SMALL: make_engine(ground.url(small), pool_size=1),
        large_bills: make_engine(ground.url(large), pool_size=1),
    }
    p99: dict[int, list[float]] = {bills: [] for bills in engines}
    p50: dict[int, list[float]] = {bills: [] for bills in engines}
    for number in range(ROUNDS + 1):
        for bills, engine in engines.items():
            plates = chance.sample(range(bills // BILLS_OF_A_PLATE), LOOKUPS)
            times = [_lookup(engine, plate(one)) for one in plates]
            if number:  # the first round only warms up
                p99[bills].append(quantile(times, 0.99))
                p50[bills].append(quantile(times, 0.5))
    for bills, engine in engines.items():
        print(f"  {bills:>9,} bills: p50 {spread(p50[bills])} ms, p99 {spread(p99[bills])} ms")
        engine.dispose()
    ratio = middle([large / one for one, large in zip(p99[SMALL], p99[large_bills], strict=True)])
    return [Target(f"lookup p99, {large_bills:,} bills / {SMALL:,} bills", ratio, 1.5, at_most=True)]


def _lookup(engine: object, text: str) -> float:
    began = time.perf_counter()
    with UnitOfWork(engine) as uow:  # type: ignore[arg-type]
        owed = ledger.find(uow, parse_plate(text), VehicleKind.CAR)
    took = (time.perf_counter() - began) * 1000
    if len(owed.bills) != BILLS_OF_A_PLATE:
        raise RuntimeError(f"{text} has {len(owed.bills)} bills instead of {BILLS_OF_A_PLATE}")
    return took
