"""The net under all logs: whatever a line was going to say, no plate, phone, user id, token or address leaves in it.

Rooms do not log personal data in the first place; this catches what libraries and mistakes would. It rather takes too
much than too little: a version like "sha256" looks like an old plate and goes too.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

# Values under these names are withheld whatever they look like: a name or a street has no shape to recognise.
PRIVATE_KEYS = frozenset(
    {"name", "display_name", "displayName", "holder", "phone", "mobile", "email", "plate", "vehicle", "address"}
    | {"street", "text", "body", "payload", "token", "reply_token", "replyToken", "secret", "password"}
    | {"authorization", "cookie", "signature", "line_id", "user_id", "userId"}
)
WITHHELD = "[withheld]"

_LETTER = "A-Za-zＡ-Ｚａ-ｚ"
_DIGIT = "0-9０-９"
_ALNUM = _LETTER + _DIGIT
_DASH = "[-－–—‐‑−_]"
_ALONE = rf"(?<![{_ALNUM}])(?:%s)(?![{_ALNUM}])"


def _shapes(*shapes: str) -> str:
    """Alternatives written with L for a letter, U for a capital, D for a digit."""
    classes = {"L": f"[{_LETTER}]", "U": "[A-ZＡ-Ｚ]", "D": f"[{_DIGIT}]"}
    return "|".join("".join(classes.get(sign, sign) for sign in shape) for shape in shapes)


# What is kept is matched first, so that no part of it is taken for something else: UUIDs, times, event ids (ULID).
_KEPT = (
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"
    r"|\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}[\d:.,+Z-]*)?"
    r"|\b[0-9A-HJKMNP-TV-Z]{26}\b"
)
_LONG = (
    r"eyJ[\w-]{8,}(?:\.[\w-]*){1,2}"  # JWT
    r"|(?<=/p/)[^\s/\"'?]+|(?<=/r/)[^\s/\"'?]+"  # pay links and receipts
    r"|(?<=Bearer )\S+"
    r"|\b[0-9a-f]{32}\b"  # reply tokens
    r"|[A-Za-z0-9_+=-]{40,}(?:\.[\w-]{8,})*|[A-Za-z0-9_+/=-]{100,}"
)
_PLATE = "|".join(
    (
        # with a dash, any grouping, at least two digits
        rf"(?<![{_ALNUM}-])(?=(?:[{_LETTER}]|{_DASH})*[{_DIGIT}](?:[{_LETTER}]|{_DASH})*[{_DIGIT}])"
        rf"[{_ALNUM}]{{2,4}}\s?{_DASH}\s?[{_ALNUM}]{{2,5}}(?![{_ALNUM}-])",
        _ALONE
        % _shapes("LLLDDDD?", "LLDDDD?D?", "DDDD?LLL?", "LDDDDD", "DLDDDD", "DDDDLD", "DDDDDL", "LLDDDD", "LDLDDD"),
        _ALONE % _shapes("UUU? DDDD?", "UU DDDDD", "DDDD? UUU?", "DU DDDD", "UD DDDD", "LLL DDDD"),
        rf"[軍使外領臨試公][{_LETTER}]?{_DASH}?[{_DIGIT}]{{3,6}}",
    )
)
_D = f"[{_DIGIT}]"
_COUNTRY = "[+＋]?[8８][8８][6６][- ]?[0０]?|[0０]"
_PHONE = rf"(?<![{_DIGIT}])(?:{_COUNTRY})[9９]{_D}{{2}}[- －]?{_D}{{3}}[- －]?{_D}{{3}}(?![{_DIGIT}])"
_SHAPES = re.compile(
    "|".join(
        f"(?P<{name}>{pattern})"
        for name, pattern in (
            ("kept", _KEPT),
            ("line_id", r"[UCR][0-9a-f]{32}"),
            ("email", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
            ("token", _LONG),
            ("national_id", rf"(?<![{_ALNUM}])[A-Za-z][1289]\d{{8}}(?![{_ALNUM}])"),
            ("phone", _PHONE),
            ("plate", _PLATE),
        )
    )
)


def redact_text(text: str) -> str:
    """The text with everything personal replaced by the kind of thing it was, e.g. [plate]."""
    return _SHAPES.sub(lambda found: found[0] if found.lastgroup == "kept" else f"[{found.lastgroup}]", text)


@lru_cache(maxsize=512)
def _redact_key(key: str) -> str:
    """Names of fields are few and the same in every line, and this is in every request's way."""
    return redact_text(key)


def redact(value: Any) -> Any:
    """The same for every text inside a value, keys of mappings included."""
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return {
            _redact_key(str(key)): WITHHELD if key in PRIVATE_KEYS and inner is not None else redact(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(inner) for inner in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return redact_text(str(value))
