"""Masks of names and numbers: each form of a name that the form of the office takes."""

import pytest

from domain.masks import masked_mobile, masked_name
from domain.names import parse_name
from domain.orders import mask_plate
from domain.phones import Mobile


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王小明", "王○明"),
        ("王明", "王○"),
        ("王", "王○"),
        ("歐陽小明", "歐○○明"),
        ("𠮷田一郎", "𠮷○○郎"),
        ("谷辣斯‧尤達卡", "谷○○○○○卡"),
        ("John Smith", "J***"),
        ("O'Neill", "O***"),
        ("Đặng Văn A", "Đ***"),
        ("さくら", "さ***"),
        ("김민준", "김***"),
        ("  王小明 ", "王○明"),
    ],
)
def test_a_name_is_masked(name: str, masked: str) -> None:
    assert masked_name(name) == masked
    assert parse_name(name), "what the form takes"


def test_no_name_is_nothing() -> None:
    assert masked_name(" ") == ""


def test_numbers_and_plates_keep_what_tells_them_apart() -> None:
    assert masked_mobile(Mobile("0912345678")) == "0912***678"
    assert mask_plate("ABC-1234") == "ABC-**34"
