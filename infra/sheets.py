"""Excel files, in and out. A cell is text, a number or a day and never a formula; a file read may be a hostile one."""

import io
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain, islice, zip_longest
from typing import IO
from unicodedata import east_asian_width
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

MOST_UNPACKED = 50 * 1024 * 1024  # bytes; a small file may unpack to a very large one
MOST_ROWS = 20_000
MOST_IN_MEMORY = 1024 * 1024  # bytes of a file that is written; a larger one is on disk
WIDEST = 40  # characters
LOOKED_AT = 200  # rows, for the width of their columns
UNREADABLE = (  # what unpacking and parsing raise for files that are none; entities (defusedxml) are a ValueError
    zipfile.BadZipFile, zlib.error, InvalidFileException, ParseError,
    KeyError, ValueError, IndexError, AttributeError, TypeError, OSError, EOFError, NotImplementedError,
)  # fmt: skip
PAGE_NUMBER = "第 &P 頁，共 &N 頁"  # 頁次
STAMP_GAP = "\u3000" * 6
_BOLD, _RIGHT = Font(bold=True), Alignment(horizontal="right")

Cell = str | int | date | None


class SheetError(Exception):
    """A file that cannot be read as a sheet; the text says why, for the page."""


def write_sheet(
    title: str,
    head: Sequence[str],
    rows: Iterable[Iterable[Cell]],
    notes: Sequence[str] = (),
    *,
    mark: str = "",
    stamps: Sequence[str] = (),
) -> IO[bytes]:
    """A workbook with one sheet: `notes` a line each, the head, the rows. Rows go to disk as they come, and of the file
    too no more than a piece is in memory, however many there are.

    `mark`: printed above every page, who took it. `stamps`: whose 核章 each page has room for below; with them it is a
    notice, upright, and `notes` are on every page too.
    """
    coming = map(tuple, rows)
    first = list(islice(coming, LOOKED_AT))
    book = Workbook(write_only=True)
    sheet: WriteOnlyWorksheet = book.create_sheet(title)
    _lay_out(sheet, head_at=len(notes) + 1, mark=mark)
    if stamps:
        _lay_out_notice(sheet, head_at=len(notes) + 1, stamps=stamps)
    for place, width in enumerate(_widths([head, *first]), start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    for note in notes:
        sheet.append([_cell(sheet, note)])
    numbers = [isinstance(value, int) for value in first[0]] if first else []
    sheet.append([_head(sheet, *one) for one in zip_longest(head, numbers[: len(head)])])
    try:
        for row in chain(first, coming):
            sheet.append([_cell(sheet, value) for value in row])
    except Exception:
        sheet.close()
        sheet._writer.cleanup()  # the rows so far may be personal: none of them stays on disk
        raise
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends a large one closes it
    book.save(file)
    large = file.tell() > MOST_IN_MEMORY
    file.seek(0)
    if large:
        return file
    with file:
        return io.BytesIO(file.read())


def read_sheet(file: bytes, head: Sequence[str]) -> Iterator[Sequence[str]]:
    """The rows below the line that is `head`, every cell as text. Raises SheetError."""
    try:
        yield from _rows_below(file, head)
    except UNREADABLE:
        raise SheetError("這不是可讀取的 Excel（.xlsx）檔案") from None


def _rows_below(file: bytes, head: Sequence[str]) -> Iterator[Sequence[str]]:
    """The file is unpacked and parsed row by row, so that what is wrong with it may show at any of them."""
    with zipfile.ZipFile(io.BytesIO(file)) as packed:
        if sum(one.file_size for one in packed.infolist()) > MOST_UNPACKED:
            raise SheetError("檔案展開後太大")
    sheet = load_workbook(io.BytesIO(file), read_only=True, data_only=True, keep_links=False).worksheets[0]
    found = False
    for number, cells in enumerate(sheet.iter_rows(max_col=len(head), values_only=True)):
        if number > MOST_ROWS:
            raise SheetError(f"超過 {MOST_ROWS:,} 列")
        row = [_text(value) for value in cells]
        if found and any(row):
            yield row
        found = found or row == list(head)
    if not found:
        raise SheetError(f"找不到標題列：{'、'.join(head)}")


def safe_csv(value: Cell) -> str:
    """A field of a CSV file that Excel does not take for a formula."""
    written = "" if value is None else str(value)
    return "'" + written if isinstance(value, str) and written[:1] in "=+-@\t\r" and written else written


def _lay_out(sheet: WriteOnlyWorksheet, *, head_at: int, mark: str) -> None:
    """The head stays in view; printed, every page is A4 across with the head, as wide as the sheet, and 頁次."""
    sheet.freeze_panes = f"A{head_at + 1}"
    sheet.print_title_rows = f"{head_at}:{head_at}"
    sheet.page_setup.paperSize, sheet.page_setup.orientation = Worksheet.PAPERSIZE_A4, "landscape"
    sheet.page_setup.fitToHeight = 0  # as many pages as it takes
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.oddFooter.center.text = PAGE_NUMBER
    sheet.oddHeader.center.text = _printable(mark).replace("&", "&&") or None  # "&P" would be a number of page


def _lay_out_notice(sheet: WriteOnlyWorksheet, *, head_at: int, stamps: Sequence[str]) -> None:
    sheet.print_title_rows = f"1:{head_at}"
    sheet.page_setup.orientation = "portrait"
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=1.1, header=0.3, footer=0.3)  # inches
    sheet.oddFooter.left.text = STAMP_GAP.join(f"{name}：" for name in stamps)
    sheet.oddFooter.center.text, sheet.oddFooter.right.text = None, PAGE_NUMBER


def _widths(rows: Iterable[Sequence[Cell]]) -> Iterator[int]:
    """Of the columns: room for what stands in them, in characters; a Chinese one is as wide as two."""
    for column in zip_longest(*rows, fillvalue=""):
        words = [str(value) for value in column if value is not None]
        yield min(WIDEST, max(sum(1 + (east_asian_width(one) in "WFA") for one in word) for word in words) + 3)


def _head(sheet: WriteOnlyWorksheet, name: str, number: bool | None) -> WriteOnlyCell:
    cell = _cell(sheet, name)
    cell.font = _BOLD
    if number:
        cell.alignment = _RIGHT  # above its figures
    return cell


def _cell(sheet: WriteOnlyWorksheet, value: Cell) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, _printable(value) if isinstance(value, str) else value)
    if isinstance(value, str):
        cell.data_type = "s"  # what begins with "=" stays the text it is
    return cell


def _printable(words: str) -> str:
    """Without control characters, which a sheet cannot hold."""
    return "".join(character for character in words if character >= " " or character in "\t\n")


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # Excel keeps every number as a fraction
    return str(value).strip()
