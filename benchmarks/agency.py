"""Bills through the agencies' API in batches, against raw COPY of the same rows into a table with the ledger's keys."""

import http.client
import random
import time
from collections.abc import Iterator
from typing import Any

import orjson

from benchmarks import sides
from benchmarks.ground import AGENCY, Ground, plate
from benchmarks.importing import KEYED
from benchmarks.line import Line
from benchmarks.report import Target
from domain.agencyapi import MOST_ROWS, Scope
from infra.crypto import FieldCipher
from infra.database import UnitOfWork, make_engine
from services.agencies import Agencies
from services.agencyapi import keys

ROWS = 1_000_000
CALL_SECONDS = 120
COLUMNS = (
    "agency", "number", "plate", "plate_key", "kind", "car_type", "fee_item", "parked_on", "deadline", "amount",
    "pay_amount", "hours", "street", "started_at", "left_at", "issued_how", "as_of",
)  # fmt: skip
GIVEN = tuple(name for name in COLUMNS if name not in ("agency", "plate_key", "car_type", "pay_amount"))
Batch = list[dict[str, Any]]


def run(ground: Ground, line: Line, seed: int, empty: str) -> list[Target]:
    """Print and return the figures. `empty`: a migrated database without bills."""
    with ground.copy(empty, "agency_raw") as database:
        raw = _copy(database, seed)
    with ground.copy(empty, "agency_api") as database, sides.ours(ground, database, line, worker=False) as servers:
        through = _send(servers.port, _key(database), seed)
    print(f"  {ROWS:,} rows in batches of {MOST_ROWS:,}, thousand rows/s")
    print(f"  raw COPY, keyed {raw / 1000:8.1f}\n  the API         {through / 1000:8.1f}")
    return [Target("bills through the agencies' API / raw COPY into the ledger's keys", through / raw, 0.2)]


def _batches(seed: int) -> Iterator[Batch]:
    chance = random.Random(seed)
    for first in range(0, ROWS, MOST_ROWS):
        yield [_row(number, plate(chance.randrange(6_000_000))) for number in range(first, first + MOST_ROWS)]


def _row(number: int, written: str) -> dict[str, Any]:
    return {
        "agency": AGENCY,
        "number": f"Q{number:014}",
        "plate": written,
        "plate_key": written.replace("-", ""),
        "kind": "car",
        "car_type": "C",
        "fee_item": "parking",
        "parked_on": "2026-07-07",
        "deadline": "2026-07-22",
        "amount": 50,
        "pay_amount": 50,
        "hours": 2.5,
        "street": "忠孝東路四段",
        "started_at": "2026-07-07T09:00:00+08:00",
        "left_at": "2026-07-07T11:29:00+08:00",
        "issued_how": "現場開單",
        "as_of": "2026-07-07T12:00:00+08:00",
    }


def _copy(database: str, seed: int) -> float:
    """Rows a second; making the rows is not counted."""
    engine = make_engine(database, pool_size=1)
    took = 0.0
    with UnitOfWork(engine) as uow:
        uow.driver.execute(KEYED.encode())
        uow.commit()
        with uow.driver.cursor().copy(f"COPY peer ({', '.join(COLUMNS)}) FROM STDIN (FORMAT csv)".encode()) as copy:
            for batch in _batches(seed):
                data = "".join(",".join(map(str, row.values())) + "\n" for row in batch).encode()
                began = time.perf_counter()
                copy.write(data)
                took += time.perf_counter() - began
            began = time.perf_counter()
        uow.commit()
        took += time.perf_counter() - began
    engine.dispose()
    return ROWS / took


def _key(database: str) -> str:
    engine = make_engine(database, pool_size=1)
    with UnitOfWork(engine) as uow:
        Agencies(FieldCipher([bytes(32)]), str).add(uow, AGENCY, "benchmark", staff="benchmark")
        key = keys.make(uow, AGENCY, [Scope.BILLS], staff="benchmark")
    engine.dispose()
    return key


def _send(port: int, key: str, seed: int) -> float:
    """Rows a second, one batch after the other; making the bodies is not counted."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=CALL_SECONDS)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    took, taken = 0.0, 0
    for number, batch in enumerate(_batches(seed)):
        body = orjson.dumps({"bills": [{name: row[name] for name in GIVEN} for row in batch]})
        began = time.perf_counter()
        connection.request("POST", "/agency/v1/bills", body, headers | {"Idempotency-Key": f"batch-{number}"})
        answer = connection.getresponse().read()
        took += time.perf_counter() - began
        taken += sum(row["result"] == "taken" for row in orjson.loads(answer)["results"])
    connection.close()
    if taken != ROWS:
        raise RuntimeError(f"{taken} of {ROWS} rows were taken")
    return ROWS / took
