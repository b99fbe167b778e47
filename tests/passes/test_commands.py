"""A rehearsal (演練) from the first lot to a promotion, by commands alone, checked by the downloaded verifier."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

import app as front_door
from infra import settings
from infra.embedded import StoreUrls
from infra.keys import with_keys

STAFF = ("--staff", "staff-7")
LOT = (
    "lot", "P0123", "--name", "大安高工地下停車場", "--district", "大安區", "--village", "龍安里",
    "--address", "復興南路二段", *STAFF,
)  # fmt: skip
DRAW_ID = "TEST/2023-09/P0123/car/all-day"
Run = Callable[..., str]


@pytest.fixture
def runner(database_url: str, redis_url: str, tmp_path: Path) -> Iterator[FlaskCliRunner]:
    given = with_keys(settings.load({"PARKLINE_VAR": str(tmp_path)}), tmp_path)
    made = front_door.create_app(given, StoreUrls(database_url, redis_url))
    yield made.test_cli_runner()
    made.extensions["house"].engine.dispose()


@pytest.fixture
def run(runner: FlaskCliRunner) -> Run:
    """Run `flask --app app passes …`; what it prints. `fails`: it must end with an error."""

    def command(*words: str, fails: bool = False) -> str:
        done = runner.invoke(args=["passes", *words])
        assert (done.exit_code != 0) is fails, done.output
        return done.output

    return command


def planned(run: Run, *more: str) -> None:
    """A lot and a rehearsal whose clock stands at registration."""
    run(*LOT)
    run("price", "P0123", "general", "--name", "一般", "--price", "5760", *STAFF)
    run("plan", "2023-09", "P0123", "--steps", "*:1", "--rehearsal", *more, *STAFF)
    run("move", DRAW_ID, "--draw", "2023-08-23T23:59:24", "--pay-by", "2023-08-25T00:00", *STAFF)
    run("clock", DRAW_ID, "2023-08-18T10:00", *STAFF)


def enter(run: Run, i: int) -> str:
    who = ("--mobile", f"0912-345-{i:03}", "--plate", f"AAA-{i:04}", "--name", "王小明")
    return run("enter", DRAW_ID, *who, *STAFF)


def test_a_whole_rehearsal(run: Run, tmp_path: Path) -> None:
    planned(run)
    receipts = [enter(run, i) for i in (1, 2, 3)]
    assert all(receipt.startswith("PLD1-RECEIPT\n") for receipt in receipts)
    assert "登記還沒有截止" in run("freeze", DRAW_ID, *STAFF, fails=True)
    run("clock", DRAW_ID, "2023-08-20T14:01", *STAFF)
    assert "3 entries" in run("freeze", DRAW_ID, *STAFF)
    assert "announce_sha256" in run("announce", DRAW_ID, *STAFF)
    assert "抽籤時間是" in run("draw", DRAW_ID, *STAFF, fails=True)
    run("clock", DRAW_ID, "2023-08-23T23:59:30", *STAFF)
    assert "result_sha256" in run("draw", DRAW_ID, *STAFF)
    assert "只能抽籤一次" in run("draw", DRAW_ID, *STAFF, fails=True)
    assert "演練不會公開" in run("publish", DRAW_ID, *STAFF, fails=True)
    assert "W1" in run("outcome", DRAW_ID)
    run("clock", DRAW_ID, "2023-08-25T00:00", *STAFF)
    assert "1 vacated, 1 offered\nB1 " in run("promote", DRAW_ID, *STAFF)
    assert "UNPAID  B1" in run("outcome", DRAW_ID)
    assert "1 vacated, 0 offered" not in run("promote", DRAW_ID, "--up-to", "9", *STAFF)
    assert f"{DRAW_ID}  drawn" in run("rounds")
    assert "P0123" in run("lots")

    run("files", DRAW_ID, str(tmp_path / "draw"))
    checked = ["verify", "announce.txt", "list.tsv", "result.tsv"]
    status, said = verifier(tmp_path / "draw", *checked)
    assert status == 0
    assert "VALID" in said
    fields = dict(line.split("=", 1) for line in receipts[0].splitlines()[1:])
    mine = (DRAW_ID, fields["entry_no"], fields["pool"], "aaa0001", "0912345001", fields["salt"])
    assert verifier(tmp_path / "draw", "me", "list.tsv", "result.tsv", *mine)[0] == 1, "the hyphen is part of it"
    mine = (DRAW_ID, fields["entry_no"], fields["pool"], "aaa-0001", "0912345001", fields["salt"])
    assert verifier(tmp_path / "draw", "me", "list.tsv", "result.tsv", *mine)[0] == 0
    result = tmp_path / "draw" / "result.tsv"
    result.write_bytes(result.read_bytes().replace(b"\tW\t1", b"\tW\t2"))
    status, said = verifier(tmp_path / "draw", *checked)
    assert status == 1
    assert "WRONG" in said


def test_what_staff_type_wrongly_is_said_in_a_line(run: Run) -> None:
    planned(run)
    assert "沒有停車場 P9" in run("plan", "2023-09", "P9", "--steps", "*:1", *STAFF, fails=True)
    assert "the last must be *" in run("places", DRAW_ID, "L:1", *STAFF, fails=True)
    assert "只有演練" in run(
        "clock",
        run("plan", "2027-01", "P0123", "--steps", "*:1", *STAFF).split()[-1],
        "2026-01-01T00:00",
        *STAFF,
        fails=True,
    )
    assert "已經設定過" in run("plan", "2023-09", "P0123", "--steps", "*:1", "--rehearsal", *STAFF, fails=True)
    enter(run, 1)
    assert "一車一期" in run(
        "enter", DRAW_ID, "--mobile", "0912345999", "--plate", "AAA-0001", "--name", "王", *STAFF, fails=True
    )


def test_days_off_are_warned_about(run: Run) -> None:
    planned(run)
    assert "draw_at falls on a day off" in run("plan", "2027-01", "P0123", "--steps", "*:1", *STAFF)
    run("day", "2026-12-20", "works", "--name", "補班", *STAFF)
    run("day", "2026-12-05", "works", "--name", "補班", *STAFF)
    assert "warning" not in run("move", "2027-01/P0123/car/all-day", *STAFF)


def verifier(folder: Path, *words: str) -> tuple[int, str]:
    """The downloaded verifier, run in the folder it was downloaded to."""
    done = subprocess.run(
        [sys.executable, "-I", "verify_draw.py", *words], cwd=folder, capture_output=True, timeout=60, check=False
    )
    return done.returncode, done.stdout.decode("utf-8", "replace")


def test_places_and_their_money_by_commands(run: Run, tmp_path: Path) -> None:
    planned(run)
    run("places", DRAW_ID, "*:2", *STAFF)
    receipts = [enter(run, i) for i in (1, 2, 3)]
    run("clock", DRAW_ID, "2023-08-20T14:01", *STAFF)
    run("freeze", DRAW_ID, *STAFF)
    run("announce", DRAW_ID, *STAFF)
    run("clock", DRAW_ID, "2023-08-23T23:59:30", *STAFF)
    run("draw", DRAW_ID, *STAFF)
    listed = [line.split("\t") for line in run("payments", DRAW_ID).splitlines()]
    assert [(row[1], row[3], row[5], row[7]) for row in listed] == [
        ("W1", "5760", "未繳費", "待繳"), ("W2", "5760", "未繳費", "待繳"),
    ]  # fmt: skip
    first, second = (row[0] for row in listed)
    assert "演練不發簡訊" in run("remind", DRAW_ID, first, *STAFF, fails=True)
    assert "金額應為 5,760 元" in run("paid", DRAW_ID, first, "--amount", "1", "--receipt", "A1", *STAFF, fails=True)
    run("paid", DRAW_ID, first, "--amount", "5760", "--receipt", "A1", *STAFF)
    assert "A1\t付款成功" in run("payments", DRAW_ID)
    assert "receipt A1: give the money back there" in run("void", DRAW_ID, first, "--reason", "車籍不符", *STAFF)
    assert "nothing had been paid" in run("vacate", DRAW_ID, second, "--reason", "換車", *STAFF)
    assert "0 vacated, 1 offered\nB1 " in run("promote", DRAW_ID, *STAFF)
    assert "W1  REFUNDED  B1" in run("outcome", DRAW_ID)
    kept = tmp_path / "receipt.txt"
    kept.write_text(receipts[0])
    who = ("--mobile", "0912-345-001", "--plate", "AAA-0001", "--name", "王小明", "--decision", "政風字 1")
    assert "已在登記清單上" in run("late", DRAW_ID, str(kept), *who, *STAFF, fails=True)
    kept.write_text("nothing")
    assert "receipt" in run("late", DRAW_ID, str(kept), *who, *STAFF, fails=True)
