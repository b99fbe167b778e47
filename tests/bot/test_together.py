"""Concurrent callers share a commit; nobody is refused for a neighbour's sake, nobody waits for ever."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from bot.together import NotTheirTurnError, Together
from tests.bot.running import eventually

BAD = ValueError


class Store:
    """Keeps batches; holds the first one until it is let go; refuses what is in `bad`."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.bad: dict[int, type[Exception]] = {}
        self.begun, self.go = threading.Event(), threading.Event()

    def __call__(self, items: Sequence[int]) -> None:
        if not self.begun.is_set():
            self.begun.set()
            assert self.go.wait(10)
        for item in items:
            if item in self.bad:
                raise self.bad[item]
        self.batches.append(list(items))


def while_one_is_stored(store: Store, together: Together[int], others: Sequence[int]) -> list[Future[None]]:
    """0 is being stored while the others come; then it is let go."""
    with ThreadPoolExecutor(len(others) + 1) as threads:
        first = threads.submit(together.put, 0)
        assert store.begun.wait(10)
        futures = [threads.submit(together.put, item) for item in others]
        eventually(lambda: len(together._queue) == len(others))
        store.go.set()
        return [first, *futures]


def made(store: Callable[[Sequence[int]], None], *, most: int = 100, patience: float = 10) -> Together[int]:
    return Together(store, most=most, patience=patience, one_is_bad=(BAD,))


def test_who_comes_alone_is_stored_at_once() -> None:
    store = Store()
    store.go.set()
    together = made(store)
    together.put(1)
    together.put(2)
    assert store.batches == [[1], [2]]


def test_those_who_come_meanwhile_share_the_next_batch() -> None:
    store = Store()
    together = made(store)
    done = while_one_is_stored(store, together, [1, 2, 3])
    assert [one.exception() for one in done] == [None] * 4
    assert store.batches[0] == [0]
    assert sorted(store.batches[1]) == [1, 2, 3]
    assert len(store.batches) == 2


def test_a_batch_has_its_size_and_the_rest_goes_on() -> None:
    store = Store()
    together = made(store, most=2)
    while_one_is_stored(store, together, [1, 2, 3, 4, 5])
    assert [len(batch) for batch in store.batches] == [1, 2, 2, 1]
    together.put(6)
    assert store.batches[-1] == [6], "the last of a queue leaves it open"


def test_a_bad_item_is_refused_alone() -> None:
    store = Store()
    store.bad = {2: BAD}
    together = made(store)
    done = while_one_is_stored(store, together, [1, 2, 3])
    assert [type(one.exception()) for one in done] == [type(None), type(None), BAD, type(None)]
    assert sorted(item for batch in store.batches for item in batch) == [0, 1, 3]


def test_an_error_of_the_store_refuses_all_of_that_batch_and_no_later_one() -> None:
    store = Store()
    store.bad = {2: ConnectionError}
    together = made(store)
    done = while_one_is_stored(store, together, [1, 2, 3])
    assert [type(one.exception()) for one in done] == [type(None), *[ConnectionError] * 3]
    together.put(4)
    assert store.batches == [[0], [4]]


def test_who_waits_too_long_leaves_and_is_not_stored() -> None:
    store = Store()
    together = made(store, patience=0.01)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(together.put, 0)
        assert store.begun.wait(10)
        with pytest.raises(NotTheirTurnError):
            together.put(1)
        store.go.set()
        first.result()
    together.put(2)
    assert store.batches == [[0], [2]]


def test_hundreds_of_callers_are_all_stored_once() -> None:
    kept: list[int] = []
    together = made(kept.extend, most=7)
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(together.put, range(800)))
    assert sorted(kept) == list(range(800))
