"""The webhook: acknowledged calls against a bare Flask under the same gunicorn, and latency at a fixed rate.

Saturated without a worker, so that the figure is the webhook's alone; latency with the whole house at work.
"""

import random
import time
from collections.abc import Sequence

from benchmarks import sides
from benchmarks.endtoend import LEDGER, parts, said
from benchmarks.ground import Ground
from benchmarks.line import Line
from benchmarks.load import at_rate, quantile, saturate
from benchmarks.processes import Servers, cpu_seconds, free_port
from benchmarks.report import Target, middle, spread

ROUNDS = 3
CALLS = 6_000
WARM_UP = 400
CONNECTIONS = 16
RATE = 300
RATE_SECONDS = 10
SLOW_MS = 100


def run(ground: Ground, line: Line, seed: int) -> list[Target]:
    """Print and return the figures."""
    return [*_saturated(ground, line, seed), *_latency(ground, line, seed)]


def _saturated(ground: Ground, line: Line, seed: int) -> list[Target]:
    chance = random.Random(seed)
    rates: dict[str, list[float]] = {"ours": [], "bare": []}
    costs: dict[str, list[float]] = {"ours": [], "bare": []}
    for number in range(ROUNDS):
        with (
            ground.copy(LEDGER, f"webhook_{number}") as database,
            sides.ours(ground, database, line, worker=False) as servers,
        ):
            _measure("ours", servers, list(parts(ground, servers).values()), line, chance, rates, costs)
        with sides.bare(ground, line) as servers:
            _measure("bare", servers, servers.pids, line, chance, rates, costs)
    for side, name in (("ours", "ParkLine /callback"), ("bare", "bare Flask")):
        print(f"  {name:<20} {spread(rates[side])} calls/s, {spread(costs[side])} ms CPU each")
    ratios = [one / other for one, other in zip(rates["ours"], rates["bare"], strict=True)]
    return [Target("webhook acknowledged, saturated: ParkLine / bare Flask", middle(ratios), 0.4)]


def _measure(
    side: str,
    servers: Servers,
    family: Sequence[int],
    line: Line,
    chance: random.Random,
    rates: dict[str, list[float]],
    costs: dict[str, list[float]],
) -> None:
    calls = line.prepare(said(chance, WARM_UP + CALLS))
    saturate(servers.port, calls[:WARM_UP], connections=CONNECTIONS).checked()
    before = cpu_seconds(family)
    load = saturate(servers.port, calls[WARM_UP:], connections=CONNECTIONS).checked()
    costs[side].append((cpu_seconds(family) - before) / CALLS * 1000)
    rates[side].append(load.per_second)


def _latency(ground: Ground, line: Line, seed: int) -> list[Target]:
    chance = random.Random(seed + 1)
    found: dict[str, list[float]] = {}
    for number in range(ROUNDS):
        for name, url, milliseconds in _weathers(line):
            line.answer_after(milliseconds)
            with ground.copy(LEDGER, f"latency_{number}") as database:
                ground.know_citizens(database, line.channel)
                with sides.ours(ground, database, line, line_url=url) as servers:
                    at_rate(servers.port, line.prepare(said(chance, RATE)), RATE / 2).checked()
                    load = at_rate(servers.port, line.prepare(said(chance, RATE * RATE_SECONDS)), RATE).checked()
            found.setdefault(name, []).append(load.p99())
            print(
                f"  {RATE} events/s, {name:<22} p50 {quantile(load.milliseconds, 0.5):5.1f}, p99 {load.p99():5.1f} ms"
                f" (of which the generator's own lateness p99 {quantile(load.lateness, 0.99):.1f} ms)"
            )
            time.sleep(1)
    line.answer_after(0)
    return [
        Target(f"webhook p99 at {RATE} events/s, {name}", middle(values), 20, at_most=True, unit=" ms")
        for name, values in found.items()
    ]


def _weathers(line: Line) -> list[tuple[str, str, float]]:
    nobody = f"http://127.0.0.1:{free_port()}"
    return [
        ("LINE answers at once", line.url, 0),
        (f"LINE after {SLOW_MS} ms", line.url, SLOW_MS),
        ("LINE is down", nobody, 0),
    ]
