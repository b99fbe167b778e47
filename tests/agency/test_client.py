"""examples/agency_client.py as an agency runs it: against the API over HTTP, with its own books afterwards."""

import os
import runpy
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from adapters.agencies.webhook import new_secret, signature
from tests.agency.conftest import Api
from tests.pay.world import bill

CLIENT = Path(__file__).parent.parent.parent / "examples" / "agency_client.py"
FILE = "agency,number,plate,kind,amount\nNWT,A1,ABC-1234,car,80\nNWT,A2,ABC-1234,car,200\nNWT,A3,???,car,5\n"


@pytest.fixture
def url(api: Api) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, api.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(5)
    server.server_close()


def run(url: str, api: Api, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PARKLINE_URL": url, "PARKLINE_KEY": api.key}
    return subprocess.run(
        [sys.executable, CLIENT, *words],
        env=environment, cwd=folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_bills_go_in_and_write_offs_come_back_booked_once(api: Api, url: str, tmp_path: Path) -> None:
    (tmp_path / "bills.csv").write_text(FILE)
    sent = run(url, api, tmp_path, "send", "bills.csv")
    assert (sent.stdout, sent.stderr) == ("1 refused, 2 taken\n", "A3: plate: is no plate\n")
    assert run(url, api, tmp_path, "send", "bills.csv").stdout == "1 refused, 2 unchanged\n"
    order = api.town.pay(bill("A1", 80), bill("A2", 200))
    api.town.give_back(order, 280)
    api.town.world.run("UPDATE write_off SET provider = 'linepay'")  # real money
    assert run(url, api, tmp_path, "write-offs").stdout == "booked to place 4\n"
    (tmp_path / "paid.cursor").unlink()  # as after a crash before it was written
    assert run(url, api, tmp_path, "write-offs").stdout == "booked to place 4\n"
    books = [line.split(",")[1:3] for line in (tmp_path / "paid.csv").read_text().splitlines()]
    assert books == [["A1", "80"], ["A2", "200"], ["A1", "-80"], ["A2", "-200"]]
    assert set(api.town.states()) == {"accepted"}
    api.key = "parkline_nobody"
    assert run(url, api, tmp_path, "bill", "A1").stderr == "401: a key of this API is needed\n"


def test_its_check_of_signatures_takes_ours_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    client = runpy.run_path(str(CLIENT))
    secret, other = new_secret(), new_secret()
    monkeypatch.setenv("PARKLINE_WEBHOOK_SECRET", secret)
    now, body = int(time.time()), b'{"id": 1}'
    signed = signature([other, secret], "m1", now, body)
    assert client["signed"]("m1", str(now), body, signed)
    assert not client["signed"]("m2", str(now), body, signed)
    assert not client["signed"]("m1", str(now), body + b" ", signed)
    assert not client["signed"]("m1", str(now - 301), body, signature([secret], "m1", now - 301, body))
    assert not client["signed"]("m1", str(now), body, signature([other], "m1", now, body))
