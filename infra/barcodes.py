"""Code 39, for tills: as an inline drawing for pages, and as a picture for the chat."""

import io
from collections.abc import Sequence
from functools import cache
from typing import Any

from barcode.codex import Code39

from infra.pdf import FONT_FILE

QUIET = 12  # modules of white before and after: a till needs ten
HEIGHT = 60  # modules, of a drawing
PICTURE_WIDTH = 1040  # pixels; a phone shows it about as wide as it is
BAR_PIXELS, TEXT_PIXELS, GAP_PIXELS, MARGIN_PIXELS = 150, 34, 26, 30


def modules(text: str) -> str:
    """Bars as 1 and gaps as 0, start and stop sign included."""
    return str(Code39(text, add_checksum=False).build()[0])


def drawing(text: str) -> str:
    """An SVG that grows with the page; its bars stay sharp."""
    bars = modules(text)
    parts, start = [], 0
    while start < len(bars):
        end = start
        while end < len(bars) and bars[end] == bars[start]:
            end += 1
        if bars[start] == "1":
            parts.append(f"M{QUIET + start} 0h{end - start}v{HEIGHT}h-{end - start}z")
        start = end
    width = len(bars) + 2 * QUIET
    white = f'<path fill="#fff" d="M0 0h{width}v{HEIGHT}H0z"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" preserveAspectRatio="none"'
        f' shape-rendering="crispEdges">{white}<path d="{"".join(parts)}"/></svg>'
    )


def picture(lines: Sequence[str], codes: Sequence[str]) -> bytes:
    """A PNG: lines of text, then each barcode with its characters below it. Every bar is a whole number of pixels."""
    from PIL import Image, ImageDraw

    font = _font(TEXT_PIXELS)
    lines = [part for line in lines for part in _wrapped(line, font)]
    step = TEXT_PIXELS + GAP_PIXELS // 2
    height = 2 * MARGIN_PIXELS + len(lines) * step + len(codes) * (BAR_PIXELS + step + GAP_PIXELS)
    image = Image.new("L", (PICTURE_WIDTH, height), 255)
    pen = ImageDraw.Draw(image)
    top = MARGIN_PIXELS
    for line in lines:
        pen.text((MARGIN_PIXELS, top), line, font=font, fill=0)
        top += step
    for code in codes:
        top += GAP_PIXELS
        bars = modules(code)
        wide = max(PICTURE_WIDTH // (len(bars) + 2 * QUIET), 1)
        left = (PICTURE_WIDTH - wide * len(bars)) // 2
        for place, bar in enumerate(bars):
            if bar == "1":
                pen.rectangle((left + place * wide, top, left + (place + 1) * wide - 1, top + BAR_PIXELS - 1), fill=0)
        top += BAR_PIXELS
        pen.text((PICTURE_WIDTH // 2, top), code, font=font, fill=0, anchor="ma")
        top += step
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _wrapped(line: str, font: Any) -> list[str]:
    """The line in parts as wide as the picture, broken at a blank where there is one."""
    parts, rest, width = [], line, PICTURE_WIDTH - 2 * MARGIN_PIXELS
    while font.getlength(rest) > width:
        fits = next(end for end in range(len(rest), 0, -1) if font.getlength(rest[:end]) <= width)
        end = rest.rfind(" ", 0, fits) + 1 or fits
        parts.append(rest[:end].rstrip())
        rest = rest[end:]
    return [*parts, rest]


@cache
def _font(size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(str(FONT_FILE), size)
