"""Puts the barcodes of store slips together, in whatever order they were scanned (facts/taiwan.md §3). Pure."""

import re
from collections.abc import Sequence
from itertools import product

from domain.storebarcode import Segments, SegmentsError

MOST_OF_A_KIND = 12  # barcodes looked at of each of the three: far more than a photo of slips has
_SHAPES = (
    re.compile(r"\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[0-9A-Z]{3}", re.ASCII),  # ROC or Gregorian yymmdd
    re.compile(r"[0-9A-Z]{16}", re.ASCII),
    re.compile(r"\d{4}[0-9AB][0-9XY]\d{9}", re.ASCII),  # what the four digits of the date mean is the issuer's
)


def plain(text: str) -> str:
    """A barcode as segments are compared: upper case, without the start and stop signs of Code 39."""
    return text.strip().strip("*").upper()


def place_of(segment: str) -> int | None:
    """Which of the three a barcode may be by its looks, 0 to 2; None: none of them."""
    return next((place for place, shape in enumerate(_SHAPES) if shape.fullmatch(segment)), None)


def join(segments: Sequence[str]) -> tuple[list[Segments], list[str]]:
    """The slips whose check characters hold, in reading order, and the segments that are left over.

    `segments`: plain() ones, in the order in which they were read. One in 121 wrong triples passes the check as well,
    so those that stand nearest each other, and in order, go first, and no second or third segment is used twice. Slips
    of one agency and deadline share their first segment.
    """
    places: tuple[dict[str, int], ...] = ({}, {}, {})
    for at, segment in enumerate(segments):
        place = place_of(segment)
        if place is not None and len(places[place]) < MOST_OF_A_KIND:
            places[place].setdefault(segment, at)
    fitting = []
    for (first, a), (second, b), (third, c) in product(*(place.items() for place in places)):
        try:
            slip = Segments.read(first, second, third)
        except SegmentsError:
            continue
        in_order = a < b < c or a > b > c
        fitting.append((max(a, b, c) - min(a, b, c), not in_order, b, slip))
    slips: list[tuple[int, Segments]] = []
    used: set[str] = set()
    for *_worse, at, slip in sorted(fitting, key=lambda one: one[:3]):
        if used.isdisjoint((slip.second, slip.third)):
            used |= {slip.second, slip.third}
            slips.append((at, slip))
    used |= {slip.first for _at, slip in slips}
    left = [segment for place in places for segment in place if segment not in used]
    return [slip for _at, slip in sorted(slips, key=lambda one: one[0])], left
