"""Pictures that are sent: drawn anew, upright, smaller; what is no picture, or a trap, is refused."""

import io
import random
import struct
import zlib

import pytest
from PIL import Image

from infra import pictures
from infra.pictures import LONGEST_SIDE, MOST_PIXELS, PictureError, redrawn

ORIENTATION, DESCRIPTION, GPS = 0x0112, 0x010E, 0x8825
TURNED_RIGHT = 6


def sent(kind: str = "JPEG", size: tuple[int, int] = (2000, 1000), **options: object) -> bytes:
    made = io.BytesIO()
    Image.radial_gradient("L").resize(size).convert("RGBA" if kind == "PNG" else "RGB").save(made, kind, **options)
    return made.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_becomes_a_smaller_jpeg(kind: str) -> None:
    picture = opened(redrawn(sent(kind)))
    assert picture.format == "JPEG"
    assert picture.size == (LONGEST_SIDE, LONGEST_SIDE // 2)


def test_where_and_how_it_was_taken_is_gone_and_it_stands_upright() -> None:
    exif = Image.Exif()
    exif[ORIENTATION], exif[DESCRIPTION] = TURNED_RIGHT, "my kitchen"
    exif.get_ifd(GPS)[1] = "N"
    data = redrawn(sent(exif=exif) + b"<script>")
    picture = opened(data)
    assert picture.size == (LONGEST_SIDE // 2, LONGEST_SIDE)
    assert dict(picture.getexif()) == {}
    assert b"kitchen" not in data
    assert b"<script>" not in data


def bomb(width: int, height: int) -> bytes:
    """A PNG that claims this size in a few bytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [int(MOST_PIXELS**0.5) + 1, 10_000, 60_000])
def test_a_bomb_is_refused_before_it_is_drawn(side: int) -> None:
    with pytest.raises(PictureError):
        redrawn(bomb(side, side))


@pytest.mark.parametrize(
    "data", [b"", b"<svg xmlns='x'/>", b"%PDF-1.7", sent("GIF"), sent("BMP", (9, 9)), sent()[:900]]
)
def test_what_is_no_whole_jpeg_or_png_is_refused(data: bytes) -> None:
    with pytest.raises(PictureError):
        redrawn(data)


def test_a_whole_picture_of_too_many_pixels_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_PIXELS", 60 * 40 - 1)
    with pytest.raises(PictureError, match="too many pixels"):
        redrawn(sent(size=(60, 40)))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_whatever_is_broken_in_it_ends_in_a_picture_or_a_refusal(kind: str) -> None:
    dice, whole = random.Random(7), sent(kind, (60, 40))
    for _ in range(150):
        broken = bytearray(whole)
        for _ in range(dice.randint(1, 8)):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        try:
            picture = opened(redrawn(bytes(broken)))
        except PictureError:
            continue
        assert picture.format == "JPEG"
