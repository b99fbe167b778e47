"""What a benchmark prints: its machine, its figures, its targets, and where it falls short."""

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("Flask", "gunicorn", "line-bot-sdk", "psycopg", "SQLAlchemy", "orjson", "aiohttp", "redis")


@dataclass(frozen=True, slots=True)
class Target:
    """One figure with the bound it is held to; `at_most` tells which side is good."""

    name: str
    reached: float
    bound: float
    at_most: bool = False
    unit: str = ""

    @property
    def met(self) -> bool:
        return self.reached <= self.bound if self.at_most else self.reached >= self.bound

    def line(self) -> str:
        """One line of the summary."""
        sign, mark = ("≤" if self.at_most else "≥"), ("met" if self.met else "FALLS SHORT")
        return f"  {self.name:<74} {self.reached:8.2f}{self.unit:<3} target {sign} {self.bound:g}{self.unit:<3} {mark}"


def environment(postgresql: str, redis_server: str) -> str:
    """The machine and the versions, so that figures of two runs can be compared."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), ""
    )
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    names = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    cores = len(os.sched_getaffinity(0))
    return (
        f"{cores} cores ({model or platform.machine()}), load before {load}\n"
        f"Python {platform.python_version()}, PostgreSQL {postgresql}, Redis {redis_server}, {names}"
    )


def middle(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)


def spread(values: Sequence[float]) -> str:
    """The median with the lowest and the highest."""
    return f"{middle(values):.4g} ({min(values):.4g} to {max(values):.4g})"


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []
