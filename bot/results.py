"""How one event's run ends, or what it waits for. The edge that owns the transaction goes on from here."""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from bot.dialog import Dialog
from bot.message import Message
from infra.database import UnitOfWork

Find = Callable[[UnitOfWork, Sequence[Any]], Sequence[Any]]  # an answer for each question, in their order; only reads
Write = Callable[[UnitOfWork, Sequence[Any]], None]  # rows of many citizens, in few statements
Kept = tuple[Write, Any]  # a row and what writes it
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Handled:
    """The end of one event: what to say, the next dialog state (None: unchanged), rows to write with it."""

    messages: Sequence[Message] = ()
    dialog: Dialog | None = None
    kept: Sequence[Kept] = ()


@dataclass(frozen=True, slots=True)
class Pending:
    """Something outside is awaited, with nothing held; then `go_on` gets its answer, in a new unit of work."""

    question: Callable[[], Awaitable[Any]]
    go_on: Callable[[UnitOfWork, Any], "Result"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The database is to be asked, perhaps in one statement with other citizens' questions; then `go_on`."""

    find: Find
    question: Any
    go_on: Callable[[UnitOfWork, Any], "Result"]


Result = Handled | Pending | Finding


def settled(uow: UnitOfWork, result: Result) -> Handled | Pending:
    """The result once the database has been asked what it waits for, also after something outside was asked."""
    while isinstance(result, Finding):
        result = result.go_on(uow, result.find(uow, [result.question])[0])
    if isinstance(result, Pending):
        go_on = result.go_on
        return replace(result, go_on=lambda later, answer: settled(later, go_on(later, answer)))
    return result


def write_kept(uow: UnitOfWork, ends: Iterable[Handled]) -> None:
    """Write the rows of these events, each kind in one go."""
    for write, rows in gathered(pair for end in ends for pair in end.kept).items():
        write(uow, rows)


def gathered(pairs: Iterable[tuple[K, Any]]) -> dict[K, list[Any]]:
    """Values by key, both in the order in which they came."""
    found: dict[K, list[Any]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found
