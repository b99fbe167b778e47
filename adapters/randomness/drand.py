"""drand over its public relays. A relay can be late or away, but it cannot lie: what it says is checked by the key."""

import http.client
import json
import logging
from collections.abc import Sequence
from urllib.parse import urlsplit

from adapters.randomness.signature import is_true
from domain.draw import beacon
from domain.draw.beacon import BeaconValue, beacon_value
from domain.draw.coding import DrawFileError
from domain.errors import OutsideError, Retry

SECONDS = 5.0  # for one relay
MOST_BYTES = 16 * 1024
TOO_EARLY = (http.client.NOT_FOUND, http.client.TOO_EARLY)

log = logging.getLogger(__name__)


class Drand:
    """domain.ports.randomness.Randomness. `relays`: base addresses, asked one after the other until one tells the
    truth; `recorded`: values that need not be asked for, as true as any since they are checked the same way.
    """

    def __init__(self, relays: Sequence[str], recorded: Sequence[BeaconValue] = ()) -> None:
        self._relays = tuple(relays)
        self._recorded = {value.number: value for value in recorded}

    def fetch(self, number: int) -> BeaconValue:
        known = self._recorded.get(number)
        if known is not None and is_true(known):
            return known
        causes = []
        for relay in self._relays:
            try:
                value = self._ask(relay, number)
            except OutsideError as error:
                causes.append(error.cause)
                log.warning("drand relay %s: %s", urlsplit(relay).hostname, error.cause)
            else:
                return value
        raise OutsideError(causes[-1] if causes else "no_relay", Retry.LATER)

    def is_true(self, value: BeaconValue) -> bool:
        return is_true(value)

    def _ask(self, relay: str, number: int) -> BeaconValue:
        status, body = _get(relay, f"/{beacon.CHAIN}/public/{number}")
        if status in TOO_EARLY:
            raise OutsideError("not_yet")
        if status != http.client.OK:
            raise OutsideError(f"http_{status}")
        value = _read(body)
        if value.number != number:
            raise OutsideError("another_round")
        if not is_true(value):
            raise OutsideError("forged")
        return value


def _get(relay: str, path: str) -> tuple[int, bytes]:
    where = urlsplit(relay)
    kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
    connection = kind(where.hostname or "", where.port, timeout=SECONDS)
    try:
        connection.request("GET", where.path.rstrip("/") + path, headers={"Accept": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read(MOST_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise OutsideError("timeout" if isinstance(error, TimeoutError) else "connection") from None
    finally:
        connection.close()


def _read(body: bytes) -> BeaconValue:
    """{"round", "randomness", "signature"}; anything else, or a randomness that is not the signature's, is no value."""
    try:
        said = json.loads(body)
        return beacon_value(int(said["round"]), str(said["signature"]), str(said["randomness"]))
    except (ValueError, KeyError, TypeError, DrawFileError):
        raise OutsideError("unreadable") from None
