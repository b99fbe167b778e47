"""Pictures that people send, drawn anew: what is kept is only what can be seen.

Where and with what it was taken (EXIF) is gone, and so is anything else that was hidden in the file.
"""

import io
import threading

from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG")
MOST_PIXELS = 40_000_000  # of the picture that is sent: 120 MB while it is drawn
LONGEST_SIDE = 1600  # pixels of the picture that is kept: a parking slip can be read
QUALITY = 80

_one_at_a_time = threading.Lock()  # worker threads share their memory


class PictureError(ValueError):
    """No JPEG or PNG, broken, or too many pixels."""


def redrawn(data: bytes) -> bytes:
    """The picture as a JPEG, upright, at most LONGEST_SIDE wide and high. Raises PictureError."""
    with _one_at_a_time:
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as sent:
                if sent.width * sent.height > MOST_PIXELS:
                    raise PictureError("too many pixels")
                sent.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is read smaller at once
                upright = ImageOps.exif_transpose(sent).convert("RGB")
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            made = io.BytesIO()
            upright.save(made, "JPEG", quality=QUALITY, exif=b"")
        except (OSError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise PictureError(type(error).__name__) from None
    return made.getvalue()
