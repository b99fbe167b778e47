"""Calls that arrive together are stored together: whoever finds nobody storing stores for all who wait.

A commit costs about the same for one row as for thirty, so under load the calls that came in during one commit share
the next. A call that comes alone waits for nobody.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")


class NotTheirTurnError(Exception):
    """Those before took so long that this caller did not get its turn."""


@dataclass(slots=True)
class _Caller(Generic[Item]):
    """One who waits until its item is stored or refused, or until it is its turn to store for all."""

    item: Item
    called: threading.Event = field(default_factory=threading.Event)
    served: bool = False  # somebody stored for it, or tried to
    error: BaseException | None = None


class Together(Generic[Item]):
    """Batches what concurrent callers put."""

    def __init__(
        self,
        store: Callable[[Sequence[Item]], None],
        *,
        most: int,
        patience: float,
        one_is_bad: tuple[type[Exception], ...],
    ) -> None:
        """`store` keeps a batch of at most `most` items, all or none.

        `patience`: seconds until a caller gives up waiting for its turn. `one_is_bad`: errors that are one item's own
        fault; after such a one each is stored alone, so that nobody is refused for a neighbour's sake.
        """
        self._store = store
        self._most = most
        self._patience = patience
        self._one_is_bad = one_is_bad
        self._guard = threading.Lock()
        self._queue: list[_Caller[Item]] = []
        self._busy = False  # while not, the queue is empty

    def put(self, item: Item) -> None:
        """Return when the item is stored. Raises what storing it raised, or NotTheirTurnError."""
        me = _Caller(item)
        with self._guard:
            self._queue.append(me)
            leads, self._busy = not self._busy, True
        if not leads:
            if not me.called.wait(self._patience) and self._leaves(me):
                raise NotTheirTurnError
            me.called.wait()  # its item is in hand now; whoever has it is bound by time-outs
        if not me.served:
            self._lead()
        if me.error:
            raise me.error

    def _leaves(self, me: _Caller[Item]) -> bool:
        """Out of the queue; False when the turn has come or the item is in hand."""
        with self._guard:
            if me.called.is_set() or me not in self._queue:
                return False
            self._queue.remove(me)
            return True

    def _lead(self) -> None:
        """Store what waits, the own item first, then call the first of those who came meanwhile."""
        with self._guard:
            batch, self._queue = self._queue[: self._most], self._queue[self._most :]
        try:
            self._serve(batch)
        except BaseException as error:
            for caller in batch:
                caller.error = error
            raise
        finally:
            with self._guard:
                self._busy = bool(self._queue)
                if self._queue:
                    self._queue[0].called.set()
            for caller in batch:
                caller.served = True
                caller.called.set()

    def _serve(self, batch: Sequence[_Caller[Item]]) -> None:
        try:
            self._store([caller.item for caller in batch])
        except self._one_is_bad as error:
            if len(batch) == 1:
                batch[0].error = error
                return
            for caller in batch:
                self._serve([caller])
