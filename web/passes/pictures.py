"""Pictures that the chat and the pages show: a receipt's QR code, and the odds of a lot's last draws."""

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathImage
from qrcode.main import QRCode

from domain.passtexts import percent
from domain.passview import ODDS_CHART, QR_SIDE, Odds
from domain.reader import Reader

FONT = Path(__file__).parent.parent.parent / "infra" / "fonts" / "NotoSansTC-Regular.ttf"
QUIET_ZONE = 4  # modules around a QR code
INK, QUIET, PAPER, BAR, LINE = "#1A1D21", "#4F5862", "#FFFFFF", "#0B4F8A", "#D5DAE1"  # as the cards have them
TITLE, LABEL, SMALL = 44, 40, 30  # letter heights in pixels
EDGE, TOP, BOTTOM = 48, 170, 130  # pixels around the bars
WIDEST_BAR = 120


def qr_svg(words: str) -> str:
    """A QR code to print."""
    code: str = _code(words, SvgPathImage).make_image().to_string(encoding="unicode")
    return code


def qr_png(words: str) -> bytes:
    """A QR code for a phone's screen: whole pixels a module, its quiet zone around it."""
    modules = _code(words).get_matrix()
    scale = max(1, QR_SIDE // len(modules))
    image = Image.new("1", (len(modules), len(modules)), 1)
    image.putdata([not dark for row in modules for dark in row])
    wide = image.resize((len(modules) * scale,) * 2, Image.Resampling.NEAREST)
    out = Image.new("1", (QR_SIDE, QR_SIDE), 1)
    out.paste(wide, ((QR_SIDE - wide.width) // 2,) * 2)
    return _png(out)


def odds_chart(reader: Reader, drawn: Sequence[Odds]) -> bytes:
    """A bar for each drawn month, the oldest first: how likely one application won. `drawn`: the latest first."""
    width, height = ODDS_CHART
    image = Image.new("RGB", ODDS_CHART, PAPER)
    pen = ImageDraw.Draw(image)
    pen.text((EDGE, EDGE), reader.t("近期中籤率（張數 / 申請數）"), fill=INK, font=_font(TITLE))
    floor, tallest = height - BOTTOM, height - BOTTOM - TOP
    pen.line((EDGE, floor, width - EDGE, floor), fill=LINE, width=3)
    column = (width - 2 * EDGE) / len(drawn)
    half = min(WIDEST_BAR, column * 0.6) / 2
    for at, one in enumerate(reversed(drawn)):
        middle = EDGE + column * (at + 0.5)
        top = floor - tallest * one.chance
        pen.rectangle((middle - half, top, middle + half, floor), fill=BAR)
        pen.text((middle, top - 8), percent(one), fill=INK, font=_font(LABEL), anchor="mb")
        pen.text((middle, floor + 12), one.month, fill=INK, font=_font(SMALL), anchor="mt")
        pen.text((middle, floor + 60), f"{one.places} / {one.entries}", fill=QUIET, font=_font(SMALL), anchor="mt")
    return _png(image)


def _code(words: str, factory: type[SvgPathImage] | None = None) -> "QRCode[SvgPathImage]":
    code = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE, image_factory=factory)
    code.add_data(words)
    code.make()
    return code


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size)
