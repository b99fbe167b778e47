"""What the frame of every page of money (pay/base.html) needs: language, official address, a telephone."""

from typing import Any

from flask import request

from domain.reader import Language, Reader
from services.collecting import CITIZENS_LINE


def frame(reader: Reader, host: str) -> dict[str, Any]:
    """Values of the base template. `host`: the official address, to compare with the browser's."""
    other = Language.ZH if reader.language is Language.EN else Language.EN
    return {
        "t": reader.t,
        "language": reader.language.value,
        "other_language": {"tag": other.value, "name": "English" if other is Language.EN else "中文"},
        "lang": {"lang": reader.language.value} if request.args.get("lang") else {},
        "host": host,
        "phone": CITIZENS_LINE,
    }
