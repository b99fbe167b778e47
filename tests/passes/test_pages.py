"""/draws/: the kept bytes, every verifier ever bound, and nothing of a rehearsal."""

from hashlib import sha256

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.draws import files
from tests.passes.world import SCRIPT, STAFF, TIMES, World
from web import security
from web.draws.views import blueprint, rehearsals

pytestmark = pytest.mark.slow  # a whole draw each

FILES = (files.ANNOUNCE, files.LIST, files.REMOVED, files.RESULT)


@pytest.fixture
def client(world: World) -> FlaskClient:
    app = Flask("test", static_folder=None)
    security.protect(app, public_url="https://parking.example.gov.tw")
    app.register_blueprint(blueprint(world.units, world.promoting, SCRIPT))
    return app.test_client()


def test_a_published_draw_is_there_byte_for_byte(
    world: World, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_id = world.real_draw(4, monkeypatch)
    assert client.get(f"/draws/{draw_id}/result.tsv").status_code == 404, "drawn, not published"
    assert client.get(f"/draws/{draw_id}/announce.txt").status_code == 200
    world.desk.publish(draw_id, actor=STAFF)
    for name in FILES:
        answer = client.get(f"/draws/{draw_id}/{name}")
        with world.units() as uow:
            assert answer.data == files.require(uow, draw_id, name)
        assert answer.headers["Content-Type"].endswith("charset=us-ascii")
    index = client.get("/draws/").get_data(as_text=True)
    assert draw_id in index
    assert f'href="/draws/{draw_id}/result.tsv"' in index


def test_every_verifier_ever_bound_stays(world: World, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    world.real_draw(1, monkeypatch)
    assert client.get("/draws/verify_draw.py").data == SCRIPT
    bound = client.get(f"/draws/verifiers/{sha256(SCRIPT).hexdigest()}/verify_draw.py")
    assert bound.data == SCRIPT
    assert "immutable" in bound.headers["Cache-Control"]
    assert client.get(f"/draws/verifiers/{'0' * 64}/verify_draw.py").status_code == 404


@pytest.mark.parametrize("name", [*FILES, "log.tsv", "promotions.tsv"])
def test_nothing_of_a_rehearsal_is_public(world: World, client: FlaskClient, name: str) -> None:
    draw_id = world.drawn(3)
    with world.units() as uow:
        uow.connection.exec_driver_sql(
            "INSERT INTO draw_log_root (round_id, day, count, root) SELECT id, now(), 0, '' FROM pass_round"
        )
    assert client.get(f"/draws/{draw_id}/{name}").status_code == 404
    assert draw_id not in client.get("/draws/").get_data(as_text=True)


def test_rehearsals_are_shown_in_the_console_only(
    world: World, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = Flask("console", static_folder=None)
    app.register_blueprint(rehearsals(world.units))
    console = app.test_client()
    draw_id = world.drawn(3)
    answer = console.get(f"/console/draws/{draw_id}/result.tsv")
    assert answer.data.startswith(b"PLD1-RESULT\ndraw_id=TEST/")
    assert answer.headers["X-Rehearsal"] == "yes"
    real = world.real_draw(1, monkeypatch)
    assert console.get(f"/console/draws/{real}/announce.txt").status_code == 404


def test_the_log_of_nights_and_of_promotions(
    world: World, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_id = world.round(rehearsal=False)
    world.apply(draw_id, 1)
    with world.units() as uow:
        root = world.freezing.close_day(uow, draw_id, TIMES.opens_at.date())
    assert client.get(f"/draws/{draw_id}/log.tsv").get_data(as_text=True) == f"{TIMES.opens_at.date()}\t1\t{root}\n"
    assert client.get(f"/draws/{draw_id}/promotions.tsv").status_code == 404
    other = world.round(world.lot("P0400"), rehearsal=False)
    for i in (1, 2, 3):
        world.apply(other, i)


def test_late_entries_are_public_once_the_result_is(
    world: World, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_id = world.real_draw(2, monkeypatch)
    assert client.get(f"/draws/{draw_id}/late.tsv").status_code == 404
    world.desk.publish(draw_id, actor=STAFF)
    world.sql(
        "INSERT INTO late_entry (entry_id, round_id, late, rank, status, no, place, decision) "
        "SELECT id, round_id, 1, 0, 'B', 1, '-', 'x' FROM pass_entry LIMIT 1"
    )
    commit = world.sql("SELECT commitment FROM pass_entry JOIN late_entry ON entry_id = id")[0]["commitment"]
    lines = client.get(f"/draws/{draw_id}/late.tsv").get_data(as_text=True).splitlines()
    assert lines == ["late\trank\tstatus\tno\tplace\tcommit", f"L1\t0\tB\t1\t-\t{commit}"]


def test_promotions_are_public_once_the_result_is(
    world: World, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_id = world.real_draw(4, monkeypatch)
    world.desk.publish(draw_id, actor=STAFF)
    world.desk.promote(draw_id, actor=STAFF)
    lines = client.get(f"/draws/{draw_id}/promotions.tsv").get_data(as_text=True).splitlines()
    assert [line.split("\t")[1:] for line in lines] == [
        ["vacated", "reason", "promoted"], ["W1", "UNPAID", "1"], ["W2", "UNPAID", "2"],
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["../x/list.tsv", "a/../b/list.tsv", "2027-01/P1/car/all-day/secret", "/list.tsv"])
def test_addresses_of_nothing_give_nothing(client: FlaskClient, path: str) -> None:
    assert client.get(f"/draws/{path}").status_code in (404, 308)


def test_the_page_that_checks_an_entry_may_reach_nobody(client: FlaskClient) -> None:
    answer = client.get("/draws/check")
    assert answer.status_code == 200
    assert "connect-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "form-action 'none'" in answer.headers["Content-Security-Policy"]
