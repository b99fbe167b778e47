"""What staff do to entries, rounds and the calendar by command: each works, and what is refused is noted."""

import csv
from pathlib import Path

from domain.draw.entry import parse_receipt
from tests.passes.test_commands import DRAW_ID, STAFF, Run, enter, planned, run, runner, verifier

__all__ = ["run", "runner"]  # fixtures
WHY = ("--why", "申請人來電", *STAFF)
WITNESSES = ("ethics", "lawyer", "press")


def number(run: Run, i: int) -> str:
    """Person i enters at the counter; the entry's number."""
    return parse_receipt(enter(run, i)).entry_no


def test_entries_are_listed_and_found_masked(run: Run) -> None:
    planned(run)
    first, second = number(run, 1), number(run, 2)
    listed = run("entries", "list", DRAW_ID)
    assert [line.split("  ")[2] for line in listed.splitlines()] == [first, second]
    for hidden in ("王小明", "AAA-0001", "0912345001"):
        assert hidden not in listed
    assert first in run("entries", "find", "--mobile", "0912-345-001")
    assert second in run("entries", "find", "--plate", "aaa-0002")
    assert run("entries", "find", "--mobile", "0912345001", "--plate", "AAA-0002") == ""
    assert "請輸入完整的" in run("entries", "find", fails=True)
    assert "沒有這一期" in run("entries", "list", "TEST/nothing", fails=True)


def test_a_list_for_the_board_is_masked_and_a_whole_one_has_a_reason(run: Run, tmp_path: Path) -> None:
    planned(run)
    who = ("--mobile", "0912345001", "--plate", "AAA-0001", "--name", "=王小明", "--landline", "02-27201234")
    run("enter", DRAW_ID, *who, *STAFF)
    masked, whole = tmp_path / "masked.csv", tmp_path / "whole.csv"
    assert "1 entries, masked" in run("entries", "export", DRAW_ID, str(masked), *WHY)
    assert "1 entries\n" in run("entries", "export", DRAW_ID, str(whole), "--whole", *WHY)
    assert "寫下原因" in run("entries", "export", DRAW_ID, str(whole), "--why", " ", *STAFF, fails=True)
    (row,) = list(csv.DictReader(whole.read_text("utf-8-sig").splitlines()))
    assert (row["車牌"], row["行動電話"], row["市內電話"]) == ("AAA-0001", "0912345001", "02-27201234")
    assert row["申請人姓名"] == "'=王小明", "no spreadsheet runs a name"
    for hidden in ("王小明", "AAA-0001", "0912345001", "27201234"):
        assert hidden not in masked.read_text("utf-8-sig")


def test_an_entry_is_changed_removed_and_proven_before_the_freeze_only(run: Run) -> None:
    planned(run)
    first, second = number(run, 1), number(run, 2)
    changed = parse_receipt(run("change", DRAW_ID, first, "--plate", "BBB-0001", *WHY))
    assert changed.proves("BBB-0001", "0912345001")
    assert "撤回或變更過" in run("change", DRAW_ID, first, "--plate", "CCC-0001", *WHY, fails=True)
    proven = parse_receipt(run("prove-pool", DRAW_ID, changed.entry_no, "L", *WHY))
    assert proven.pool == "L"
    assert "is not allowed" in run("prove-pool", DRAW_ID, proven.entry_no, "not a pool", *WHY, fails=True)
    run("remove", DRAW_ID, second, "INELIGIBLE", *WHY)
    assert "沒有申請" in run("remove", DRAW_ID, "0000-0000", "INELIGIBLE", *WHY, fails=True)
    states = {line.split("  ")[2]: line for line in run("entries", "list", DRAW_ID).splitlines()}
    assert "CHANGED" in states[first]
    assert "INELIGIBLE" in states[second]
    run("clock", DRAW_ID, "2023-08-20T14:01", *STAFF)
    assert "還沒有 list.tsv" in run("list", DRAW_ID, fails=True)
    assert "1 entries" in run("freeze", DRAW_ID, *STAFF)
    assert run("list", DRAW_ID).startswith("1 on the list\n2 CHANGED\n1 INELIGIBLE\nlist_sha256 ")
    assert "登記清單已截止" in run("remove", DRAW_ID, proven.entry_no, "INELIGIBLE", *WHY, fails=True)
    assert "登記截止前" in run("prove-pool", DRAW_ID, proven.entry_no, "G", *WHY, fails=True)
    assert "截止" in run(
        "enter", DRAW_ID, "--mobile", "0912345009", "--plate", "AAA-0009", "--name", "王", *STAFF, fails=True
    )


def test_a_waiting_entry_that_is_ineligible_is_passed_over(run: Run) -> None:
    planned(run)
    for i in (1, 2, 3):
        number(run, i)
    run("clock", DRAW_ID, "2023-08-20T14:01", *STAFF)
    run("freeze", DRAW_ID, *STAFF)
    run("announce", DRAW_ID, *STAFF)
    assert "還沒有抽籤結果" in run("skip", DRAW_ID, "1", *STAFF, fails=True)
    run("clock", DRAW_ID, "2023-08-23T23:59:30", *STAFF)
    run("draw", DRAW_ID, *STAFF)
    run("skip", DRAW_ID, "1", *STAFF)
    assert "已不在候補中" in run("skip", DRAW_ID, "1", *STAFF, fails=True)
    run("clock", DRAW_ID, "2023-08-25T00:00", *STAFF)
    assert "B2 " in run("promote", DRAW_ID, *STAFF)
    assert "B1  VOID  -" in run("outcome", DRAW_ID)


def test_limits_shelves_and_windows_are_moved_until_it_is_too_late(run: Run) -> None:
    planned(run)
    run("limit", DRAW_ID, "1", *STAFF)
    enter(run, 1)
    twice = ("--mobile", "0912345001", "--plate", "ZZZ-0001", "--name", "王", *STAFF)
    assert "登記上限" in run("enter", DRAW_ID, *twice, fails=True)
    run("lot-shelf", "P0123", "off", *STAFF)
    assert "P0123  off" in run("lots")
    assert "沒有開放" in run("enter", DRAW_ID, *twice, fails=True)
    run("lot-shelf", "P0123", "on", *STAFF)
    assert "沒有停車場" in run("lot-shelf", "P9", "on", *STAFF, fails=True)
    run("window", DRAW_ID, "disabled", "--places", "3", *STAFF)
    assert "disabled  3  0 sold  2023-08-18T00:00+08:00 to 2023-08-20T00:00+08:00" in run("windows", DRAW_ID)
    run("window-move", DRAW_ID, "disabled", "--places", "2", "--closes", "2023-08-19T00:00", *STAFF)
    assert "disabled  2  0 sold  2023-08-18T00:00+08:00 to 2023-08-19T00:00+08:00" in run("windows", DRAW_ID)
    sale = ("--amount", "5760", "--receipt", "F1", *STAFF)
    run("sell-first", DRAW_ID, "disabled", "--mobile", "0912345007", "--plate", "DDD-0007", "--name", "王", *sale)
    assert "優先購買已售出 1 張" in run("window-move", DRAW_ID, "disabled", "--places", "0", *STAFF, fails=True)
    assert "抽籤 10 分鐘前結束" in run(
        "window-move", DRAW_ID, "disabled", "--closes", "2023-08-24T00:00", *STAFF, fails=True
    )
    assert "沒有這個優先購買" in run("window-move", DRAW_ID, "elderly", "--places", "1", *STAFF, fails=True)
    run("clock", DRAW_ID, "2023-08-20T14:01", *STAFF)
    run("freeze", DRAW_ID, *STAFF)
    assert "登記限制只能在登記截止前" in run("limit", DRAW_ID, "9", *STAFF, fails=True)
    assert "沒有這個優先購買" in run("window-move", DRAW_ID, "disabled", "--places", "9", *STAFF, fails=True)
    run("annul", DRAW_ID, "--decision", "政風字第 1 號", *STAFF)
    assert f"{DRAW_ID}  void" in run("rounds")
    assert "狀態是「作廢」" in run("annul", DRAW_ID, "--decision", "x", *STAFF, fails=True)


def test_the_places_of_a_month_are_listed_and_copied(run: Run) -> None:
    planned(run)
    assert run("quotas", "2027-01") == "P0123  car  all-day  not planned\n"
    run("plan", "2027-01", "P0123", "--steps", "L:1,*:4", "--waitlist", "9", *STAFF)
    assert run("quotas", "2027-01") == "P0123  car  all-day  L:1,*:4  9  6  open  0 entries\n"
    assert "1 rounds planned" in run("quotas-copy", "2027-02", *STAFF)
    assert "0 rounds planned" in run("quotas-copy", "2027-02", *STAFF)
    assert "L:1,*:4  9  6" in run("quotas", "2027-02")
    assert "格式為 2027-01" in run("quotas", "January", fails=True)


def test_the_yearly_calendar_is_taken_over_and_warns(run: Run, tmp_path: Path) -> None:
    planned(run)
    year = tmp_path / "2027.csv"
    rows = [
        "西元日期,星期,是否放假,備註",
        "20270101,五,2,開國紀念日",
        "20270102,六,2,",
        "20270104,一,0,",
        "20270220,六,0,",
    ]
    year.write_bytes("\r\n".join(rows).encode("cp950"))
    assert "2 days kept" in run("days-import", str(year), *STAFF)
    shown = run("days", "2027")
    assert "2027-01-01  off  開國紀念日\n2027-02-20  works  補班日\n" in shown
    assert "next working day after" in shown
    draw_id = run("plan", "2027-03", "P0123", "--steps", "*:1", *STAFF).splitlines()[-1]
    assert "opens_at" in run("day", "2027-02-05", "off", "--name", "颱風停班", *STAFF)
    assert f"warning: {draw_id}: opens_at falls on a day off" in run("days", "2027")
    run("day", "2027-02-05", "usual", *STAFF)
    assert "opens_at" not in run("days", "2027")
    assert "--name" in run("day", "2027-02-05", "off", *STAFF, fails=True)
    year.write_bytes(b"day,off\n")
    assert "no column 西元日期" in run("days-import", str(year), *STAFF, fails=True)


def test_a_draw_by_witnesses_from_commits_to_result(run: Run, tmp_path: Path) -> None:
    planned(run, "--source", "witness")
    for i in (1, 2, 3):
        enter(run, i)
    assert "還沒有 announce.txt" in run("witness", "commit", DRAW_ID, "press", "x", fails=True)
    run("clock", DRAW_ID, "2023-08-20T14:01", *STAFF)
    run("freeze", DRAW_ID, *STAFF)
    run("announce", DRAW_ID, *STAFF)
    shown = [run("witness", "commit", DRAW_ID, who, f"祕密 {who}").splitlines() for who in WITNESSES]
    commits = [word for line, _ in shown for word in ("--commit", line.removeprefix("commit "))]
    reveals = [word for _, line in shown for word in line.removeprefix("secret ").split(" ", 1)]
    file, dice = str(tmp_path / "transcript.txt"), "12345 61234 " * 5 + "6"
    make = ("witness", "transcript", DRAW_ID, file)
    assert "fewer than 50 dice" in run(*make, *commits, *reveals, "--dice", "123", fails=True)
    other = [reveal.replace("press", "Press") for reveal in reveals]
    assert "not of the same witnesses" in run(*make, *commits, *other, "--dice", dice, fails=True)
    lie = [reveal.replace("祕密 press", "別的") for reveal in reveals]
    assert "press revealed does not open" in run(*make, *commits, *lie, "--dice", dice, fails=True)
    for odd in ("press", "press:x:00", ":x:" + "0" * 64, "政風:x:" + "0" * 64, "a:x:" + "z" * 64):
        assert "not who:value:salt" in run(*make, *commits, "--reveal", odd, "--dice", dice, fails=True)
    assert "transcript_sha256" in run(*make, *commits, *reveals, "--dice", dice)
    run("clock", DRAW_ID, "2023-08-23T23:59:30", *STAFF)
    assert "result_sha256" in run("draw", DRAW_ID, "--transcript", file, *STAFF)
    folder = tmp_path / "draw"
    run("files", DRAW_ID, str(folder))
    status, said = verifier(folder, "verify", "announce.txt", "list.tsv", "result.tsv", "transcript.txt")
    assert status == 0, said
