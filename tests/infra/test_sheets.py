"""Excel files: what is written is read back, a cell is never a formula, and a hostile file is refused in words."""

import csv
import io
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from infra import sheets
from infra.sheets import Cell, SheetError, read_sheet, safe_csv, write_sheet

HEAD = ("申請編號", "張數", "日期")
WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=40)
ROWS = st.lists(st.tuples(WORDS, st.integers(0, 10**15), st.dates(date(1990, 1, 1), date(2200, 1, 1))), max_size=5)


def whole(file: bytes) -> list[list[object]]:
    """Every cell of the first sheet, as Excel would show it."""
    return [list(row) for row in load_workbook(io.BytesIO(file)).worksheets[0].iter_rows(values_only=True)]


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_what_is_written_is_read_back(rows: list[tuple[str, int, date]]) -> None:
    file = write_sheet("清單", HEAD, rows, ("一行說明",)).read()
    note, head, *back = whole(file)
    assert (note[0], head) == ("一行說明", list(HEAD))
    shown = [[word or None, number, day] for word, number, day in rows]
    assert [[word or None, number, moment.date()] for word, number, moment in back] == shown  # type: ignore[attr-defined]
    texts = [[word.strip(), str(number), f"{day} 00:00:00"] for word, number, day in rows]
    assert [list(row) for row in read_sheet(file, HEAD)] == texts


@pytest.mark.parametrize("word", ["=1+1", "=HYPERLINK(1)", "+886", "-1", "@SUM", "\t=1"])
def test_a_word_is_no_formula(word: str) -> None:
    file = write_sheet(word[:1] + "x", [word], [[word]], [word]).read()
    cells = [cell for row in load_workbook(io.BytesIO(file)).worksheets[0].iter_rows() for cell in row]
    assert {(cell.value, cell.data_type) for cell in cells} == {(word, "s")}
    line = next(csv.reader([safe_csv(word)]))[0]
    assert line == "'" + word


@pytest.mark.parametrize("cell", ["ABC-1234", "王小明", "", None, 0, -5])
def test_what_is_no_formula_stays_as_it_is(cell: Cell) -> None:
    assert safe_csv(cell) == ("" if cell is None else str(cell))


def test_a_column_is_as_wide_as_what_stands_in_it() -> None:
    rows = [("大安森林公園地下停車場", 1, None), ("x" * 99, 20, None)]
    file = write_sheet("x", ("名稱", "已登記", "備註"), map(iter, rows), ("一行很長很長很長的說明",))
    sheet = load_workbook(file).worksheets[0]
    assert [sheet.column_dimensions[column].width for column in "ABC"] == [sheets.WIDEST, 9, 7]
    assert [cell.alignment.horizontal for cell in sheet[2]] == [None, "right", None]
    assert [tuple(cell.value for cell in row) for row in sheet.iter_rows(min_row=3)] == rows
    one = load_workbook(write_sheet("x", ("名稱",), rows[:1])).worksheets[0]
    assert one.column_dimensions["A"].width == 25


def test_what_a_sheet_cannot_hold_is_left_out() -> None:
    assert whole(write_sheet("x", ("a",), [["\x00王\x1b小\x7f明"]]).read())[1] == ["王小\x7f明"]


def test_of_a_file_that_comes_to_nothing_nothing_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def rows() -> Iterator[list[Cell]]:
        yield ["ABC-1234"]
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        write_sheet("x", ("a",), rows())
    assert list(tmp_path.iterdir()) == []


ENTITY = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaa">]>'


def changed(of: str, content: Callable[[bytes], bytes]) -> bytes:
    """A good file, one part of which is another."""
    good, made = write_sheet("x", HEAD, [["a", 1, date(2027, 1, 1)]]), io.BytesIO()
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = source.read(name)
            target.writestr(name, content(part) if name == of else part)
    return made.getvalue()


@pytest.mark.parametrize("of", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"])
@pytest.mark.parametrize(
    "content",
    [
        lambda part: part[: len(part) // 2],
        lambda part: b"",
        lambda part: b"no xml",
        lambda part: ENTITY + part[part.index(b"?>") + 2 :] if part.startswith(b"<?") else ENTITY + part,
    ],
    ids=["half", "empty", "words", "entity"],
)
def test_a_broken_or_hostile_part_is_refused_in_words(of: str, content: Callable[[bytes], bytes]) -> None:
    with pytest.raises(SheetError, match="不是可讀取的 Excel"):
        list(read_sheet(changed(of, content), HEAD))


def test_a_row_without_a_number_is_refused_in_words() -> None:
    file = changed("xl/worksheets/sheet1.xml", lambda part: part.replace(b'r="2"', b'r="x"'))
    with pytest.raises(SheetError, match="不是可讀取的 Excel"):
        list(read_sheet(file, HEAD))


@pytest.mark.filterwarnings("ignore::UserWarning")  # openpyxl's, of parts that it leaves out
def test_a_file_damaged_on_its_way_is_refused_in_words() -> None:
    good = write_sheet("x", HEAD, [["a", 1, date(2027, 1, 1)]] * 50).read()
    refused = 0
    for place in range(0, len(good), 97):
        damaged = good[:place] + bytes([good[place] ^ 0x55]) + good[place + 1 :]
        try:
            list(read_sheet(damaged, HEAD))
        except SheetError:
            refused += 1
    assert refused > 10


def test_a_row_as_wide_as_a_sheet_can_be_costs_no_more_than_its_head() -> None:
    far = b'<row><c r="XFD1" t="inlineStr"><is><t>far</t></is></c></row>'
    file = changed("xl/worksheets/sheet1.xml", lambda part: part.replace(b"</sheetData>", far + b"</sheetData>"))
    assert [len(row) for row in read_sheet(file, HEAD)] == [len(HEAD)]


def test_a_file_that_unpacks_to_too_much_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * 100_000)
    assert len(bomb.getvalue()) < 1_000
    monkeypatch.setattr(sheets, "MOST_UNPACKED", 99_999)
    with pytest.raises(SheetError, match="太大"):
        list(read_sheet(bomb.getvalue(), HEAD))


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    file = write_sheet("x", HEAD, [["a", 1, date(2027, 1, 1)]] * 4).read()
    with pytest.raises(SheetError, match="超過 3 列"):
        list(read_sheet(file, HEAD))


def test_a_file_without_the_head_is_named_what_it_lacks() -> None:
    book, file = Workbook(), io.BytesIO()
    book.active.append(["申請編號", "別的"])
    book.save(file)
    with pytest.raises(SheetError, match="找不到標題列：申請編號、張數、日期"):
        list(read_sheet(file.getvalue(), HEAD))


def test_on_paper_every_page_has_the_head_and_its_number() -> None:
    sheet = load_workbook(write_sheet("清單", HEAD, [["a", 1, date(2027, 1, 1)]], ("一行", "又一行"))).worksheets[0]
    assert (sheet.print_title_rows, sheet.freeze_panes) == ("$3:$3", "A4")
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert (sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage) == (0, True)
    assert sheet.oddFooter.center.text == "第 &P 頁，共 &N 頁"


def test_a_notice_is_upright_with_its_notes_and_room_for_stamps_on_every_page() -> None:
    file = write_sheet(
        "清單", HEAD, [["a", 1, date(2027, 1, 1)]], ("一行", "又一行"), stamps=("承辦人核章", "主管核章")
    )
    sheet = load_workbook(file).worksheets[0]
    assert (sheet.print_title_rows, sheet.page_setup.orientation) == ("$1:$3", "portrait")
    assert (sheet.oddFooter.left.text or "").split() == ["承辦人核章：", "主管核章："]
    assert (sheet.oddFooter.center.text, sheet.oddFooter.right.text) == (None, "第 &P 頁，共 &N 頁")
