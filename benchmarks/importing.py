"""CSV import against raw COPY of the same rows: into a table with the ledger's keys and checks, and into a bare one."""

import io
import random
import time
from collections.abc import Callable

from sqlalchemy import Engine

from benchmarks.ground import AGENCY, Ground, plate
from benchmarks.report import Target, middle, spread
from infra.database import UnitOfWork, make_engine
from services.ledger_import import import_csv

ROUNDS = 5
ROWS = 200_000
COLUMNS = "agency,number,plate,kind,fee_item,parked_on,deadline,amount,hours,street,started_at,left_at,issued_how"
WORKED_OUT = "plate_key,car_type,pay_amount"  # what the import adds to a row
KEYED = "CREATE TABLE peer (LIKE ledger_bill INCLUDING ALL)"
BARE = """
CREATE TABLE peer (agency text, number text, plate text, kind text, fee_item text, parked_on date, deadline date,
    amount integer, hours numeric, street text, started_at timestamptz, left_at timestamptz, issued_how text)
"""
CHUNK_BYTES = 1 << 20
Side = Callable[[Engine], float]  # does it once; returns rows/s


def run(ground: Ground, seed: int, empty: str) -> list[Target]:
    """Print and return the figures. `empty`: a migrated database without bills."""
    lines = _lines(random.Random(seed))
    file = _csv([COLUMNS, *(line for line, _key in lines)])
    kept = _csv([f"{COLUMNS},{WORKED_OUT}", *(f"{line},{key},C,50" for line, key in lines)])
    sides: dict[str, Side] = {
        "raw COPY, keyed": lambda engine: _copy(engine, KEYED, f"{COLUMNS},{WORKED_OUT}", kept),
        "import": lambda engine: _import(engine, file),
        "raw COPY, bare": lambda engine: _copy(engine, BARE, COLUMNS, file),
    }
    rates: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(ROUNDS):
        for name in list(sides)[number % 3 :] + list(sides)[: number % 3]:  # nobody always comes after the same one
            with ground.copy(empty, "import") as database:
                engine = make_engine(database, pool_size=1)
                rates[name].append(sides[name](engine))
                engine.dispose()
    print(f"  {ROWS:,} rows, {len(file) / 1e6:.0f} MB, thousand rows/s")
    for name, reached in rates.items():
        print(f"  {name:<16} {spread([rate / 1000 for rate in reached])}")
    ratios = {
        name: [one / other for one, other in zip(rates["import"], rates[name], strict=True)]
        for name in ("raw COPY, keyed", "raw COPY, bare")
    }
    print(f"  import / raw COPY into a bare table {spread(ratios['raw COPY, bare'])}, no target")
    return [Target("CSV import / raw COPY into the ledger's keys", middle(ratios["raw COPY, keyed"]), 0.4)]


def _lines(chance: random.Random) -> list[tuple[str, str]]:
    """Rows of a file, each with the compact plate."""
    lines = []
    for number in range(ROWS):
        written = plate(chance.randrange(6_000_000))
        line = (
            f"{AGENCY},Q{number:014},{written},car,parking,2026-07-07,2026-07-22,50,2.5,"
            "忠孝東路四段,2026-07-07T09:00:00,2026-07-07T11:29:00,現場開單"
        )
        lines.append((line, written.replace("-", "")))
    return lines


def _csv(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def _copy(engine: Engine, table: str, columns: str, data: bytes) -> float:
    with UnitOfWork(engine) as uow:
        uow.driver.execute(table.encode())
        uow.commit()
        began = time.perf_counter()
        with uow.driver.cursor().copy(f"COPY peer ({columns}) FROM STDIN (FORMAT csv, HEADER)".encode()) as copy:
            for start in range(0, len(data), CHUNK_BYTES):
                copy.write(data[start : start + CHUNK_BYTES])
        uow.commit()
        return ROWS / (time.perf_counter() - began)


def _import(engine: Engine, data: bytes) -> float:
    def refused(line: int, reason: str) -> None:
        raise RuntimeError(f"line {line}: {reason}")

    began = time.perf_counter()
    with UnitOfWork(engine) as uow:
        imported = import_csv(uow, io.BytesIO(data), refused=refused)
        uow.commit()
    took = time.perf_counter() - began
    if imported.taken != ROWS:
        raise RuntimeError(f"{imported.taken} of {ROWS} rows were taken")
    return ROWS / took
