"""The order is fair, and the tests that say so would notice if it were not (protocol, section 5). Seeds are fixed."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from itertools import permutations
from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.draw.shuffle import bounded, draw_order, permute, words

Shuffle = Callable[[int, bytes], list[int]]
SEED_SETS = ("first", "second", "third")
# chi-square at one-sided p = 1e-6 (Wilson-Hilferty)
ORDERS_OF_4, FIRST_OF_20, TABLE_OF_20, STEP_OF_20, POSITION_Z = 71.2, 64.4, 503.5, 62.7, 4.9
N = 20


def seeds(name: str, count: int) -> Iterable[bytes]:
    return (sha256(f"{name} {i}".encode()).digest() for i in range(count))


def chi_square(counts: Iterable[int], cells: int, total: int) -> float:
    expected = total / cells
    seen = list(counts)
    return sum((count - expected) ** 2 for count in seen) / expected + (cells - len(seen)) * expected


def orders_of_four(shuffle: Shuffle, name: str) -> float:
    count = 24_000
    seen = Counter(tuple(shuffle(4, seed)) for seed in seeds(name, count))
    assert set(seen) <= set(permutations(range(4)))
    return chi_square(seen.values(), 24, count)


def twenties(shuffle: Shuffle, name: str) -> list[list[int]]:
    return [shuffle(N, seed) for seed in seeds(name, 6_000)]


def first_of_twenty(orders: Sequence[Sequence[int]]) -> float:
    return chi_square(Counter(order[0] for order in orders).values(), N, len(orders))


def table_of_twenty(orders: Sequence[Sequence[int]]) -> float:
    seen = Counter((entry, position) for order in orders for position, entry in enumerate(order))
    return chi_square(seen.values(), N * N, len(orders) * N) * (N - 1) / N


def step_of_twenty(orders: Sequence[Sequence[int]]) -> float:
    return chi_square(Counter((order[1] - order[0]) % N for order in orders).values(), N - 1, len(orders))


def position_z(orders: Sequence[Sequence[int]]) -> float:
    mean, variance = N * ((N - 1) / 2) ** 2, N**2 * (N + 1) ** 2 * (N - 1) / 144
    total = sum(sum(rank * entry for rank, entry in enumerate(order)) - mean for order in orders)
    return total / sqrt(variance * len(orders))


@pytest.mark.slow
@pytest.mark.parametrize("name", SEED_SETS)
def test_every_order_of_four_is_as_likely(name: str) -> None:
    assert orders_of_four(permute, name) < ORDERS_OF_4


@pytest.mark.slow
@pytest.mark.parametrize("name", SEED_SETS)
def test_nobody_of_twenty_is_favoured(name: str) -> None:
    orders = twenties(permute, name)
    assert first_of_twenty(orders) < FIRST_OF_20
    assert table_of_twenty(orders) < TABLE_OF_20
    assert step_of_twenty(orders) < STEP_OF_20
    assert abs(position_z(orders)) < POSITION_Z


# Shuffles with the faults that were found in the world


def swap_with_any(size: int, seed: bytes) -> list[int]:
    order, source = list(range(size)), words(seed)
    for i in range(size):
        j = bounded(size, source)
        order[i], order[j] = order[j], order[i]
    return order


def modulo(size: int, seed: bytes) -> list[int]:
    order, source = list(range(size)), words(seed)
    for i in range(size - 1):
        m = size - i
        j = i + (next(source) & ((1 << (m - 1).bit_length()) - 1)) % m
        order[i], order[j] = order[j], order[i]
    return order


def off_by_one(size: int, seed: bytes) -> list[int]:
    order, source = list(range(size)), words(seed)
    for i in range(size - 1):
        j = i + 1 + bounded(size - i - 1, source)
        order[i], order[j] = order[j], order[i]
    return order


def as_registered(size: int, seed: bytes) -> list[int]:
    """DV-2012: those who registered first are drawn early."""
    half = size // 2
    return [*permute(half, seed), *(half + i for i in permute(size - half, sha256(seed).digest()))]


def test_the_tests_reject_a_swap_with_any() -> None:
    assert orders_of_four(swap_with_any, "first") > 5 * ORDERS_OF_4


def test_the_tests_reject_a_modulo() -> None:
    assert first_of_twenty(twenties(modulo, "first")) > 5 * FIRST_OF_20


def test_the_tests_reject_an_off_by_one() -> None:
    assert orders_of_four(off_by_one, "first") > 500 * ORDERS_OF_4


def test_the_tests_reject_ranks_that_follow_registration() -> None:
    orders = twenties(as_registered, "first")
    assert position_z(orders) > 5 * POSITION_Z
    assert table_of_twenty(orders) > 5 * TABLE_OF_20


def test_the_tests_reject_a_rotation() -> None:
    orders = [[(first + i) % N for i in range(N)] for first in (permute(N, seed)[0] for seed in seeds("first", 6_000))]
    assert first_of_twenty(orders) < FIRST_OF_20
    assert step_of_twenty(orders) > 500 * STEP_OF_20


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 1000, 100_000])
def test_a_permutation_has_everybody_once(n: int) -> None:
    order = permute(n, b"\x07" * 32)
    assert sorted(order) == list(range(n))


def step_by_step(n: int, seed: bytes) -> list[int]:
    """The permutation to the letter of the protocol, a word at a time."""
    order, source = list(range(n)), words(seed)
    for i in range(n - 1):
        j = i + bounded(n - i, source)
        order[i], order[j] = order[j], order[i]
    return order


@settings(deadline=None)
@given(st.integers(0, 600), st.binary(min_size=32, max_size=32))
def test_the_fast_permutation_is_the_one_of_the_text(n: int, seed: bytes) -> None:
    assert permute(n, seed) == step_by_step(n, seed)


@settings(deadline=None)
@given(st.integers(1, 300), st.binary(min_size=32, max_size=32), st.data())
def test_the_beginning_does_not_depend_on_what_comes_after(n: int, seed: bytes, data: st.DataObject) -> None:
    """Prefix independence: drawing k of n and stopping gives the same k winners as drawing all."""
    k = data.draw(st.integers(0, n))
    order, source = list(range(n)), words(seed)
    for i in range(min(k, n - 1)):
        j = i + bounded(n - i, source)
        order[i], order[j] = order[j], order[i]
    assert order[:k] == permute(n, seed)[:k]


def test_words_too_large_are_thrown_away_not_folded() -> None:
    assert bounded(3, iter([3, 7, 0xFFFFFFFF, 2])) == 2
    with pytest.raises(ValueError, match="bounded"):
        bounded((1 << 32) + 1, iter([0]))
    with pytest.raises(ValueError, match="bounded"):
        bounded(0, iter([0]))


@settings(deadline=None)
@given(st.lists(st.integers(1, 5), max_size=40), st.binary(min_size=32, max_size=32))
def test_weights_are_tickets(weights: list[int], seed: bytes) -> None:
    tickets = [i for i, weight in enumerate(weights) for _ in range(weight)]
    first_seen = list(dict.fromkeys(tickets[t] for t in step_by_step(len(tickets), seed)))
    assert draw_order(weights, seed) == first_seen


def test_two_tickets_win_twice_as_often_as_one() -> None:
    wins = Counter(draw_order([2, 1, 1], seed)[0] for seed in seeds("weights", 8_000))
    assert chi_square([wins[0] // 2, wins[0] - wins[0] // 2, wins[1], wins[2]], 4, 8_000) < 30.7  # df 3
