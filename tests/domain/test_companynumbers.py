"""統一編號: its check, and what people type."""

import pytest

from domain.companynumbers import company_number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("12345675", "12345675"),
        (" １２３４５６７５ ", "12345675"),
        ("04595257", "04595257"),
        ("10458575", "10458575"),  # a 7 in the seventh place
        ("12345677", None),
        ("1234567", None),
        ("123456750", None),
        ("1234567a", None),
        ("", None),
    ],
)
def test_numbers(typed: str, number: str | None) -> None:
    assert company_number(typed) == number
