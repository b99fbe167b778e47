"""A notice that waits for its hour holds nothing; one that has failed holds later notices for a while, as before."""

from sqlalchemy import Engine, text

from bot.outbox_statements import TAKE
from infra.database import UnitOfWorkFactory

ROW = """
INSERT INTO outbound_message (id, channel, lane, body, dedupe_key, next_attempt_at, first_failed_at)
VALUES (gen_random_uuid(), 'c', 'U1', convert_to(:key, 'UTF8'), :key, now() + CAST(:wait AS interval),
    now() - CAST(:failed AS interval))
"""


def taken(engine: Engine) -> list[bytes]:
    """The bodies that would be sent now."""
    with engine.connect() as connection:
        cursor = connection.connection.cursor()
        cursor.execute(TAKE, (["c"], ["U1"]))
        return [bytes(row[3]) for row in cursor.fetchall()]


def put(uow: UnitOfWorkFactory, key: str, wait: str = "0 s", failed: str | None = None) -> None:
    with uow() as unit:
        unit.connection.execute(text(ROW), {"key": key, "wait": wait, "failed": failed})


def test_what_waits_for_the_morning_holds_nothing(uow: UnitOfWorkFactory, engine: Engine) -> None:
    put(uow, "tomorrow", wait="8 hours")
    put(uow, "now")
    assert taken(engine) == [b"now"]


def test_what_has_just_failed_is_not_overtaken(uow: UnitOfWorkFactory, engine: Engine) -> None:
    put(uow, "failed", wait="4 s", failed="1 s")
    put(uow, "now")
    assert taken(engine) == []


def test_what_failed_long_ago_holds_nothing_any_longer(uow: UnitOfWorkFactory, engine: Engine) -> None:
    put(uow, "failed", wait="4 s", failed="31 s")
    put(uow, "now")
    assert taken(engine) == [b"now"]
