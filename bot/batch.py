"""Several citizens' events in one transaction: each kind of question and of row in one statement, one commit.

Only events that touch the database by Find and turn.keep() alone. Whatever wants a unit of work, or fails, is run by
itself afterwards, before it has written anything, so that a neighbour's trouble is nobody else's. If a statement or the
commit fails, nothing has happened and each is run by itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection

from bot.engine import Engine
from bot.results import Finding, Handled, Pending, Result, gathered
from bot.work import Ending, Work
from infra.database import UnitOfWork, UnitOfWorkFactory

MOST_TOGETHER = 32  # events of a batch: more save little, and the first waits for the last

log = structlog.get_logger(__name__)


class NeedsItsOwnError(Exception):
    """This step wants a unit of work: its event is run by itself."""


class Withheld(UnitOfWork):
    """Stands where an event run by itself has its unit of work."""

    def __init__(self) -> None:
        self.wanted = False

    @property
    def connection(self) -> Connection:
        self.wanted = True
        raise NeedsItsOwnError

    def after_commit(self, action: Callable[[], None]) -> None:  # noqa: ARG002
        self.wanted = True
        raise NeedsItsOwnError

    def rollback(self) -> None:
        """There is nothing to roll back."""


@dataclass
class Outcome:
    """What became of the events of a batch."""

    done: list[Work] = field(default_factory=list)
    asking: list[tuple[Work, Pending]] = field(default_factory=list)  # something outside is to be awaited
    alone: list[Work] = field(default_factory=list)  # to be run by themselves


class Batch:
    """Runs events together."""

    def __init__(self, units: UnitOfWorkFactory, engine: Engine, ending: Ending) -> None:
        self._units = units
        self._engine = engine
        self._ending = ending

    def run(self, works: Sequence[Work]) -> Outcome:
        """End these events together as far as they can be. Never raises; what did not end is in the outcome."""
        try:
            return self._run(works)
        except Exception as error:
            log.warning("batch_undone", events=len(works), error=type(error).__name__)
            return Outcome(alone=list(works))

    def _run(self, works: Sequence[Work]) -> Outcome:
        outcome = Outcome()
        results = [(work, self._try(work, partial(work.begin, self._engine))) for work in works]
        with self._units() as uow:
            while any(isinstance(result, Finding) for _work, result in results):
                results = self._found(uow, results)
            ended = [(work, result) for work, result in results if isinstance(result, Handled)]
            if ended:
                self._ending.commit(uow, ended)
        outcome.done = [work for work, _end in ended]
        outcome.asking = [(work, result) for work, result in results if isinstance(result, Pending)]
        outcome.alone = [work for work, result in results if result is None]
        return outcome

    def _found(
        self, uow: UnitOfWork, results: Sequence[tuple[Work, Result | None]]
    ) -> list[tuple[Work, Result | None]]:
        """One round of questions, each kind in one go, and how far their events come with the answers."""
        asked = [(result.find, index) for index, (_work, result) in enumerate(results) if isinstance(result, Finding)]
        after = list(results)
        for find, indexes in gathered(asked).items():
            findings: list[tuple[int, Work, Any]] = [(index, *results[index]) for index in indexes]
            answers = find(uow, [finding.question for _index, _work, finding in findings])
            for (index, work, finding), answer in zip(findings, answers, strict=True):
                after[index] = (work, self._try(work, partial(_with, finding, answer)))
        return after

    @staticmethod
    def _try(work: Work, action: Callable[[UnitOfWork], Result]) -> Result | None:
        """None: to be run by itself, where it has a unit of work and its failure is told."""
        unit = Withheld()
        try:
            result = action(unit)
        except Exception as error:
            if not unit.wanted:
                log.info("event_left_batch", event_id=work.taken.event_id, error=type(error).__name__)
            return None
        return None if unit.wanted else result


def _with(finding: Finding, answer: Any, unit: UnitOfWork) -> Result:
    return finding.go_on(unit, answer)
