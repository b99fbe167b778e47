"""CSV files hold what was put in, and nothing in them is run by a spreadsheet."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.csvcells import BOM, safe, written

STARTS_A_FORMULA = set("=+-@\t\r\n＝＋－＠")


@pytest.mark.parametrize("text", ["=1+1", "+886", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "  ＠x"])
def test_a_formula_is_led_by_an_apostrophe(text: str) -> None:
    assert safe(text) == "'" + text


@pytest.mark.parametrize("text", ["ABC-1234", "臺北市", "", "2026/11/21 14:02", "Q70885062951261"])
def test_other_texts_stay(text: str) -> None:
    assert safe(text) == text


def test_numbers_stay_numbers() -> None:
    assert written(["a"], [[-5]]) == (BOM + "a\r\n-5\r\n").encode()


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20), min_size=2, max_size=4))
def test_no_cell_starts_a_formula_and_all_read_back(texts: list[str]) -> None:
    file = written(["x"] * len(texts), [texts]).decode().removeprefix(BOM)
    (_head, row) = csv.reader(io.StringIO(file, newline=""))
    assert not any(cell.lstrip(" ")[:1] in STARTS_A_FORMULA for cell in row if cell.strip(" "))
    assert [cell.removeprefix("'") for cell in row] == [text.removeprefix("'") for text in texts]
