"""PDF documents in Chinese and English: a title, sections of labelled values, the font embedded."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any
from xml.sax.saxutils import escape

FONT_FILE = Path(__file__).parent / "fonts" / "NotoSansTC-Regular.ttf"
FONT = "NotoSansTC"
MARGIN = 50  # points
PADDING = 6  # points, of a cell: reportlab's own
TALLEST = 310  # points, of a picture: two fit on a page
LABEL_SHARE = 0.28  # of the width of the text
_CONTROL = dict.fromkeys((*range(32), 127), " ")
_loading = Lock()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and groups of (label, value); a line parts two groups. A value in bytes is a JPEG to show."""

    heading: str
    groups: Sequence[Sequence[tuple[str, str | bytes]]]
    note: str = ""


def document(title: str, under: str, sections: Sequence[Section], *, language: str) -> bytes:
    """The PDF. `under`: a line below the title. `language`: BCP 47, read by screen readers."""
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import SimpleDocTemplate

    styles = _styles()
    out = io.BytesIO()
    paper = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN,
        title=shown(title), author="", lang=language,
    )  # fmt: skip
    flow: list[Any] = [_paragraph(title, styles["title"]), _paragraph(under, styles["body"])]
    for section in sections:
        flow += _section(section, styles, paper.width)
    paper.build(flow, onFirstPage=_footer, onLaterPages=_footer)
    return out.getvalue()


def shown(text: str) -> str:
    """The text with what the font cannot draw spelled out, so that no letter is lost without a trace: 〔U+20BB7〕."""
    drawn = _drawable()
    return "".join(one if ord(one) in drawn else f"〔U+{ord(one):04X}〕" for one in text.translate(_CONTROL))


def _section(section: Section, styles: dict[str, Any], width: float) -> list[Any]:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import Table, TableStyle

    flow: list[Any] = [_paragraph(section.heading, styles["heading"])]
    if section.note:
        flow.append(_paragraph(section.note, styles["note" if section.groups else "label"]))
    for group in section.groups:
        if not group:
            continue
        widths = [width * LABEL_SHARE, width * (1 - LABEL_SHARE)]
        rows = [
            [_paragraph(label, styles["label"]), _value(value, styles["body"], widths[1])] for label, value in group
        ]
        table = Table(rows, colWidths=widths, splitInRow=1)
        table.setStyle(TableStyle([
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            ("LINEBELOW", (0, -1), (-1, -1), 0.5, HexColor("#C9CFCB")),
        ]))  # fmt: skip
        flow.append(table)
    return flow


def _value(value: str | bytes, style: Any, width: float) -> Any:
    """Words, or a picture as large as the cell has room for and no larger than it is."""
    from reportlab.lib.utils import ImageReader
    from reportlab.platypus import Image

    if isinstance(value, str):
        return _paragraph(value, style)
    across, down = ImageReader(io.BytesIO(value)).getSize()
    shrunk = min(1, (width - 2 * PADDING) / across, TALLEST / down)
    return Image(io.BytesIO(value), across * shrunk, down * shrunk)


def _paragraph(text: str, style: Any) -> Any:
    from reportlab.platypus import Paragraph

    return Paragraph(escape(shown(text)), style)


def _footer(canvas: Any, paper: Any) -> None:
    canvas.setFont(FONT, 9)
    canvas.drawCentredString(paper.pagesize[0] / 2, MARGIN / 2, str(canvas.getPageNumber()))


@cache
def _face() -> Any:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    font = TTFont(FONT, FONT_FILE)
    pdfmetrics.registerFont(font)
    return font.face


def _drawable() -> "frozenset[int]":
    with _loading:
        return _letters()


@cache
def _letters() -> frozenset[int]:
    return frozenset(_face().charToGlyph)


@cache
def _styles() -> dict[str, Any]:
    from reportlab.lib.colors import HexColor
    from reportlab.lib.styles import ParagraphStyle

    _drawable()
    body = ParagraphStyle("body", fontName=FONT, fontSize=10.5, leading=16, wordWrap="CJK")
    above = {"keepWithNext": 1}  # never alone at the end of a page
    return {
        "body": body,
        "label": ParagraphStyle("label", body, textColor=HexColor("#4F5862")),
        "note": ParagraphStyle("note", body, textColor=HexColor("#4F5862"), **above),
        "heading": ParagraphStyle("heading", body, fontSize=13, leading=20, spaceBefore=14, spaceAfter=4, **above),
        "title": ParagraphStyle("title", body, fontSize=18, leading=26, spaceAfter=4),
    }
