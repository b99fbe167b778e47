"""CSV import against raw COPY: the same file, into an empty ledger and into a plain table of the same columns."""

import io
import random
import time

from benchmarks.ground import AGENCY, Ground, plate
from benchmarks.report import Target, middle, spread
from infra.database import UnitOfWork, make_engine
from services.ledger_import import import_csv

ROUNDS = 3
ROWS = 200_000
COLUMNS = "agency,number,plate,kind,fee_item,parked_on,deadline,amount,hours,street,started_at,left_at,issued_how"
PLAIN = """
CREATE TABLE plain (agency text, number text, plate text, kind text, fee_item text, parked_on date, deadline date,
    amount integer, hours numeric, street text, started_at timestamptz, left_at timestamptz, issued_how text)
"""
COPY = "COPY plain FROM STDIN (FORMAT csv, HEADER)"
CHUNK_BYTES = 1 << 20


def run(ground: Ground, seed: int, empty: str) -> list[Target]:
    """Print and return the figures. `empty`: a migrated database without bills."""
    data = _file(random.Random(seed))
    raw, ours = [], []
    for number in range(ROUNDS):
        with ground.copy(empty, f"import_{number}") as database:
            engine = make_engine(database, pool_size=1)
            raw.append(ROWS / _copy(engine, data))
            ours.append(ROWS / _import(engine, data))
            engine.dispose()
    print(f"  {ROWS:,} rows, {len(data) / 1e6:.0f} MB: raw COPY {spread(raw)} rows/s, import {spread(ours)} rows/s")
    ratio = middle([one / other for one, other in zip(ours, raw, strict=True)])
    return [Target("CSV import / raw COPY", ratio, 0.4)]


def _file(chance: random.Random) -> bytes:
    lines = [COLUMNS]
    for number in range(ROWS):
        lines.append(
            f"{AGENCY},Q{number:014},{plate(chance.randrange(6_000_000))},car,parking,2026-07-07,2026-07-22,50,2.5,"
            "忠孝東路四段,2026-07-07T09:00:00,2026-07-07T11:29:00,現場開單"
        )
    return ("\n".join(lines) + "\n").encode()


def _copy(engine: object, data: bytes) -> float:
    with UnitOfWork(engine) as uow:  # type: ignore[arg-type]
        uow.driver.execute(PLAIN)
        uow.commit()
        began = time.perf_counter()
        with uow.driver.cursor().copy(COPY) as copy:
            for start in range(0, len(data), CHUNK_BYTES):
                copy.write(data[start : start + CHUNK_BYTES])
        uow.driver.commit()
        return time.perf_counter() - began


def _import(engine: object, data: bytes) -> float:
    def refused(line: int, reason: str) -> None:
        raise RuntimeError(f"line {line}: {reason}")

    began = time.perf_counter()
    with UnitOfWork(engine) as uow:  # type: ignore[arg-type]
        imported = import_csv(uow, io.BytesIO(data), refused=refused)
        uow.commit()
    took = time.perf_counter() - began
    if imported.taken != ROWS:
        raise RuntimeError(f"{imported.taken} of {ROWS} rows were taken")
    return took
