"""Nothing lost, nothing twice: whatever is killed, flushed, restarted or away, each citizen hears all, in order."""

import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from bot import retention
from bot.inbox import MOST_ATTEMPTS, RETRY_SECONDS
from infra.database import UnitOfWork, make_engine
from infra.embedded import DATABASE, StoreUrls, stores
from infra.embedded_postgresql import PostgreSQL
from infra.embedded_process import wait_until
from infra.migrations import upgrade
from infra.redis import make_redis
from tests.soak.house import House, Load, assert_all_answered_once, house, rows
from tests.soak.seed import seed
from tests.soak.worker import BEGIN, DEADLY, POISON

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("soak")]


@dataclass(frozen=True)
class Size:
    full: bool
    citizens: int
    texts: int
    kills: int
    outage_seconds: float
    retry_seconds: tuple[float, ...]
    seconds: float  # the deadline of what must come to its end by itself


SMALL = Size(False, citizens=20, texts=15, kills=4, outage_seconds=2, retry_seconds=(0.1,) * 4, seconds=45)
FULL = Size(True, citizens=100, texts=50, kills=50, outage_seconds=30, retry_seconds=RETRY_SECONDS, seconds=300)


@pytest.fixture(params=[pytest.param(SMALL, id="small"), pytest.param(FULL, id="full", marks=pytest.mark.soak)])
def size(request: pytest.FixtureRequest) -> Size:
    given: Size = request.param
    return given


@pytest.fixture
def at_home(database_url: str, redis_url: str, tmp_path: Path) -> Iterator[House]:
    with house(StoreUrls(database_url, redis_url), tmp_path) as given:
        yield given


def told(line: str) -> None:
    print(line)  # noqa: T201 - what make soak tells


def test_workers_killed_under_load(at_home: House, size: Size) -> None:
    number = seed(full=size.full)
    chance = random.Random(number)
    load = Load(at_home.line, citizens=size.citizens, texts=size.texts, portions=size.kills + 1, seed=number)
    for _ in range(2):
        at_home.start_worker()
    under_way = []
    for portion in load.portions:
        before = at_home.effects()
        under_way += at_home.send_later(portion)
        if portion is load.portions[-1]:
            break
        some = before + chance.randint(1, max(1, sum(map(len, portion)) // 2))
        assert wait_until(lambda some=some: bool(at_home.up()) and at_home.effects() >= some, size.seconds)
        at_home.kill(chance.choice(at_home.up()))
        at_home.start_worker()
    statuses = {call.status for stream in under_way for calls in stream.result() for call in calls}
    assert statuses == {200}
    twice = assert_all_answered_once(at_home, load, size.seconds)
    assert twice <= size.kills
    again = rows(at_home.urls.database, "SELECT count(*), max(attempts) FROM inbound_event WHERE attempts > 1")[0]
    told(f"{size.kills} kills, {load.total} events: {again[0]} begun again, {again[1]} attempts at most, {twice} twice")
    at_home.stop_workers()


def test_a_kill_between_commit_and_saving_the_dialog(at_home: House) -> None:
    load = Load(at_home.line, citizens=8, texts=3, portions=3, seed=seed(full=False))
    for portion in load.portions:
        before = at_home.effects()
        under_way = at_home.send_later(portion)
        dying = at_home.start_worker("--die-in-save")
        dying.process.wait(60)
        at_home.workers.remove(dying)
        assert dying.process.returncode == -9
        assert at_home.effects() > before  # committed, and Redis was never told
        assert {call.status for stream in under_way for calls in stream.result() for call in calls} <= {200}
    with make_redis(at_home.urls.redis) as redis:
        assert redis.keys("dialog:*") == []
    at_home.start_worker()
    assert_all_answered_once(at_home, load, 60)
    at_home.stop_workers()


def test_redis_flushed_in_mid_dialog(at_home: House, size: Size) -> None:
    line, citizen = at_home.line, at_home.line.user()
    at_home.start_worker()
    for text, answer in ((BEGIN, f"1:{BEGIN}"), ("a", "2:a")):
        line.send(line.events.text(citizen, text))
        assert wait_until(lambda answer=answer: answer in at_home.said(citizen), size.seconds)
    engine = make_engine(at_home.urls.database)
    with make_redis(at_home.urls.redis) as redis:
        redis.flushdb()
        line.send(line.events.text(citizen, "b"))  # within 10 minutes the copy beside the event serves
        assert wait_until(lambda: "3:b" in at_home.said(citizen), size.seconds)
        with psycopg.connect(at_home.urls.database, autocommit=True) as connection:
            connection.execute("UPDATE inbound_event SET done_at = done_at - interval '11 minutes'")
        with UnitOfWork(engine) as uow:
            assert retention.sweep(uow) > 0
        redis.flushdb()
    engine.dispose()
    line.send(line.events.text(citizen, "c"))
    assert wait_until(lambda: len(line.messages(citizen)) > 3, size.seconds)
    kind = str(line.messages(citizen)[3])
    assert "看不懂" in kind
    assert "說明" in kind
    line.send(line.events.text(citizen, BEGIN))
    assert wait_until(lambda: at_home.said(citizen)[4:] == [f"1:{BEGIN}"], size.seconds)
    assert rows(at_home.urls.database, "SELECT count(*), count(DISTINCT event_id) FROM effect") == [(4, 4)]
    at_home.stop_workers()


def test_line_failing_for_a_while(at_home: House, size: Size) -> None:
    load = Load(at_home.line, citizens=size.citizens, texts=5, portions=2, seed=seed(full=size.full))
    at_home.start_worker()
    before = at_home.send_later(load.portions[0])
    assert wait_until(lambda: at_home.effects() > 0, size.seconds)
    at_home.line.faults.outage(size.outage_seconds)
    calls = [call for stream in before + at_home.send_later(load.portions[1]) for c in stream.result() for call in c]
    assert {call.status for call in calls} == {200}
    twice = assert_all_answered_once(at_home, load, size.outage_seconds + size.seconds)
    assert twice == 0
    tries = rows(at_home.urls.database, "SELECT sum(attempts), max(attempts) FROM outbound_message")[0]
    told(f"LINE away for {size.outage_seconds} s: {load.total} answers, {tries[0]} calls, {tries[1]} at most for one")
    at_home.stop_workers()


def test_poison_holds_its_citizen_up_no_longer_than_its_attempts(at_home: House, size: Size) -> None:
    line, poisoned, other = at_home.line, at_home.line.user(), at_home.line.user()
    worker = at_home.start_worker(*(() if size.full else ("--retry", str(size.retry_seconds[0]))))
    assert worker.says("worker_started")
    for citizen in (poisoned, other):
        line.send(line.events.text(citizen, BEGIN))
        assert wait_until(lambda citizen=citizen: at_home.said(citizen) == [f"1:{BEGIN}"], size.seconds)
    line.send(*(line.events.text(poisoned, text) for text in (POISON, "a")), line.events.text(other, "b"))
    assert wait_until(lambda: "2:b" in at_home.said(other), 5)
    assert len(at_home.said(poisoned)) == 1  # the other citizen did not wait for it
    assert wait_until(lambda: len(at_home.said(poisoned)) >= 3, sum(size.retry_seconds) + 5)
    apology, answer = at_home.said(poisoned)[1:]
    assert "沒有任何資料被更動" in apology
    assert answer == "2:a"
    aside = "SELECT attempts, failure FROM inbound_event WHERE set_aside_at IS NOT NULL"
    assert rows(at_home.urls.database, aside) == [(MOST_ATTEMPTS, "RuntimeError")]
    assert at_home.effects() == 4  # none of the poison's
    at_home.stop_workers()


@pytest.mark.soak
def test_an_event_that_kills_every_worker_is_set_aside(at_home: House) -> None:
    line, citizen = at_home.line, at_home.line.user()
    line.send(line.events.text(citizen, DEADLY), line.events.text(citizen, BEGIN))
    for _ in range(MOST_ATTEMPTS):
        deadly = at_home.start_worker()
        assert deadly.process.wait(60) == -9
        at_home.workers.remove(deadly)
    at_home.start_worker()
    assert wait_until(lambda: len(at_home.said(citizen)) >= 2, 60)
    assert "沒有任何資料被更動" in at_home.said(citizen)[0]
    assert at_home.said(citizen)[1] == f"1:{BEGIN}"
    assert at_home.effects() == 1
    at_home.stop_workers()


@pytest.fixture
def own_database() -> Iterator[tuple[str, PostgreSQL]]:
    """A migrated database on a server of this test's own, and that server, to be stopped and started."""
    with tempfile.TemporaryDirectory(prefix="pl-") as folder:
        var = Path(folder)
        var.chmod(0o755)
        with stores(var, wanted=frozenset({"postgresql"}), keep=False) as urls:
            upgrade(urls.database)
            home = (var / "embedded" / "stores").resolve()
            yield urls.database, PostgreSQL(home, (home / "run").resolve(), DATABASE, {})


def test_postgresql_restarted_under_load(
    own_database: tuple[str, PostgreSQL], redis_url: str, tmp_path: Path, size: Size
) -> None:
    url, server = own_database
    with house(StoreUrls(url, redis_url), tmp_path) as at_home:
        load = Load(at_home.line, citizens=size.citizens, texts=size.texts, portions=2, seed=seed(full=size.full))
        at_home.start_worker()
        under_way = at_home.send_later(load.portions[0])
        assert wait_until(lambda: at_home.effects() > 0, size.seconds)
        server.stop()
        under_way += at_home.send_later(load.portions[1])
        probe = at_home.line.events.follow(at_home.line.user())
        assert wait_until(lambda: at_home.line.send(probe)[0].status == 503, 30)
        server.ensure()
        calls = [deliveries for stream in under_way for deliveries in stream.result()]
        assert {deliveries[-1].status for deliveries in calls} == {200}
        refused = [call for deliveries in calls for call in deliveries if call.status != 200]
        assert {call.status for call in refused} == {503}
        twice = assert_all_answered_once(at_home, load, size.seconds)
        assert twice == 0
        slowest = max(call.seconds for call in refused)
        told(f"PostgreSQL restarted: {len(refused)} calls refused, the slowest in {slowest:.2f} s; all came again")
        at_home.stop_workers()
