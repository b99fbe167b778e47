"""抽籤開啟檔: two persons, a file for the asker's key alone, once; and it opens every commitment of the list."""

import contextlib
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import check_openings
from domain.staff import Role
from infra import age
from services.draws import files
from tests.staff.office import Office, Person
from tests.staff.rehearsal import PEOPLE, announced
from tests.staff.rehearsal import approval as approval_of


@pytest.fixture
def wuly(office: Office) -> Person:
    """An auditor."""
    person = office.person("wuly", Role.AUDIT)
    person.log_in()
    return person


@pytest.fixture
def frozen(chen: Person, draw_id: str) -> str:
    announced(chen, draw_id)
    return draw_id


def secret_of(page: str) -> str:
    found = re.search(r"AGE-SECRET-KEY-1[A-Z0-9]+", page)
    assert found
    return found[0]


def ask(person: Person, draw_id: str, **more: object) -> str:
    return person.post("/openings/ask", **({"draw": draw_id, "reason": "查核", "key": ""} | more)).text


@pytest.fixture
def folder(office: Office, frozen: str, tmp_path: Path) -> Iterator[Path]:
    """What the public has of the draw."""
    with office.house.unit() as uow:
        for name in (files.LIST, files.REMOVED):
            (tmp_path / name).write_bytes(files.require(uow, frozen, name))
    yield tmp_path


def checked(folder: Path, openings: bytes) -> tuple[int, str]:
    """The offline program's exit status and words."""
    (folder / "openings.tsv").write_bytes(openings)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        status = check_openings.main([str(folder / name) for name in ("openings.tsv", files.LIST, files.REMOVED)])
    return status, out.getvalue()


def taken(wuly: Person, chen: Person, draw_id: str) -> bytes:
    """The plain file, by the whole way."""
    secret = secret_of(ask(wuly, draw_id))
    approval = approval_of(chen.get("/openings").text)
    assert "可以下載一次" in chen.post("/openings/decide", id=approval, approve="1").text
    return age.opened(wuly.post("/openings/take", id=approval).data, secret)


def test_an_auditor_asks_the_head_office_approves_the_auditor_takes_it_once(
    wuly: Person, chen: Person, office: Office, frozen: str, folder: Path
) -> None:
    page = ask(wuly, frozen)
    secret = secret_of(page)
    assert secret not in wuly.get("/openings").text, "shown once"
    approval = approval_of(chen.get("/openings").text)
    assert "不能核准自己" in wuly.post("/openings/decide", id=approval, approve="1").text
    assert "尚未核准" in wuly.post("/openings/take", id=approval).text
    assert "可以下載一次" in chen.post("/openings/decide", id=approval, approve="1").text
    assert "只有申請的人" in chen.post("/openings/take", id=approval).text
    file = wuly.post("/openings/take", id=approval)
    assert file.headers["Cache-Control"] == "no-store"
    assert b"AAA-0001" not in file.data
    status, words = checked(folder, age.opened(file.data, secret))
    assert status == 0, words
    assert f"holders      {PEOPLE}; most entries of one: 1" in words
    assert "已使用" in wuly.post("/openings/take", id=approval).text
    deeds = office.audit()
    assert ("staff:chen", "approval.approved") in deeds
    assert ("staff:wuly", "draw.openings_taken") in deeds


def test_every_change_of_the_file_is_seen(wuly: Person, chen: Person, frozen: str, folder: Path) -> None:
    plain = taken(wuly, chen, frozen)
    assert checked(folder, plain)[0] == 0
    head, columns, first, *rest = plain.decode().splitlines(keepends=True)
    fields = first.split("\t")
    for at, other in ((0, "0000-0000"), (1, "L"), (3, "ZZZ-9999"), (4, "0900000000"), (5, "0" * 64), (6, "f" * 64)):
        spoilt = "".join([head, columns, "\t".join([*fields[:at], other, *fields[at + 1 :]]), *rest])
        assert checked(folder, spoilt.encode())[0] == 1, f"field {at}"
    assert checked(folder, "".join([head, columns, *rest]).encode())[0] == 1
    assert checked(folder, plain.replace(b"LISTED", b"WITHDRAWN", 1))[0] == 1
    assert checked(folder, "".join([head, columns, first, first, *rest[1:]]).encode())[0] == 1


def test_a_key_of_ones_own_is_used_and_none_is_shown(wuly: Person, chen: Person, frozen: str) -> None:
    own = age.new_key()
    page = ask(wuly, frozen, key=own.public)
    assert "AGE-SECRET-KEY" not in page
    approval = approval_of(chen.get("/openings").text)
    chen.post("/openings/decide", id=approval, approve="1")
    assert b"PLD1-OPENINGS" in age.opened(wuly.post("/openings/take", id=approval).data, own.secret)
    assert "不是 age 的公開金鑰" in ask(wuly, frozen, key=own.public[:-1])


def test_nothing_is_opened_before_the_freeze_nor_once_the_salts_are_gone(
    wuly: Person, office: Office, chen: Person, draw_id: str
) -> None:
    assert "還沒有凍結" in ask(wuly, draw_id)
    assert "沒有這一期" in ask(wuly, "TEST/none")
    announced(chen, draw_id)
    assert "請寫下原因" in ask(wuly, draw_id, reason=" ")
    office.run("ALTER TABLE pass_entry DISABLE TRIGGER USER")
    office.run("UPDATE pass_entry SET salt = NULL, holder = NULL WHERE log_index = 0")
    assert "已刪除" in ask(wuly, draw_id)


def test_a_rejected_request_opens_nothing(wuly: Person, chen: Person, frozen: str) -> None:
    ask(wuly, frozen)
    approval = approval_of(chen.get("/openings").text)
    assert "已退回" in chen.post("/openings/decide", id=approval, approve="0").text
    assert "尚未核准" in wuly.post("/openings/take", id=approval).text


def test_nobody_approves_it_on_the_page_of_another_deed(
    wuly: Person, chen: Person, office: Office, frozen: str
) -> None:
    ask(wuly, frozen)
    approval = approval_of(chen.get("/openings").text)
    lot = office.person("lot", Role.LOT, "001")
    lot.log_in()
    assert "沒有這件申請" in lot.post("/sales/decide", id=approval, approve="1").text
    assert "沒有這件申請" in chen.post("/draws/decide", id=approval, approve="1").text
    assert lot.get("/openings").status_code == 403
    assert "待核准的開啟檔" in chen.get("/openings").text, "it waits still"


def test_the_program_that_checks_it_is_there_to_take(wuly: Person) -> None:
    assert wuly.get("/openings/check_openings.py").data == Path(check_openings.__file__).read_bytes()
