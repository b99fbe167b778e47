"""What the QR on a paper slip says: it opens the chat with the bill's number typed, ready to be sent.

developers.line.biz, "Use LINE URL scheme": https://line.me/R/oaMessage/{LINE ID}/?{text}, both percent-encoded.
"""

from dataclasses import dataclass
from urllib.parse import quote

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathImage

QUIET = 4  # modules of white around, as the standard asks for on paper


@dataclass(frozen=True, slots=True)
class SlipLinks:
    """`line_id`: the channel's basic id, "@…"; None where it is not known."""

    line_id: str | None

    def content(self, number: str) -> str | None:
        """The text of the QR; None where the channel's id is not known."""
        if self.line_id is None:
            return None
        return f"https://line.me/R/oaMessage/{quote(self.line_id, safe='')}/?{quote(number, safe='')}"


def drawing(content: str) -> str:
    """The QR as an SVG, for a slip's printer."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET, image_factory=SvgPathImage)
    code.add_data(content)
    return str(code.make_image().to_string(encoding="unicode"))
