"""The process that opens photos: what a stranger's file may do to a decoder, it does here, and the service goes on.

Started by adapters/scanning/reader.py, which ends it when a photo takes too long. On stdin come photos, on stdout go
their codes as JSON, each behind its length; an empty one asks whether it is ready. It opens no file and no address.
"""

import io
import json
import math
import resource
import signal
import struct
import sys
import time
from collections.abc import Iterator

import zxingcpp
from PIL import Image, ImageFilter, ImageMath, ImageOps

from adapters.scanning.pipe import LENGTH, MOST_CODES, MOST_LETTERS, Limits

MOST_MEMORY = 1024 * 1024 * 1024  # bytes of address space
MOST_PIXELS = 40_000_000  # a good phone's photo; a few bytes of file can claim far more
SIDE = 2_400  # pixels: longer photos are read smaller, JPEG without ever unpacking all of it
LEAST_SIDE = 16
FORMATS = zxingcpp.barcode_formats_from_str("QRCode,Code39,Code128")
TURNS = (20, -20, 40, -40)  # degrees
LOOKS_AT_LEAST = 3  # however much the first has found
FOR_LOOKS = 0.6  # of either limit
STRAIGHT = 4  # degrees off the rows or columns, along which bars are read
LIKE_BARS = 0.25  # how much of all gradients must point one way
LEAN_SIDE = 1_200  # pixels
_GRADIENTS = (
    ImageFilter.Kernel((3, 3), (-1, 0, 1, -2, 0, 2, -1, 0, 1), scale=8, offset=128),
    ImageFilter.Kernel((3, 3), (-1, -2, -1, 0, 0, 0, 1, 2, 1), scale=8, offset=128),
)


class NoPhotoError(Exception):
    """Not a JPEG or PNG that can be opened, or too large; the text is the Trouble."""


def opened(photo: bytes) -> Image.Image:
    """The photo in grey, not longer than SIDE. Raises NoPhotoError."""
    try:
        with Image.open(io.BytesIO(photo), formats=("JPEG", "PNG")) as image:
            if image.width * image.height > MOST_PIXELS:
                raise NoPhotoError("too_large")
            if min(image.size) < LEAST_SIDE:
                raise NoPhotoError("no_photo")
            image.draft("L", (SIDE, SIDE))
            image.load()
            grey = _grey(image)
    except Image.DecompressionBombError:
        raise NoPhotoError("too_large") from None
    except (OSError, ValueError, SyntaxError, EOFError, struct.error):
        raise NoPhotoError("no_photo") from None
    grey.thumbnail((SIDE, SIDE))
    return grey


def _grey(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("L")
    paper = Image.new("RGBA", image.size, "white")  # what shows through is white
    paper.alpha_composite(image.convert("RGBA"))
    return paper.convert("L")


def looks(image: Image.Image) -> Iterator[Image.Image]:
    """The photo as it is; straightened; clearer; sharper; then turned, for slips that lie crosswise to each other."""
    yield image
    clear = ImageOps.autocontrast(image.filter(ImageFilter.GaussianBlur(1)), cutoff=2)
    if (askew := lean(clear)) is not None:  # in the dark the grain of the photo has more edges than its bars
        yield _turned(image, -askew)
        yield _sharp(_turned(clear, -askew))
    yield clear
    yield _sharp(clear)
    for degrees in TURNS:
        yield _turned(image, degrees)


def _sharp(image: Image.Image) -> Image.Image:
    return image.filter(ImageFilter.UnsharpMask(4, 200, 0))


def lean(image: Image.Image) -> float | None:
    """By how many degrees the bars of the barcodes lean; None where nothing does, or nothing is like bars.

    The direction of the structure tensor: the mean of all gradients, doubled in angle so that opposite ones add up.
    """
    small = image.copy()
    small.thumbnail((LEAN_SIDE, LEAN_SIDE))
    across, down = (small.filter(kernel).convert("F") for kernel in _GRADIENTS)

    def mean(one: Image.Image, other: Image.Image) -> float:
        product = ImageMath.lambda_eval(lambda given: (given["a"] - 128) * (given["b"] - 128), a=one, b=other)
        value: float = product.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
        return value

    xx, yy, xy = mean(across, across), mean(down, down), mean(across, down)
    if math.hypot(2 * xy, xx - yy) < LIKE_BARS * (xx + yy):
        return None
    degrees = math.degrees(math.atan2(2 * xy, xx - yy)) / 2
    return degrees if STRAIGHT < abs(degrees) < 90 - STRAIGHT else None


def _turned(image: Image.Image, degrees: float) -> Image.Image:
    return image.rotate(degrees, expand=True, fillcolor=255, resample=Image.Resampling.BILINEAR)


def codes(image: Image.Image, limits: Limits) -> list[str]:
    """The texts of all codes. No look is begun that would hardly end in time, nor late ones once all seems found."""
    begun, worked = time.monotonic(), time.process_time()
    found: dict[str, None] = {}
    for count, look in enumerate(looks(image), start=1):
        read = [text for text in _read(look) if text not in found]
        found |= dict.fromkeys(read)
        passed = max((time.monotonic() - begun) / limits.wait, (time.process_time() - worked) / limits.work)
        if (found and not read and count >= LOOKS_AT_LEAST) or passed + passed / count > FOR_LOOKS:
            break
    return list(found)[:MOST_CODES]


def _read(image: Image.Image) -> list[str]:
    """In reading order: down the page, or across it where the barcodes stand upright."""
    read = zxingcpp.read_barcodes(image, FORMATS, try_invert=False, text_mode=zxingcpp.TextMode.Plain)
    upright = sum(45 < abs(one.orientation) < 135 for one in read) * 2 > len(read)
    read.sort(key=lambda one: one.position.top_left.x if upright else one.position.top_left.y)
    return [one.text for one in read if 0 < len(one.text) <= MOST_LETTERS]


def answer(photo: bytes, limits: Limits) -> list[str] | str:
    """A list of texts, or the trouble as one word (domain/ports/scanning.py)."""
    if not photo:  # asked whether we are ready
        return []
    try:
        return codes(opened(photo), limits)
    except NoPhotoError as error:
        return str(error)
    except MemoryError:
        return "too_large"


def _warm(limits: Limits) -> None:
    """Pillow loads its parts when they are first used: here, or in the time of the first photo."""
    for kind in ("JPEG", "PNG"):
        file = io.BytesIO()
        Image.radial_gradient("L").save(file, kind)
        codes(opened(file.getvalue()), limits)


def _bound() -> None:
    """Not more memory than this, no file to write, no core with somebody's photo in it."""
    for what, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def main(limits: Limits) -> None:
    """Until stdin ends, or one photo takes more of the processor's time than it may: SIGPROF ends it in any code."""
    _bound()
    _warm(limits)
    given, told = sys.stdin.buffer, sys.stdout.buffer
    while len(head := given.read(LENGTH.size)) == LENGTH.size:
        photo = given.read(LENGTH.unpack(head)[0])
        signal.setitimer(signal.ITIMER_PROF, limits.work)
        body = json.dumps(answer(photo, limits)).encode("ascii")
        signal.setitimer(signal.ITIMER_PROF, 0)
        told.write(LENGTH.pack(len(body)) + body)
        told.flush()


if __name__ == "__main__":
    main(Limits(*map(float, sys.argv[1:])))
