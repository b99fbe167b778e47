"""Charts of reports: the same bars as SVG on the page, which a screen reader reads, and as PNG to take along.

Each bar has its words on a line above it, so that a chart is as legible at 360 pixels as on a wide screen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from domain.reports import Bar, Chart
from web.passes.pictures import BAR, FONT, INK, LINE, PAPER

WIDTH, EDGE, TOP, ROW = 400, 8, 40, 46  # of the drawing, in its own units
WORDS, THICK = 18, 14  # from a row's top to the foot of its words; height of a bar
THIN = 1  # what is more than nothing is seen
SCALE = 3  # pixels of the PNG for a unit
TITLE, LABEL = 16, 14  # letter heights
SHORTENED = "…"


@dataclass(frozen=True, slots=True)
class Placed:
    """A bar with its place."""

    bar: Bar
    foot: int  # of the words
    top: int  # of the bar
    length: float


@dataclass(frozen=True, slots=True)
class Layout:
    """A chart with all its places: what both drawings are made from."""

    chart: Chart
    height: int
    bars: Sequence[Placed]


def layout(chart: Chart) -> Layout:
    """Bars from the left edge. What is below zero has no length."""
    most = Decimal(chart.whole or max((bar.value for bar in chart.bars), default=0))
    placed = []
    for at, bar in enumerate(chart.bars):
        share = Decimal(bar.value) / most if most > 0 and bar.value > 0 else Decimal()
        length = max(round(float(share) * (WIDTH - 2 * EDGE), 1), THIN if share else 0)
        top = TOP + at * ROW
        placed.append(Placed(bar, top + WORDS, top + WORDS + 5, length))
    return Layout(chart, TOP + len(chart.bars) * ROW + EDGE, placed)


def png(chart: Chart) -> bytes:
    """The chart as a picture."""
    drawn = layout(chart)
    image = Image.new("RGB", (WIDTH * SCALE, drawn.height * SCALE), PAPER)
    pen = ImageDraw.Draw(image)
    left, right = EDGE * SCALE, (WIDTH - EDGE) * SCALE
    pen.text((left, 26 * SCALE), chart.title, fill=INK, font=_font(TITLE), anchor="ls")
    for one in drawn.bars:
        words_from = right - _font(LABEL).getlength(one.bar.words)
        label = _fitting(one.bar.label, words_from - left - EDGE * SCALE)
        pen.text((left, one.foot * SCALE), label, fill=INK, font=_font(LABEL), anchor="ls")
        pen.text((right, one.foot * SCALE), one.bar.words, fill=INK, font=_font(LABEL), anchor="rs")
        foot = (one.top + THICK) * SCALE
        pen.rectangle((left, one.top * SCALE, right, foot), fill=LINE)
        if one.length:
            pen.rectangle((left, one.top * SCALE, left + one.length * SCALE, foot), fill=BAR)
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _fitting(label: str, width: float) -> str:
    """As much of a label as there is room for."""
    if _font(LABEL).getlength(label) <= width:
        return label
    while label and _font(LABEL).getlength(label + SHORTENED) > width:
        label = label[:-1]
    return label + SHORTENED


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size * SCALE)
