"""繳費編號: the city's shape, a letter that notices mistakes."""

import re
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.clock import TAIPEI
from domain.paynumbers import SERIALS, is_pay_number, pay_number

# Of 月票繳費查詢 in the source, each with the moment in it.
SAMPLES = ("K3267050092242D", "K3267050092222D", "K3267050005137D", "K3257050215825D", "K3257050173120D")
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2040, 1, 1)).map(lambda at: at.replace(tzinfo=TAIPEI))  # noqa: DTZ001
NUMBERS = st.builds(pay_number, MOMENTS, st.integers(0, SERIALS - 1))


def test_its_shape_is_that_of_the_citys_own() -> None:
    made = pay_number(datetime(2020, 3, 26, 9, 22, 42, tzinfo=TAIPEI), 7050)
    assert made[:-1] == SAMPLES[0][:-1]
    shape = re.compile(r"K\d{13}[A-Z]")
    assert all(shape.fullmatch(one) for one in (made, *SAMPLES))


def test_october_to_december_are_letters() -> None:
    assert [pay_number(datetime(2026, month, 1, tzinfo=TAIPEI), 0)[1] for month in (9, 10, 11, 12)] == list("9ABC")


@pytest.mark.parametrize("serial", [-1, SERIALS])
def test_a_serial_has_four_digits(serial: int) -> None:
    with pytest.raises(ValueError, match="serial"):
        pay_number(datetime(2026, 1, 1, tzinfo=TAIPEI), serial)


@given(NUMBERS, st.integers(2, 13), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_noticed(number: str, at: int, digit: str) -> None:
    wrong = number[:at] + digit + number[at + 1 :]
    assert is_pay_number(wrong) is (wrong == number)


@given(NUMBERS, st.integers(2, 13), st.integers(2, 13))
def test_two_exchanged_digits_are_noticed(number: str, one: int, other: int) -> None:
    letters = list(number)
    letters[one], letters[other] = letters[other], letters[one]
    assert is_pay_number("".join(letters)) is (letters[one] == letters[other])


def test_the_source_has_no_check_letter() -> None:
    """All of its numbers end in D, so the letter cannot depend on the digits."""
    assert {one[-1] for one in SAMPLES} == {"D"}
    assert not all(map(is_pay_number, SAMPLES))
