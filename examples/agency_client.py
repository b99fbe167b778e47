"""A client of ParkLine's agencies' API, to begin with: Python 3.11's standard library only.

    export PARKLINE_URL=https://parking.example.gov.tw  PARKLINE_KEY=parkline_…
    python agency_client.py send bills.csv       the bills of a file (columns: docs/importing-bills.md), batch by batch
    python agency_client.py write-offs           what was paid, booked in paid.csv, then said back
    python agency_client.py receive 8080         write-offs by webhook; PARKLINE_WEBHOOK_SECRET=whsec_…
    python agency_client.py bill NUMBER | statement 2026-11-21

Everything may be broken off and repeated: no bill and no write-off is taken twice.
"""

import base64
import csv
import hashlib
import hmac
import http.server
import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BATCH = 10_000
TRIES, WAIT_SECONDS = 5, 10
BOOKS, CURSOR = Path("paid.csv"), Path("paid.cursor")
TOLERANCE_SECONDS = 300
AMOUNTS = {"amount", "pay_amount", "notice_extra_charge"}


def call(method: str, path: str, body: Any = None) -> Any:
    """One call, made again where it may not have been kept: under the same key, so that nothing is done twice."""
    data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    headers = {"Authorization": f"Bearer {os.environ['PARKLINE_KEY']}"}
    if data is not None:
        headers |= {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
    url = os.environ["PARKLINE_URL"] + "/agency/v1" + path
    request = urllib.request.Request(url, data, headers, method=method)
    for left in reversed(range(TRIES)):
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code not in (429, 503) or not left:
                raise SystemExit(f"{error.code}: {json.load(error).get('detail')}") from None
            time.sleep(int(error.headers.get("Retry-After", WAIT_SECONDS)))
        except (urllib.error.URLError, TimeoutError):
            if not left:
                raise
            time.sleep(WAIT_SECONDS)
    raise AssertionError


def send(file: str) -> None:
    """Bills of a CSV. Prints the rows that were refused, then how many had which result."""
    counts: dict[str, int] = {}
    with Path(file).open(encoding="utf-8-sig", newline="") as source:
        for batch in batches(csv.DictReader(source)):
            for result in call("POST", "/bills", {"bills": batch})["results"]:
                counts[result["result"]] = counts.get(result["result"], 0) + 1
                if result["result"] == "refused":
                    print(f"{result['number']}: {result['reason']}", file=sys.stderr)
    print(", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "no rows")


def batches(rows: Iterator[dict[str, str]]) -> Iterator[list[dict[str, Any]]]:
    """Rows as the API wants them; the agency is who holds the key, an empty field is left out."""
    batch: list[dict[str, Any]] = []
    for row in rows:
        filled = {name: value for name, value in row.items() if value and name != "agency"}
        batch.append({name: int(value) if name in AMOUNTS else value for name, value in filled.items()})
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def write_offs() -> None:
    """Book what is new, say so, and only then move the cursor on: a crash between these books nothing twice."""
    after, more = int(CURSOR.read_text()) if CURSOR.exists() else 0, True
    while more:
        page = call("GET", f"/write-offs?after={after}&limit=1000")
        for message in page["write_offs"]:
            book(message)
        if page["write_offs"]:
            ids = [message["id"] for message in page["write_offs"]]
            call("POST", "/write-offs/acknowledgements", {"accepted": ids})
        after, more = page["next"], page["more"]
        CURSOR.write_text(str(after))
    print(f"booked to place {after}")


def book(message: dict[str, Any]) -> None:
    """Into the books, once: the id tells a repetition. Your own accounts go here."""
    known = {line.split(",")[0] for line in BOOKS.read_text().splitlines()} if BOOKS.exists() else set()
    if message["trial"] or message["id"] in known:
        return
    sign = 1 if message["kind"] == "write_off" else -1
    with BOOKS.open("a") as books:
        books.write(f"{message['id']},{message['number']},{sign * message['amount']},{message['paid_at']}\n")


def receive(port: str) -> None:
    """Take webhooks on this port. Put it behind https, and answer 2xx only once it is booked."""
    http.server.HTTPServer(("127.0.0.1", int(port)), Receiver).serve_forever()


class Receiver(http.server.BaseHTTPRequestHandler):
    """Checks the signature as Standard Webhooks 1.0 has it, then books."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        names = ("webhook-id", "webhook-timestamp", "webhook-signature")
        id_, timestamp, signatures = (self.headers.get(name, "") for name in names)
        genuine = signed(id_, timestamp, body, signatures)
        if genuine:
            book(json.loads(body))
        self.send_response(204 if genuine else 400)
        self.end_headers()


def signed(id_: str, timestamp: str, body: bytes, signatures: str) -> bool:
    """Whether one of the signatures is under our secret, and the message is of the last minutes."""
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    key = base64.b64decode(os.environ["PARKLINE_WEBHOOK_SECRET"].removeprefix("whsec_"))
    mac = hmac.digest(key, f"{id_}.{timestamp}.".encode() + body, hashlib.sha256)
    wanted = "v1," + base64.b64encode(mac).decode()
    return any(hmac.compare_digest(wanted, one) for one in signatures.split())


def main(words: list[str]) -> None:
    """One command."""
    match words:
        case ["send", file]:
            send(file)
        case ["write-offs"]:
            write_offs()
        case ["receive", port]:
            receive(port)
        case ["bill", number]:
            print(json.dumps(call("GET", f"/bills/{number}"), ensure_ascii=False, indent=2))
        case ["statement", day]:
            print(json.dumps(call("GET", f"/statement?day={day}"), ensure_ascii=False, indent=2))
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
