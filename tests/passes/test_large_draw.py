"""A whole draw of many entries, freeze to published result, in PostgreSQL: how long it takes and how much memory."""

import resource
import secrets
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import pytest

from domain.draw.entry import commitment
from domain.draw.listing import parse_list
from domain.phones import Mobile
from services.draws import announcing, files
from services.draws.drawing import copy_rows
from tests.passes.world import DRAW_AT, REGISTERING, STAFF, World

pytestmark = pytest.mark.slow  # draws of thousands

MOST_BYTES_AN_ENTRY = 8_000  # of memory above what the process had: a list, its rows, the result
COPY: Final = (
    "COPY pass_entry (id, round_id, entry_no, log_index, commitment, salt, pool, plan, plate, compact, holder, "
    "holder_hash, name, preference, applied_at) FROM STDIN"
)


def enter(world: World, draw_id: str, people: int) -> None:
    """So many entries, as Entries.apply writes them, without its questions."""
    with world.units() as uow:
        row = world.rounds.locked(uow, draw_id)
        number_hash = world.entries._hash(uow, Mobile("0912345678"))
        copy_rows(uow, COPY, (entry(world, draw_id, row.id, number_hash, i) for i in range(people)))
        row.logged = people


def entry(world: World, draw_id: str, round_id: uuid.UUID, number_hash: bytes, i: int) -> tuple[object, ...]:
    """The values of COPY's columns for person i."""
    cipher = world.entries._cipher
    entry_id, salt, mobile = uuid.uuid4(), secrets.token_bytes(32), f"09{i:08}"
    number, plate = f"E{i:07}", f"A{i % 100:02}-{i // 100:04}"
    commit = commitment(draw_id, number, "G", 1, plate, mobile, salt)
    return (
        entry_id, round_id, number, i, commit, cipher.encrypt(salt.hex(), f"pass_entry.salt:{entry_id}"),
        "G", "general", plate, plate.replace("-", ""),
        cipher.encrypt(mobile, f"pass_entry.holder:{entry_id}"), number_hash,
        cipher.encrypt("王", f"pass_entry.name:{entry_id}"), i, REGISTERING,
    )  # fmt: skip


def whole_draw(world: World, people: int, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_id = world.round(rehearsal=False, steps=f"L:5,*:{people // 10}")
    enter(world, draw_id, people)
    monkeypatch.setattr(announcing, "round_now", lambda uow, row: DRAW_AT - timedelta(minutes=30))
    before = peak()
    steps: dict[str, Callable[[], object]] = {
        "freeze": lambda: world.desk.freeze(draw_id, actor=STAFF),
        "announce": lambda: world.desk.announce(draw_id, actor=STAFF),
        "draw": lambda: world.desk.draw(draw_id, actor=STAFF),
        "publish (verified twice by another program)": lambda: world.desk.publish(draw_id, actor=STAFF),
    }
    for name, step in steps.items():
        began = time.perf_counter()
        step()
        print(f"  {name}: {time.perf_counter() - began:.1f} s, peak {(peak() - before) / 1e6:.0f} MB more")  # noqa: T201 - the figures
    with world.units() as uow:
        assert len(parse_list(files.require(uow, draw_id, files.LIST)).rows) == people
        assert files.published(uow, draw_id, files.RESULT) is not None
    places = world.sql("SELECT count(*) FILTER (WHERE status = 'W') AS won, count(*) AS all FROM draw_rank")[0]
    assert (places["won"], places["all"]) == (people // 10 + 5, people)
    assert peak() - before < 30_000_000 + MOST_BYTES_AN_ENTRY * people


def peak() -> int:
    """The most memory this process has had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def test_a_whole_draw(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    whole_draw(world, 1_000, monkeypatch)


@pytest.mark.soak
def test_a_whole_draw_of_a_hundred_thousand(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    whole_draw(world, 100_000, monkeypatch)
