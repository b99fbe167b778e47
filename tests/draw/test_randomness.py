"""drand's relays: one that tells the truth is enough, none that lies is believed."""

import socket
import threading
from collections.abc import Iterator

import pytest

from adapters.randomness import drand
from adapters.randomness.drand import Drand
from adapters.randomness.recorded import RECORDED
from adapters.randomness.signature import is_true
from domain.draw.beacon import BeaconValue
from domain.errors import OutsideError, Retry
from tests.draw.made_up import RANDOMNESS, SIGNATURES
from tests.fakes.drand import Answer, Relay, drand_relay, said, truth


@pytest.fixture
def relays() -> Iterator[tuple[Relay, Relay]]:
    with drand_relay() as one, drand_relay() as other:
        yield one, other


def asking(*relays: Relay) -> Drand:
    return Drand([relay.url for relay in relays])


def cause(randomness: Drand, number: int = 1000) -> str:
    with pytest.raises(OutsideError) as raised:
        randomness.fetch(number)
    assert raised.value.retry is Retry.LATER
    return raised.value.cause


@pytest.mark.parametrize("number", [1000, 1001])
def test_a_true_value_is_taken(relays: tuple[Relay, Relay], number: int) -> None:
    value = asking(*relays).fetch(number)
    assert value.signature.hex() == SIGNATURES[number]
    assert value.randomness.hex() == RANDOMNESS[number]
    assert relays[1].asked == []


FLIPPED = SIGNATURES[1000][:-1] + "8"
LIES: dict[str, tuple[Answer, str]] = {
    "another round's value": (truth(1001), "another_round"),
    "another round's signature": ((200, said(1000, SIGNATURES[1001], RANDOMNESS[1001])), "forged"),
    "a randomness of its own": ((200, said(1000, SIGNATURES[1000], "00" * 32)), "unreadable"),
    "a flipped bit": ((200, said(1000, FLIPPED, BeaconValue(1000, bytes.fromhex(FLIPPED)).randomness.hex())), "forged"),
    "the point at infinity": (
        (200, said(1000, "c0" + "00" * 47, BeaconValue(1000, bytes.fromhex("c0" + "00" * 47)).randomness.hex())),
        "forged",
    ),
    "no JSON": ((200, b"<html>"), "unreadable"),
    "a list": ((200, b"[]"), "unreadable"),
    "no signature": ((200, b'{"round": 1000}'), "unreadable"),
    "too early": ((425, b""), "not_yet"),
    "not there": ((404, b""), "not_yet"),
    "broken": ((500, b""), "http_500"),
    "a redirect": ((302, b""), "http_302"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_relay_that_lies_is_passed_over_and_alone_gives_nothing(relays: tuple[Relay, Relay], name: str) -> None:
    answer, why = LIES[name]
    relays[0].answer = lambda _: answer
    assert asking(*relays).fetch(1000).signature.hex() == SIGNATURES[1000]
    assert cause(asking(relays[0])) == why


def test_relays_that_disagree_leave_one_true_value(relays: tuple[Relay, Relay]) -> None:
    relays[0].answer = lambda _: (200, said(1000, SIGNATURES[1001], RANDOMNESS[1001]))
    both_ways = {asking(*order).fetch(1000) for order in (relays, relays[::-1])}
    assert both_ways == {RECORDED[0]}


def test_a_relay_that_does_not_answer_is_left_in_time(
    relays: tuple[Relay, Relay], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drand, "SECONDS", 0.2)
    released = threading.Event()

    def late(number: int) -> Answer:
        released.wait(10)
        return truth(number)

    relays[0].answer = late
    try:
        assert asking(*relays).fetch(1000) == RECORDED[0]
        assert cause(asking(relays[0])) == "timeout"
    finally:
        released.set()


def test_a_network_that_is_down_waits_and_never_switches(relays: tuple[Relay, Relay]) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{unused.getsockname()[1]}"
    assert cause(Drand([nobody, nobody])) == "connection"
    assert cause(Drand([])) == "no_relay"
    assert asking(*relays).fetch(1000) == RECORDED[0]
    assert relays[0].asked == [1000], "the announced round and no other"


def test_a_recorded_value_needs_no_relay_but_is_checked() -> None:
    assert Drand([], RECORDED).fetch(1001) == RECORDED[1]
    forged = BeaconValue(1000, RECORDED[1].signature)
    assert cause(Drand([], [forged])) == "no_relay"


def test_the_library_and_the_verifier_agree_on_groups() -> None:
    outside_the_group = bytes([0x80]) + (4).to_bytes(47, "big")
    assert not is_true(BeaconValue(1000, outside_the_group))
    assert all(map(is_true, RECORDED))
