"""`flask passes openings …`: asked, approved by another, taken, opened again, checked."""

from pathlib import Path

from infra import age
from tests.passes.test_commands import DRAW_ID, STAFF, Run, enter, planned, run, runner

__all__ = ["run", "runner"]  # fixtures
OTHER = ("--staff", "staff-8")


def test_openings_are_asked_for_approved_taken_and_opened(run: Run, tmp_path: Path) -> None:
    planned(run)
    enter(run, 1)
    assert "還沒有凍結" in run("openings", "ask", DRAW_ID, "--reason", "查核", *STAFF, fails=True)
    run("clock", DRAW_ID, "2023-08-23T23:30", *STAFF)
    run("freeze", DRAW_ID, *STAFF)
    asked = run("openings", "ask", DRAW_ID, "--reason", "查核", *STAFF).split()
    approval, key = asked[1], tmp_path / "key.txt"
    key.write_text(f"# of the audit\n{asked[2]}\n")
    sealed, plain = tmp_path / "openings.tsv.age", tmp_path / "openings.tsv"
    assert "不能核准自己" in run("openings", "approve", approval, *STAFF, fails=True)
    run("openings", "approve", approval, *OTHER)
    sealed.touch()
    assert "File exists" in run("openings", "take", approval, str(sealed), *STAFF, fails=True)
    sealed.unlink()
    assert "openings_sha256" in run("openings", "take", approval, str(sealed), *STAFF), "the approval was not used up"
    assert sealed.stat().st_mode & 0o077 == 0
    run("openings", "open", str(sealed), str(key), str(plain))
    assert plain.read_text().startswith(f"PLD1-OPENINGS\t{DRAW_ID}\t1\n")
    assert plain.stat().st_mode & 0o077 == 0
    key.write_text(age.new_key().secret)
    assert "another key" in run("openings", "open", str(sealed), str(key), str(tmp_path / "other"), fails=True)
    assert not (tmp_path / "other").exists()
