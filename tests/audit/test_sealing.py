"""Audit rows in a chain: what was removed, changed or cut off shows."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import Engine, text

from domain.auditchain import START, Head, Row, link
from infra.database import UnitOfWorkFactory
from jobs.commands.audit import audit as commands
from jobs.tasks import audit as tasks
from services import audit, sealing


def write(uow: UnitOfWorkFactory, count: int) -> None:
    for number in range(count):
        with uow() as unit:
            audit.write(
                unit, "refund.done", actor="anna", subject_type="refund", subject_id=number, detail={"amount": 80}
            )


def seal_all(uow: UnitOfWorkFactory) -> int:
    with uow() as unit:
        return sealing.seal(unit)


def checked(uow: UnitOfWorkFactory, *heads: Head) -> sealing.Checked:
    with uow() as unit:
        return sealing.check(unit, heads)


def run(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))


def test_a_hash_depends_on_every_word_and_on_all_before() -> None:
    row = Row(7, datetime(2026, 11, 21, 6, 0, tzinfo=UTC), "anna", "refund.done", "refund", "x", {"b": 1, "a": "退"})
    whole = link(START, row)
    assert whole == link(START, Row(**{f: getattr(row, f) for f in row.__slots__} | {"detail": {"a": "退", "b": 1}}))
    others = [
        link("1" * 64, row),
        *(
            link(START, Row(**{f: getattr(row, f) for f in row.__slots__} | change))
            for change in (
                {"id": 8}, {"at": datetime(2026, 11, 21, 6, 0, 1, tzinfo=UTC)}, {"actor": "ben"}, {"action": "x"},
                {"subject_type": "y"}, {"subject_id": "z"}, {"detail": {"a": "退", "b": 2}},
            )
        ),
    ]  # fmt: skip
    assert len({whole, *others}) == 9


def test_all_rows_are_sealed_once_in_whatever_order_they_came(uow: UnitOfWorkFactory, engine: Engine) -> None:
    write(uow, 3)
    run(engine, "INSERT INTO audit_row (id, actor, action, subject_type, subject_id) OVERRIDING SYSTEM VALUE"
                " VALUES (50, 'a', 'b', 'c', 'd')")  # fmt: skip
    assert seal_all(uow) == 4
    run(
        engine,
        "INSERT INTO audit_row (id, actor, action, subject_type, subject_id) OVERRIDING SYSTEM VALUE"
        " VALUES (49, 'a', 'b', 'c', 'd')",
    )  # fmt: skip - committed after a later id was sealed
    assert (seal_all(uow), seal_all(uow)) == (1, 0)
    found = checked(uow)
    assert (found.sealed, found.unsealed, found.wrong) == (5, 0, None)


def test_sealers_at_once_make_one_chain(uow: UnitOfWorkFactory) -> None:
    write(uow, 20)
    together = threading.Barrier(6)

    def run(_: int) -> int:
        with uow() as unit:
            unit.session.execute(text("SELECT 1"))
            together.wait()
            return sealing.seal(unit)

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(run, range(6))) == 20
    assert checked(uow).wrong is None


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        ("DELETE FROM audit_row WHERE id = (SELECT audit_id FROM audit_link WHERE place = 2)", "place 2 was removed"),
        (
            "UPDATE audit_row SET detail = '{}' WHERE id = (SELECT audit_id FROM audit_link WHERE place = 3)",
            "place 3",
        ),
        ("UPDATE audit_row SET actor = 'ben' WHERE id = (SELECT audit_id FROM audit_link WHERE place = 1)", "place 1"),
        ("UPDATE audit_link SET hash = repeat('a', 64) WHERE place = 2", "place 2"),
        ("DELETE FROM audit_link WHERE place = 2", "place 2 of the chain is missing"),
        ("DELETE FROM audit_link WHERE place = 5", "ends at place 4, but place 5 was published"),
    ],
)
def test_tampering_shows(uow: UnitOfWorkFactory, engine: Engine, deed: str, said: str) -> None:
    write(uow, 5)
    seal_all(uow)
    with uow() as unit:
        published = sealing.head(unit)
    assert checked(uow, published).wrong is None
    run(engine, deed)
    assert said in (checked(uow, published).wrong or "")


def test_a_chain_made_anew_after_a_change_is_not_the_published_one(uow: UnitOfWorkFactory, engine: Engine) -> None:
    write(uow, 5)
    seal_all(uow)
    with uow() as unit:
        published = sealing.head(unit)
    run(engine, "UPDATE audit_row SET actor = 'ben'")
    run(engine, "DELETE FROM audit_link")
    seal_all(uow)
    assert checked(uow).wrong is None
    assert "place 5 is another than was published" in (checked(uow, published).wrong or "")


@pytest.fixture
def house(uow: UnitOfWorkFactory, tmp_path: Path) -> Any:
    return SimpleNamespace(unit=uow, settings=SimpleNamespace(parkline_var=tmp_path))


def say(house: Any, command: str) -> Result:
    app = Flask(__name__)
    app.extensions["house"] = house
    app.cli.add_command(commands)
    return app.test_cli_runner().invoke(args=["audit", command])


def test_from_the_tasks_to_the_command(house: Any, uow: UnitOfWorkFactory, engine: Engine, tmp_path: Path) -> None:
    context: Any = SimpleNamespace(additional_context={"units": uow, "var": tmp_path})
    write(uow, 3)
    tasks.seal(context, timestamp=0)
    tasks.publish(context, timestamp=0)
    write(uow, 2)
    held = say(house, "verify")
    assert held.exit_code == 0
    assert held.output.startswith("3 rows hold, 2 not sealed yet, 1 published heads found\nhead 3 ")
    assert say(house, "head").output in held.output
    run(engine, "DELETE FROM audit_link WHERE place = 3")
    cut = say(house, "verify")
    assert (cut.exit_code, cut.output) == (1, "Error: the chain ends at place 2, but place 3 was published\n")
