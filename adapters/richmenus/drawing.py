"""Draws a rich menu: tabs on top, tiles below, each with its name in both languages."""

from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from domain.richmenus import OTHER, WIDTH, Box, Menu

FONT = Path(__file__).parent.parent.parent / "infra" / "fonts" / "NotoSansTC-Regular.ttf"
TAB_SIZE, NAME_SIZE, UNDER_SIZE = 96, 132, 76  # pixels
BOLD = 3  # stroke in pixels: the font has one weight
GAP, ROUND, EDGE = 20, 36, 4
MARK = 14  # height of the line under the tab that is open
MARGIN = 40  # a name stays so far from the edges of its box


def draw(menu: Menu) -> bytes:
    """The image as PNG, 2500 × 1686 or 843. Raises ValueError for a name that does not fit its box."""
    colour = menu.book.colours
    image = Image.new("RGB", (WIDTH, menu.layout.height), colour["band"])
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDTH, menu.layout.tab_height), fill=colour["paper"])
    for label, to, box in menu.tabs:
        is_open = to == menu.alias
        _centred(pen, box, label, TAB_SIZE, colour["main"] if is_open else colour["quiet"], bold=is_open)
        if is_open:
            bottom = box.y + box.height
            pen.rectangle((box.x, bottom - MARK, box.x + box.width, bottom), fill=colour["main"])
    for number, (tile, box) in enumerate(menu.tiles):
        first = number == 0  # what most people come for
        inner = Box(box.x + GAP, box.y + GAP, box.width - 2 * GAP, box.height - 2 * GAP)
        corners = (inner.x, inner.y, inner.x + inner.width, inner.y + inner.height)
        fill, ink = (colour["main"], colour["paper"]) if first else (colour["paper"], colour["ink"])
        pen.rounded_rectangle(corners, ROUND, fill=fill, outline=None if first else colour["line"], width=EDGE)
        half = inner.height // 2
        upper, lower = (
            Box(inner.x, inner.y + half // 3, inner.width, half),
            Box(inner.x, inner.y + half, inner.width, half),
        )
        _centred(pen, upper, tile.label[menu.language], NAME_SIZE, ink, bold=True)
        under = colour["paper"] if first else colour["quiet"]
        _centred(pen, lower, tile.label[OTHER[menu.language]], UNDER_SIZE, under, bold=False)
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _centred(pen: ImageDraw.ImageDraw, box: Box, text: str, size: int, colour: str, *, bold: bool) -> None:
    font = _font(size)
    while pen.textlength(text, font=font) > box.width - 2 * MARGIN:
        size -= 4
        if size < UNDER_SIZE - 24:
            raise ValueError(f"rich menu: {text!r} does not fit its tile")
        font = _font(size)
    middle = (box.x + box.width / 2, box.y + box.height / 2)
    pen.text(middle, text, fill=colour, font=font, anchor="mm", stroke_width=BOLD if bold else 0)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size)
