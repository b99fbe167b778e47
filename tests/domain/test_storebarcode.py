"""Check characters of the store barcode, by the vectors of facts/taiwan.md §3."""

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.storebarcode import MOST_AMOUNT, Segments, SegmentsError, check_characters

VECTORS = [
    ("991231Y01", "ABCDEFGHIKLMNPQR", "12349Y000007890"),
    ("1507226FA", "0000000012345678", "07226Y000000050"),
    ("1507226FA", "0000000012345678", "07226X000000060"),
    ("1507226FA", "0000000012345678", "0722B5000000004"),
    ("1507226FA", "0000000012345678", "0722A5000000005"),
    ("150722Y01", "1234567890123456", "072214000000048"),
]


@pytest.mark.parametrize(("first", "second", "third"), VECTORS)
def test_vectors(first: str, second: str, third: str) -> None:
    assert check_characters(first, second, third[:4] + third[6:]) == third[4:6]
    assert Segments.read(first, second, third) == Segments(first, second, third)
    assert Segments.read(f"*{first}*", second.lower(), third).amount == int(third[6:])


@pytest.mark.parametrize(
    ("character", "value"),
    [
        ("A", 1),
        ("I", 9),
        ("J", 1),
        ("R", 9),
        ("S", 2),
        ("Z", 9),
        ("+", 1),
        ("%", 2),
        ("-", 6),
        (".", 7),
        (" ", 8),
        ("$", 9),
        ("Q", 8),
        ("T", 3),
    ],
)
def test_values_of_letters_and_signs(character: str, value: int) -> None:
    assert check_characters(character, "", "")[0] == str(value)


@pytest.mark.parametrize(
    ("odd", "even", "expected"),
    [
        ("", "", "AX"),
        ("/", "/", "AX"),
        ("1" * 10, "", "BX"),
        ("", "1" * 10, "AY"),
        ("92", "92", "AX"),
        ("3", "4", "34"),
    ],
)
def test_a_rest_of_nought_or_ten_is_a_letter(odd: str, even: str, expected: str) -> None:
    digits = "".join(a + b for a, b in itertools.zip_longest(odd, even, fillvalue="/"))
    assert check_characters(digits, "", "") == expected


def test_positions_begin_anew_in_each_segment() -> None:
    assert check_characters("1", "1", "1") == "3X"
    assert check_characters("11", "1", "1") == "31"


def test_a_slip_of_ours() -> None:
    slip = Segments.of("6FA", "0000000012345678", date(2026, 7, 22), 50)
    assert slip == Segments("1507226FA", "0000000012345678", "07226Y000000050")
    assert Segments.of("6FA", "0" * 16, date(2011, 1, 2), 50).first == "0001026FA"  # ROC 100


@given(
    code=st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=3),
    number=st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=16, max_size=16),
    pay_by=st.dates(date(2012, 1, 1), date(2099, 12, 31)),
    amount=st.integers(1, MOST_AMOUNT),
)
def test_what_is_made_is_read(code: str, number: str, pay_by: date, amount: int) -> None:
    made = Segments.of(code, number, pay_by, amount)
    assert Segments.read(made.first, made.second, made.third) == made
    assert made.amount == amount


@given(st.sampled_from(VECTORS), st.integers(0, 39), st.integers(1, 8))
def test_one_digit_misread_is_noticed(vector: tuple[str, str, str], place: int, by: int) -> None:
    whole = "".join(vector)
    if not whole[place].isdigit() or place in (29, 30):
        return
    wrong = whole[:place] + str((int(whole[place]) + by) % 10) + whole[place + 1 :]
    with pytest.raises(SegmentsError):
        Segments.read(wrong[:9], wrong[9:25], wrong[25:])


@pytest.mark.parametrize(
    ("code", "number", "amount"),
    [
        ("6fa", "0" * 16, 50), ("6FAX", "0" * 16, 50), ("6FA", "0" * 15, 50), ("6FA", "0" * 15 + "-", 50),
        ("6FA", "0" * 16, 0), ("6FA", "0" * 16, 20_001),
    ],
)  # fmt: skip
def test_what_a_till_would_refuse_is_not_made(code: str, number: str, amount: int) -> None:
    with pytest.raises(SegmentsError):
        Segments.of(code, number, date(2026, 7, 22), amount)


@pytest.mark.parametrize(
    "wrong", [("1507226FA", "0" * 16, "0722"), ("1507226F", "0" * 16, "0" * 15), ("車07226FA", "0" * 16, "0" * 15)]
)
def test_other_shapes_are_no_store_barcode(wrong: tuple[str, str, str]) -> None:
    with pytest.raises(SegmentsError):
        Segments.read(*wrong)
