"""A file of many rows: all of them, and no more memory than for a few."""

import io
import re
import zipfile
from pathlib import Path

import pytest

from tests.staff.office import Office, Person

FEW, SOAK = 2_000, 100_000
ROOM = 24  # MB that a file may take beside what the process has, however many rows it holds
FILL = (
    "INSERT INTO orders (id, channel, bills, state, total, expires_at) "
    "SELECT md5('o' || n)::uuid, 'x', md5(n::text), 'paid', 60, now() FROM generate_series(1, :rows) AS n",
    "INSERT INTO order_line (order_id, position, agency, type, number, fee_item, plate, kind, source, amount, "
    "pay_amount, asked_at) SELECT md5('o' || n)::uuid, 0, 'TPE', 'bill', 'B' || n, 'parking', "
    "'ABC-' || lpad((n % 10000)::text, 4, '0'), 'car', 'city', 60, 60, now() FROM generate_series(1, :rows) AS n",
    "INSERT INTO attempt (id, order_id, provider, trade_number, amount, fee, state, expires_at) SELECT "
    "md5('a' || n)::uuid, md5('o' || n)::uuid, 'demobank', 'T' || n, 60, 0, "
    "CASE WHEN n % 10 = 0 THEN 'expired' ELSE 'paid' END, now() FROM generate_series(1, :rows) AS n",
    "INSERT INTO payment (attempt_id, order_id, provider, amount, paid_at) "
    "SELECT id, order_id, provider, amount, started_at FROM attempt WHERE state = 'paid'",
)


def memory(name: str) -> int:
    """MB of this process: VmRSS now, VmHWM at most since `forget_peak`."""
    return int(re.search(rf"{name}:\s+(\d+)", Path("/proc/self/status").read_text()).group(1)) // 1024  # type: ignore[union-attr]


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


@pytest.mark.slow
@pytest.mark.parametrize("rows", [FEW, pytest.param(SOAK, marks=[pytest.mark.soak, pytest.mark.timeout(1200)])])
def test_a_file_of_many_payments_takes_little_memory(office: Office, chen: Person, rows: int) -> None:
    for statement in FILL:
        office.run(statement, rows=rows)
    chen.post("/payments/excel", number="B1")  # what a first file loads stays
    forget_peak()
    before = memory("VmRSS")
    answer = chen.client.post("/staff/payments/excel", data={"first": "2020-01-01"}, buffered=False)
    file = io.BytesIO()
    peak = memory("VmHWM")  # the answer is read here, which is the browser's memory
    for piece in answer.iter_encoded():
        file.write(piece)
    answer.close()
    with zipfile.ZipFile(file) as packed, packed.open("xl/worksheets/sheet1.xml") as sheet:
        found = sum(line.count(b"<row") for line in iter(lambda: sheet.read(1 << 20), b""))
    assert found == pytest.approx(rows + 1, abs=2)  # "<row" may lie across two pieces
    assert peak - before < ROOM
