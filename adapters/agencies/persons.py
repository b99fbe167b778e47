"""Asks an agency which bills are a person's: one POST, signed as its webhook is. docs/agencies.md tells it to agencies.

What is asked is personal: it is in no log and no error, and the answer may hold numbers of bills only.
"""

import re
import uuid
from collections.abc import Sequence

import orjson

from adapters.agencies.webhook import signature
from domain.agencyapi import BILL_NUMBER
from domain.clock import Clock
from domain.errors import OutsideError
from domain.nationalid import Person
from domain.ports.persons import PersonDoor
from infra.exchange import Answer, call

SECONDS = 3.0  # a citizen waits
MOST_BILLS = 100
_NUMBER = re.compile(BILL_NUMBER.pattern, re.ASCII)


class Persons:
    """Over HTTP. Redirects are not followed: an address is what staff have entered, and no other."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def ask(self, door: PersonDoor, person: Person) -> Sequence[str] | None:
        """See KnowsPersons."""
        body = orjson.dumps({"national_id": person.number, "birthday": person.birthday.isoformat()})
        id_, timestamp = str(uuid.uuid4()), int(self._clock.now().timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "ParkLine",
            "webhook-id": id_,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(door.secrets, id_, timestamp, body),
        }
        try:
            return _numbers(call("POST", door.url, headers=headers, body=body, seconds=SECONDS))
        except OutsideError:
            return None


def _numbers(answer: Answer) -> Sequence[str] | None:
    """An answer in another shape than the documented one is none."""
    try:
        said = orjson.loads(answer.body) if answer.status == 200 else None
    except orjson.JSONDecodeError:
        return None
    bills = said.get("bills") if isinstance(said, dict) else None
    if not isinstance(bills, list) or len(bills) > MOST_BILLS:
        return None
    if not all(isinstance(number, str) and _NUMBER.fullmatch(number) for number in bills):
        return None
    return bills
