"""Barcodes as a reader sees them: drawn here, read back by zxing-cpp."""

import io

import pytest
import zxingcpp
from PIL import Image

from infra.barcodes import PICTURE_WIDTH, drawing, modules, picture
from tests.domain.test_storebarcode import VECTORS


@pytest.mark.parametrize("vector", VECTORS)
def test_a_picture_is_read_back(vector: tuple[str, str, str]) -> None:
    image = Image.open(io.BytesIO(picture(["停車費 50 元", "單號 Q7078443D090047"], vector)))
    found = sorted(zxingcpp.read_barcodes(image), key=lambda code: code.position.top_left.y)
    assert [code.text for code in found] == list(vector)
    assert {code.format for code in found} == {zxingcpp.BarcodeFormat.Code39}


def test_a_picture_half_as_large_is_still_read(vector: tuple[str, str, str] = VECTORS[0]) -> None:
    image = Image.open(io.BytesIO(picture([], vector)))
    small = image.resize((image.width // 2, image.height // 2))
    assert {code.text for code in zxingcpp.read_barcodes(small)} == set(vector)


def test_a_drawing_has_the_bars_of_the_code() -> None:
    bars = modules("1507226FA")
    assert (bars[0], bars[-1], len(bars)) == ("1", "1", 175)
    assert drawing("1507226FA").count("M") - 1 == len([run for run in bars.split("0") if run])


@pytest.mark.parametrize(
    "text", ["A store payment takes some days to arrive; please keep the receipt. " * 3, "停車費" * 40]
)
def test_long_text_is_broken_and_not_cut(text: str) -> None:
    image = Image.open(io.BytesIO(picture([text], [])))
    short = Image.open(io.BytesIO(picture(["停車費"], [])))
    assert image.height > short.height + 60
    margin = image.crop((PICTURE_WIDTH - 20, 0, PICTURE_WIDTH, image.height))
    assert margin.getextrema() == (255, 255)
