"""A strict agency on 127.0.0.1: it checks every signature, remembers ids, and keeps books of what was written off.

Its check of the signature is written from the text of Standard Webhooks 1.0, apart from ours.
"""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from typing import Any

from tests.fakes.loopback import Call, Loopback, body_of, hang_up, respond, say_nothing

TOLERANCE_SECONDS = 300
FIELDS = {
    "id", "kind", "agency", "bill_type", "number", "covers", "amount", "discount", "paid_at", "provider",
    "trade_number", "reverses", "trial",
}  # fmt: skip
PERSONS = "/persons"
LOST_AFTER = "lost after"  # it has booked the message, and the answer is lost
SILENT_AFTER = "silent after"  # it has booked it, and says nothing until the caller gives up
REDIRECT = "redirect"


class FakeAgency(Loopback):
    """`faults`: of the next calls, one each: a status, or a word above. `down`: every call, while it is set.

    `trouble`: the fault of any other call, or None.
    """

    def __init__(self, secret: str = "") -> None:
        super().__init__()
        self.secret = secret
        self.faults: list[int | str] = []
        self.down: int | str | None = None
        self.trouble: Callable[[], int | str | None] = lambda: None
        self.pause: int | None = None  # seconds, told with each 429
        self.no: dict[str, str] = {}  # bill number -> the code of its refusal
        self.calls = 0
        self.heard: list[dict[str, Any]] = []  # each message once, in the order in which they were booked
        self.wrong: list[str] = []  # what a receiver would complain of
        self.persons: dict[tuple[str, str], list[str]] = {}  # 身分證字號 and birthday -> their bills
        self.person_answer: str | None = None  # said instead, whoever is asked about
        self.asked: list[tuple[str, str]] = []
        self._known: dict[str, dict[str, Any]] = {}  # by id
        self._lock = threading.Lock()

    @property
    def address(self) -> str:
        """Where it wants to be told."""
        return f"{self.url}/write-offs"

    @property
    def books(self) -> dict[str, int]:
        """NT$ by bill number: written off, less what was taken back."""
        sums: dict[str, int] = {}
        for said in self.heard:
            sign = 1 if said["kind"] == "write_off" else -1
            sums[said["number"]] = sums.get(said["number"], 0) + sign * said["amount"]
        return sums

    def handle(self, call: Call) -> None:
        body = body_of(call)
        with self._lock:
            self.calls += 1
            fault = self.faults.pop(0) if self.faults else self.down or self.trouble()
        if fault == REDIRECT:
            call.send_response(307)
            call.send_header("Location", f"{self.url}/elsewhere")
            call.send_header("Content-Length", "0")
            call.end_headers()
        elif isinstance(fault, int):
            respond(call, fault, "{}", headers=self._asks(fault))
        else:
            with self._lock:
                status, said = self._take(call, body)
            if fault == LOST_AFTER:
                hang_up(call)
            elif fault == SILENT_AFTER:
                say_nothing(call)
            else:
                respond(call, status, said, "application/json")

    def _asks(self, fault: int) -> dict[str, str]:
        return {} if self.pause is None or fault != 429 else {"Retry-After": str(self.pause)}

    def _take(self, call: Call, body: bytes) -> tuple[int, str]:
        problem = self._problem(call, body)
        if problem:
            self.wrong.append(problem)
            return 400, "{}"
        said = json.loads(body)
        if call.path == PERSONS:
            return 200, self._person(said)
        if code := self.no.get(said["number"]):
            return 422, json.dumps({"code": code})
        before = self._known.get(said["id"])
        if before is None:
            if said["reverses"] and said["reverses"] not in self._known:
                self.wrong.append("a reversal came before its write-off")
            self._known[said["id"]] = said
            self.heard.append(said)
        elif before != said:
            self.wrong.append("one id, two messages")
        return 204, ""

    def _person(self, said: dict[str, Any]) -> str:
        """Which bills are this person's."""
        person = said["national_id"], said["birthday"]
        self.asked.append(person)
        return self.person_answer or json.dumps({"bills": self.persons.get(person, [])})

    def _problem(self, call: Call, body: bytes) -> str | None:
        id_, stamp = call.headers.get("webhook-id", ""), call.headers.get("webhook-timestamp", "")
        if (call.command, call.path) not in {("POST", "/write-offs"), ("POST", PERSONS)}:
            return "another address"
        if not stamp.isdigit() or abs(time.time() - int(stamp)) > TOLERANCE_SECONDS:
            return "the timestamp is old"
        key = base64.b64decode(self.secret.split("_", 1)[1])
        mac = hmac.new(key, b".".join([id_.encode(), stamp.encode(), body]), hashlib.sha256).digest()
        wanted = "v1," + base64.b64encode(mac).decode()
        if wanted not in call.headers.get("webhook-signature", "").split(" "):
            return "the signature is wrong"
        said = json.loads(body)
        if call.path == PERSONS:
            return None if set(said) == {"national_id", "birthday"} else "the body is not as documented"
        if set(said) != FIELDS or said["id"] != id_:
            return "the body is not as documented"
        return None
