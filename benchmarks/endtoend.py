"""End to end: a plate comes in by webhook, its bills go out to LINE. ParkLine against the SDK's example."""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import md5
from pathlib import Path
from typing import Any

import orjson
import psycopg

from benchmarks import sides
from benchmarks.ground import BILLS_OF_A_PLATE, CITIZENS, Ground, plate
from benchmarks.line import Line, Said
from benchmarks.load import saturate
from benchmarks.processes import Servers, cpu_seconds
from benchmarks.report import Target, middle, spread

LEDGER = "ledger_small"  # a database of ground.make_ledger()
LEDGER_BILLS = 100_000
PLATES = LEDGER_BILLS // BILLS_OF_A_PLATE

ROUNDS = 3
LATENCIES_MS = (0, 100)
EVENTS = 3_000
WARM_UP = 300
CONNECTIONS = 32
PEER_SECONDS = 6.0
TRIAL_SECONDS = 4.0
ANSWERED_SECONDS = 180.0  # a busy machine must not end a run
SETTINGS = (
    ("-k", "sync", "-w", "2"),
    ("-k", "sync", "-w", "4"),
    ("-k", "gthread", "-w", "2", "--threads", "8"),
    ("-k", "gthread", "-w", "3", "--threads", "8"),
    ("-k", "gthread", "-w", "4", "--threads", "16"),
)


@dataclass
class Figures:
    """Of one side, a value per round."""

    rates: list[float] = field(default_factory=list)  # events answered in a second
    costs: list[float] = field(default_factory=list)  # ms of processor time per event


def said(chance: random.Random, count: int) -> list[Said]:
    """Texts of `count` different citizens, each asking for another plate."""
    people = chance.sample(range(CITIZENS), count)
    plates = chance.sample(range(PLATES), count)
    return [
        ("U" + md5(str(person).encode(), usedforsecurity=False).hexdigest(), plate(number))
        for person, number in zip(people, plates, strict=True)
    ]


def parts(ground: Ground, servers: Servers) -> dict[str, int]:
    """The processes of ParkLine, its stores included."""
    names = ("web", "worker")[: len(servers.pids)]
    stores = {"PostgreSQL": ground.postmaster, "Redis": ground.redis_server}
    return dict(zip(names, servers.pids, strict=True)) | stores


def run(ground: Ground, line: Line, seed: int) -> list[Target]:
    """Print and return the figures."""
    card = ground.folder / "card.json"
    card.write_bytes(orjson.dumps(_sent_card(ground, line, random.Random(seed))))
    targets = []
    for milliseconds in LATENCIES_MS:
        line.answer_after(milliseconds)
        best = _best_setting(ground, line, card, random.Random(seed))
        chance, we, peer = random.Random(seed), Figures(), Figures()
        for _ in range(ROUNDS):
            with _started(ground, line) as servers:
                _measure_ours(ground, servers, line, chance, we)
            with (
                ground.copy(LEDGER, "peer") as database,
                sides.sdk_example(ground, database, line, card, best) as servers,
            ):
                _measure_peer(ground, servers, line, chance, peer, PEER_SECONDS)
        targets += _told(milliseconds, " ".join(best), we, peer)
    line.answer_after(0)
    return targets


@contextmanager
def _started(ground: Ground, line: Line) -> Iterator[Servers]:
    with ground.copy(LEDGER, "ours") as database:
        ground.know_citizens(database, line.channel)
        with sides.ours(ground, database, line) as servers:
            yield servers


def _sent_card(ground: Ground, line: Line, chance: random.Random) -> dict[str, Any]:
    """What ParkLine answers to one plate: the card the peer sends too."""
    with ground.copy(LEDGER, "card") as database:
        ground.know_citizens(database, line.channel)
        asked = said(chance, 1)
        with sides.ours(ground, database, line) as servers:
            line.forget()
            saturate(servers.port, line.prepare(asked), connections=1).checked()
            line.wait_taken(1, ANSWERED_SECONDS)
        with psycopg.connect(database) as connection:
            body = connection.execute("SELECT body FROM outbound_message").fetchall()[0][0]
            key = asked[0][1].replace("-", "")
            rows = connection.execute(
                "SELECT number FROM ledger_bill WHERE plate_key = %s ORDER BY 1", (key,)
            ).fetchall()
    print(f"  both sides answer with a card of {len(body)} bytes, {len(rows)} bills")
    message = orjson.loads(body)[0]
    missing = [number for (number,) in rows if number.encode() not in body]
    if message["type"] != "flex" or missing or asked[0][1].encode() not in body:
        raise RuntimeError(f"ParkLine answered with something else than the bills: {body.decode()[:300]}")
    return {"plate": asked[0][1], "numbers": [number for (number,) in rows], "message": message}


def _best_setting(ground: Ground, line: Line, card: Path, chance: random.Random) -> Sequence[str]:
    found: list[tuple[float, Sequence[str]]] = []
    for setting in SETTINGS:
        figures = Figures()
        with (
            ground.copy(LEDGER, "peer") as database,
            sides.sdk_example(ground, database, line, card, setting) as servers,
        ):
            _measure_peer(ground, servers, line, chance, figures, TRIAL_SECONDS)
        found.append((figures.rates[0], setting))
        print(f"  SDK example tried with gunicorn {' '.join(setting):<28} {figures.rates[0]:6.0f} events/s")
    return max(found)[1]


def _measure_ours(ground: Ground, servers: Servers, line: Line, chance: random.Random, figures: Figures) -> None:
    family = parts(ground, servers)
    asked = said(chance, WARM_UP + EVENTS)
    _answered(servers, line, asked[:WARM_UP])
    calls = line.prepare(asked[WARM_UP:])
    line.forget()
    before, began = {name: cpu_seconds([pid]) for name, pid in family.items()}, time.perf_counter()
    load = saturate(servers.port, calls, connections=CONNECTIONS).checked()
    ended = line.wait_taken(EVENTS, ANSWERED_SECONDS)
    costs = {name: (cpu_seconds([pid]) - before[name]) / EVENTS * 1000 for name, pid in family.items()}
    figures.costs.append(sum(costs.values()))
    figures.rates.append(EVENTS / (ended - began))
    told = ", ".join(f"{name} {cost:.2f}" for name, cost in costs.items())
    print(
        f"  ParkLine: taken in at {load.per_second:.0f}/s, answered at {figures.rates[-1]:.0f}/s; ms CPU each: {told}"
    )


def _answered(servers: Servers, line: Line, asked: Sequence[Said]) -> None:
    line.forget()
    saturate(servers.port, line.prepare(asked), connections=CONNECTIONS).checked()
    line.wait_taken(len(asked), ANSWERED_SECONDS)


def _measure_peer(
    ground: Ground, servers: Servers, line: Line, chance: random.Random, figures: Figures, seconds: float
) -> None:
    family = [*servers.pids, ground.postmaster]
    asked = said(chance, WARM_UP + EVENTS)
    saturate(servers.port, line.prepare(asked[:WARM_UP]), connections=CONNECTIONS, seconds=seconds / 2).checked()
    calls = line.prepare(asked[WARM_UP:])
    line.forget()
    before = cpu_seconds(family)
    load = saturate(servers.port, calls, connections=CONNECTIONS, seconds=seconds).checked()
    count = line.taken()
    if count != load.statuses[200]:
        raise RuntimeError(f"the SDK example said 200 to {load.statuses[200]} and sent {count} replies")
    figures.costs.append((cpu_seconds(family) - before) / count * 1000)
    figures.rates.append(count / load.seconds)


def _told(milliseconds: int, setting: str, we: Figures, peer: Figures) -> list[Target]:
    print(f"  LINE after {milliseconds} ms: ParkLine    {spread(we.rates)} events/s, {spread(we.costs)} ms CPU each")
    print(
        f"  LINE after {milliseconds} ms: SDK example {spread(peer.rates)} events/s, {spread(peer.costs)} ms CPU each"
    )
    faster = [one / other for one, other in zip(we.rates, peer.rates, strict=True)]
    cheaper = [one / other for one, other in zip(we.costs, peer.costs, strict=True)]
    name = f"LINE after {milliseconds} ms: ParkLine / SDK example ({setting})"
    return [
        Target(f"events/s, {name}", middle(faster), 3),
        Target(f"CPU per event, {name}", middle(cheaper), 0.35, at_most=True),
    ]
