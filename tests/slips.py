"""Paper slips, and photos of them as a phone takes them: askew, in the dark, out of focus, two at once."""

import io
import random
from collections.abc import Sequence
from datetime import date

import qrcode
from PIL import Image, ImageEnhance, ImageFilter
from qrcode.constants import ERROR_CORRECT_M

from domain.paytaipei import DEFAULT_TYPE, ROAD_PARKING, check_digits
from domain.storebarcode import Segments
from infra.barcodes import picture

DESK = 90  # grey of what a slip lies on
PAPER = (1200, 1000)
NOISE = 0.06  # of each pixel is chance


def ticket_qr(number: str) -> str:
    """What the QR of Taipei's paper slip says (facts/taiwan.md §1.4)."""
    return f"https://parkingfee.pma.gov.taipei/qr?tno={number}"


def pay_taipei_qr(number: str) -> str:
    """What pay.taipei's own says."""
    check = check_digits(ROAD_PARKING, number, DEFAULT_TYPE)
    return f"https://pay.taipei/qr/{ROAD_PARKING}/{number}/{check}/{DEFAULT_TYPE}"


def store_codes(number: str, amount: int, pay_by: date, collection_code: str = "Y01") -> tuple[str, str, str]:
    """The three barcodes of an agency that fills its numbers with zeros on the right."""
    slip = Segments.of(collection_code, number.ljust(16, "0"), pay_by, amount)
    return slip.first, slip.second, slip.third


def qr_slip(content: str) -> Image.Image:
    """A slip with one QR code."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, box_size=10, border=4)
    code.add_data(content)
    paper = Image.new("L", PAPER, 245)
    paper.paste(code.make_image().convert("L"), (300, 200))
    return paper


def store_slip(codes: Sequence[str]) -> Image.Image:
    """A slip with barcodes below each other."""
    with Image.open(io.BytesIO(picture(["超商繳費"], codes))) as drawn:
        return drawn.convert("L")


def on_desk(*slips: Image.Image, turned: float = 0.0) -> Image.Image:
    """Slips beside each other on a desk, turned by some degrees."""
    width, height = sum(slip.width for slip in slips), max(slip.height for slip in slips)
    desk = Image.new("L", (width + 200 * (len(slips) + 1), height + 400), DESK)
    left = 200
    for slip in slips:
        desk.paste(slip, (left, 200))
        left += slip.width + 200
    return desk.rotate(turned, expand=True, fillcolor=DESK, resample=Image.Resampling.BICUBIC)


def photo(scene: Image.Image, *, light: float = 1.0, blur: float = 0.0) -> bytes:
    """The scene as a phone keeps it: a JPEG. `light`: 1 is day, 0.2 a street at night; `blur` in pixels."""
    taken = ImageEnhance.Brightness(scene.filter(ImageFilter.GaussianBlur(blur))).enhance(light)
    grain = Image.frombytes("L", taken.size, random.Random(1).randbytes(taken.width * taken.height))
    return jpeg(Image.blend(taken, grain, NOISE))


def jpeg(image: Image.Image, quality: int = 75) -> bytes:
    """The bytes that LINE would keep."""
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()
