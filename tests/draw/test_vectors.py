"""The protocol's own vectors, byte for byte."""

from datetime import datetime
from hashlib import sha256
from itertools import islice

import pytest

from domain.draw import beacon, merkle
from domain.draw.allocation import Waiting, allocate, promotions
from domain.draw.announcement import parse_announcement
from domain.draw.beacon import beacon_value
from domain.draw.listing import parse_list
from domain.draw.shuffle import bounded, permute, words
from domain.draw.steps import parse_steps
from tests.draw.made_up import RANDOMNESS, SIGNATURES, Made, Person, made_draw

ZERO = bytes(32)


def test_the_first_words_of_the_zero_seed() -> None:
    expected = "ba5a72a1 56116967 a13c5117 e71a38d5 45b04f9b e9968147 7ae57037 2e6bdb2b 8b7884ad 83585b3a"
    assert [f"{word:08x}" for word in islice(words(ZERO), 10)] == expected.split()


@pytest.mark.parametrize(("n", "order"), [(2, [1, 0]), (3, [1, 2, 0]), (10, [1, 8, 9, 0, 7, 3, 4, 2, 6, 5])])
def test_permutations_of_the_zero_seed(n: int, order: list[int]) -> None:
    assert permute(n, ZERO) == order


@pytest.mark.parametrize(
    ("m", "source", "expected"),
    [
        (5, [0xFFFFFFF7, 0x15, 0x0C], 4),
        (1 << 32, [0xFFFFFFFF], 0xFFFFFFFF),
        ((1 << 31) + 1, [0x80000001, 0x80000000], 0x80000000),
        (1, [], 0),
    ],
)
def test_bounded_uses_every_word_it_is_given_and_no_more(m: int, source: list[int], expected: int) -> None:
    left = iter(source)
    assert bounded(m, left) == expected
    assert next(left, None) is None


def test_the_commit_of_the_first_person() -> None:
    person = Person(1)
    assert person.salt.hex() == "6bbab98b3a996eb32fd46828ef0a1f066a1f62653107097102c29b3fc94fe1a5"
    row = person.row("TEST/V1", "G")
    assert row.commit == "987e8c7383111ec0c3512b64a90e6aa65b6b92d49c297d8864350e2f425c20fa"


def v1() -> Made:
    return made_draw("TEST/V1", 1000, 6, steps="*:2", waitlist=2)


def test_v1() -> None:
    made = v1()
    assert [row.entry_no for row in made.entries.rows] == [f"R00000{i}" for i in (5, 6, 2, 1, 4, 3)]
    assert made.entries.sha256 == "0f380e7e7e653d16a2320692068ab8c1d0ab68014c73a0361495adf5c1113851"
    assert made.entries.merkle_root == "fca4c1f76c9f03967870f85c7c1f429150806efb42546198642bef57ff71a6a5"
    assert made.announcement.sha256 == "f7b17251872316937c9da3957de738d29d0c390a6f1bbe0e2d47122d46c994b2"
    assert b"draw_at=2023-08-23T23:59:24+08:00\n" in made.announcement.file
    assert made.result.seed.hex() == "7b84cb5796f9ef1c80d95cf2b42261693516b1d1f915904f17147396f36d41c3"
    assert made.result.sha256 == "25c7512eea0d0a0eb13044531afa86cf3b869c04eaba62cae7b544dbf985dcb6"
    assert outcomes(made) == "5:W1 3:W2 2:B1 1:B2 4:X0 6:X0"
    assert parse_list(made.entries.file) == made.entries
    assert parse_announcement(made.announcement.file) == made.announcement


def test_the_merkle_proof_of_v1() -> None:
    rows = [row.text() for row in v1().entries.rows]
    path = [
        "66c6e84f75d3496b067ac1f0b8b3a8dac5ed031c8701627326775d2dd205b535",
        "365ba9442b3ed390472482dfcf882cd5b1742775d0187d2739744a699385a9fa",
    ]
    assert merkle.proof(rows, 4) == path
    assert merkle.proves(rows[4], 4, 6, path, v1().entries.merkle_root)


VECTORS = {
    "V2": (
        made_draw("TEST/V2", 1001, 8, local=(1, 2, 3), steps="L:2,*:3"),
        "daf7a4f8394a3279f0ebc7c8352425db680a3a1730c6436f35a71804beea56cf",
        "6d4f39d4217662185b1a4f3b3422a98442766571ad6493566ff2f26739df1dde",
        "4:W1 2:W2(L) 7:W3 6:W4 5:B1 8:B2 1:W5(L) 3:B3",
    ),
    "V4": (
        made_draw("TEST/V4", 1000, 3, steps="L:4,*:6", waitlist=5),
        "57b27e785d2fe43ff8421f6ff6457faf631765d1715aee13f594fabd0ab283a2",
        "5bab78e8a7aa3def65be75ae3409d280e9da2aaacc14ec0438c685b3eb7cd6c0",
        "1:W1 2:W2 3:W3",
    ),
    "V5": (
        made_draw("TEST/V5", 1001, 0, steps="*:10", waitlist=5),
        "644fb413ccd27a79115c800cc48bee84a56f4e81d744eba3a2fea9b0b4f7a7ca",
        "b820d551bfc1ce1413daeb3cfd1eac5b0cef2ec2ad3c47d8448d154ee7a73a53",
        "",
    ),
}


@pytest.mark.parametrize("name", VECTORS)
def test_pools_more_places_than_entries_and_nobody(name: str) -> None:
    made, seed, result, order = VECTORS[name]
    assert (made.result.seed.hex(), made.result.sha256, outcomes(made)) == (seed, result, order)


def test_the_root_of_nothing() -> None:
    assert VECTORS["V5"][0].entries.merkle_root == sha256(b"").hexdigest()


def test_reserved_places_that_nobody_claims_roll_on() -> None:
    drawn = allocate(list("GGGLG"), parse_steps("L:3,*:1"), 1)
    assert [f"{one.status}{one.no}{one.place}" for one in drawn] == ["W1*", "W2*", "W3*", "W4L", "B1-"]


def test_promotion() -> None:
    pools = list("LGGLGL")
    drawn = allocate(pools, parse_steps("L:2,*:2"), None)
    assert [f"{one.status}{one.no}{one.place}" for one in drawn] == ["W1L", "W2*", "W3*", "W4L", "B1-", "B2-"]
    waiting = [Waiting(one.no, pool) for one, pool in zip(drawn, pools, strict=True) if one.status == "B"]
    place_of = {one.no: one.place for one in drawn if one.status == "W"}
    assert promotions([place_of[no] for no in (4, 2, 1)], waiting) == [2, 1, None]


def test_the_first_beacon_round_at_a_time() -> None:
    for text, expected in (("2026-12-20T15:00:00+08:00", 34982212), ("2027-01-20T15:00:00+08:00", 35875012)):
        moment = datetime.fromisoformat(text)
        assert beacon.round_at(moment) == expected
        assert beacon.time_of(expected) >= moment > beacon.time_of(expected - 1)


@pytest.mark.parametrize("beacon_round", [1000, 1001])
def test_real_randomness_is_the_hash_of_its_signature(beacon_round: int) -> None:
    value = beacon_value(beacon_round, SIGNATURES[beacon_round], RANDOMNESS[beacon_round])
    assert value.randomness.hex() == RANDOMNESS[beacon_round]


def outcomes(made: Made) -> str:
    """As the protocol prints them: number of the person, status, number, and the reserved place."""
    shown = []
    for row in made.result.ranked:
        reserved = f"({row.outcome.place})" if row.outcome.place not in "-*" else ""
        shown.append(f"{int(row.entry.entry_no[1:])}:{row.outcome.status}{row.outcome.no}{reserved}")
    return " ".join(shown)
