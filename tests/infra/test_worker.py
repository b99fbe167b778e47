"""The worker keeps its parts running, and stops them when told."""

import asyncio

import pytest

from jobs import worker


class Part:
    """A component that fails so often, then works until stopped."""

    def __init__(self, failures: int = 0, *, deaf: bool = False) -> None:
        self.failures = failures
        self.runs = 0
        self.working = asyncio.Event()
        self.stopped = asyncio.Event()
        self.finished = False
        self._deaf = deaf

    async def run(self) -> None:
        self.runs += 1
        if self.runs <= self.failures:
            raise ConnectionError("lost")
        self.working.set()
        await self.stopped.wait()
        self.finished = True

    async def stop(self) -> None:
        if not self._deaf:
            self.stopped.set()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PAUSE_SECONDS", (0.0, 0.001))
    monkeypatch.setattr(worker, "STOP_SECONDS", 0.05)


def test_a_part_that_fails_is_started_again_and_the_others_go_on() -> None:
    async def scene() -> None:
        bad, good, stopping = Part(failures=7), Part(), asyncio.Event()
        working = asyncio.create_task(worker.work([bad, good], stopping))
        await asyncio.wait_for(bad.working.wait(), 5)
        assert (bad.runs, good.runs) == (8, 1)
        stopping.set()
        await asyncio.wait_for(working, 5)
        assert bad.finished
        assert good.finished

    asyncio.run(scene())


def test_a_part_that_does_not_stop_is_not_waited_for_for_ever() -> None:
    async def scene() -> None:
        deaf, stopping = Part(deaf=True), asyncio.Event()
        working = asyncio.create_task(worker.work([deaf], stopping))
        await asyncio.wait_for(deaf.working.wait(), 5)
        stopping.set()
        await asyncio.wait_for(working, 5)
        assert not deaf.finished

    asyncio.run(scene())


def test_a_stop_during_the_pause_after_a_failure_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PAUSE_SECONDS", (60.0,))

    async def scene() -> None:
        bad, stopping = Part(failures=1), asyncio.Event()
        working = asyncio.create_task(worker.work([bad], stopping))
        while bad.runs == 0:
            await asyncio.sleep(0)
        stopping.set()
        await asyncio.wait_for(working, 5)
        assert bad.runs == 1

    asyncio.run(scene())
