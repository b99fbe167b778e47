"""遮罩: what a list shows of a person, as the office has always masked it on notice boards."""

import unicodedata

from domain.phones import Mobile

_HIDDEN = "○"


def masked_name(name: str) -> str:
    """王小明 -> 王○明, 王明 -> 王○, 歐陽小明 -> 歐○○明, John Smith -> J***. Nothing for no name."""
    name = name.strip()
    if not name:
        return ""
    if not unicodedata.name(name[0], "").startswith("CJK "):
        return f"{name[0]}***"
    return name[0] + _HIDDEN if len(name) <= 2 else name[0] + _HIDDEN * (len(name) - 2) + name[-1]


def masked_mobile(mobile: Mobile) -> str:
    """0912***678."""
    return f"{mobile.national[:4]}***{mobile.last_three}"
