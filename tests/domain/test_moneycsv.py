"""Files of money that others took: what is read, and what is told to be wrong."""

from datetime import UTC, datetime

import pytest

from domain.moneycsv import HeaderError, Malformed, Taken, read

HEADER = "reference,number,amount,paid_at\n"


def test_a_row_is_read_in_taiwans_time() -> None:
    (row,) = read(["\ufeff" + HEADER, "C1,0000000012345678,80,2026-12-31T23:58:00\n", "\n"])
    assert row == Taken(2, "C1", "0000000012345678", 80, datetime(2026, 12, 31, 15, 58, tzinfo=UTC))


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("C1,0000000012345678,80", "columns"),
        (",0000000012345678,80,2026-12-31T23:58:00", "reference"),
        ("C" * 65 + ",0000000012345678,80,2026-12-31T23:58:00", "reference"),
        ("C1,00000000-12345678,80,2026-12-31T23:58:00", "number"),
        ("C1,0000000012345678,80.5,2026-12-31T23:58:00", "amount"),
        ("C1,0000000012345678,0,2026-12-31T23:58:00", "amount"),
        ("C1,0000000012345678,-80,2026-12-31T23:58:00", "amount"),
        ("C1,0000000012345678,８０,2026-12-31T23:58:00", "amount"),
        ("C1,0000000012345678,80,2026-12-31", "paid_at"),
        ("C1,0000000012345678,80,2026-02-30T00:00:00", "paid_at"),
    ],
)
def test_a_row_that_cannot_be_read_is_told_by_line_and_column(line: str, column: str) -> None:
    assert list(read([HEADER, "OK,A1,1,2026-01-01T00:00:00\n", line]))[1] == Malformed(3, column)


@pytest.mark.parametrize("header", ["", "a,b\n", "number,reference,amount,paid_at\n"])
def test_another_header_is_refused(header: str) -> None:
    with pytest.raises(HeaderError):
        list(read([header]))
