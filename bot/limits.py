"""LINE's limits on messages and how texts are cut to them (facts: Messaging API reference, "text character count")."""

from collections.abc import Iterator

import regex

TEXT = 5000  # UTF-16 code units
ALT_TEXT = 1500
MESSAGES_PER_CALL = 5
QUICK_REPLIES = 13
QUICK_REPLY_LABEL = 20  # grapheme clusters
POSTBACK_DATA = 300
DISPLAY_TEXT = 300

_GRAPHEME = regex.compile(r"\X")


def utf16(text: str) -> int:
    """Length in UTF-16 code units, as LINE counts texts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def graphemes(text: str) -> int:
    """Length in grapheme clusters, as LINE counts labels."""
    return len(_GRAPHEME.findall(text))


def cut_label(text: str, limit: int) -> str:
    """The text if it fits in `limit` grapheme clusters, else its beginning and an ellipsis."""
    clusters = _GRAPHEME.findall(text)
    return text if len(clusters) <= limit else "".join(clusters[: limit - 1]) + "…"


def cut_text(text: str, limit: int) -> str:
    """The text if it fits in `limit` UTF-16 units, else its beginning and an ellipsis; no grapheme cluster is cut."""
    return text if utf16(text) <= limit else next(split_text(text, limit - 1)) + "…"


def split_text(text: str, limit: int = TEXT) -> Iterator[str]:
    """Pieces of at most `limit` UTF-16 units, at a line end where there is one, never inside a grapheme cluster."""
    while utf16(text) > limit:
        size = cut = 0
        for cluster in _GRAPHEME.finditer(text):
            size += utf16(cluster[0])
            if size > limit:
                break
            cut = cluster.end()
        cut = cut or limit // 2  # one cluster longer than the limit: it has to be broken
        line_end = text.rfind("\n", 0, cut)
        if line_end > 0:
            yield text[:line_end]
            text = text[line_end + 1 :]
        else:
            yield text[:cut]
            text = text[cut:]
    yield text
