"""Licence plates (車牌) as people write them: every spelling is taken, none is changed in meaning (facts/taiwan.md §2).

The digit 4 and the letters I and O are never refused, older series have them: they only give a hint.
"""

import re
import unicodedata
from dataclasses import dataclass

from domain.errors import CitizenMistakeError
from domain.reader import msgid
from domain.vehicles import VehicleKind

PREFIXES = "軍使外臨試"  # military, diplomatic, foreign, temporary, test (MOTC PayBill V1.03, CarID)
LONGEST_TEXT = 60  # what is longer is no plate, whatever it holds
MIN_CHARACTERS, MAX_CHARACTERS, MIN_DIGITS = 4, 7, 2

_SIMPLIFIED = str.maketrans("军临试", "軍臨試")
_LABEL = re.compile(r"(?:車牌(?:號碼)?|車號)\s*:?\s*")
_DASH_LIKE = frozenset("−ー_~·•‧・.⁃˗➖")  # typed for a dash, though no dash to Unicode
_KNOWN_CHARACTERS = re.compile(rf"[A-Za-z0-9{PREFIXES}-]+")
_SHAPE = re.compile(r"[A-Z0-9]{2,4}-[A-Z0-9]{2,5}")
_SPECIAL = re.compile(rf"([{PREFIXES}][A-Z]{{0,2}})(-?)([A-Z0-9]{{2,6}})")
_NEW_SERIES = re.compile(r"[A-Z]{3}-[0-9]{4}")  # since 2012, one number for every kind of vehicle

# Where a dash that was not typed may stand, the most usual form first. L letter, D digit, X a group of both.
# LL-LDDD is no known form but cannot be told from LLL-DDD, so it is asked.
_FORMS = (
    "LLL-DDDD", "LL-DDDDD",
    "LL-DDDD", "DDDD-LL", "LLL-DDD", "DDD-LLL", "XX-DDDD", "DDDD-XX", "XXX-DDD", "DDD-XXX", "LL-LDDD",
    "LL-DDD", "DDD-LL", "XX-DDD", "DDD-XX", "DDD-DD",
    "LL-DD", "DD-LL",
)  # fmt: skip
_CLASSES = {"L": "[A-Z]", "D": "[0-9]", "X": "[A-Z0-9]"}
_MIXED = "(?=[0-9]*[A-Z])"  # ahead of a group of X: not digits alone


def _pattern(form: str) -> re.Pattern[str]:
    groups = ((_MIXED if "X" in g else "") + "".join(_CLASSES[c] for c in g) for g in form.split("-"))
    return re.compile("-".join(groups))


_PATTERNS = {form: _pattern(form) for form in _FORMS}

# The only forms that one kind of vehicle has: cars of 1992 to 2012, and the motorcycles before LLL-DDDD.
_CARS = re.compile(r"[A-Z]{2}-[0-9]{4}|[0-9]{4}-[A-Z]{2}")
_MOTORCYCLES = re.compile(r"[0-9]{3}-[A-Z]{3}|[A-Z]{2}[0-9]-[0-9]{3}|[A-Z][0-9][A-Z]-[0-9]{3}")
_HEAVY_OR_LIGHT = re.compile(r"[LMNP][A-Z]{2}-[0-9]{4}")

_LOOK_ALIKE = ("0ODQ", "1IL", "8B", "5S", "2Z", "6G", "HN", "HS", "MNW", "YT", "KX", "VY")


class PlateError(CitizenMistakeError):
    """The text is no plate. Its msgid says what is wrong and shows a right one."""


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate. Two spellings of one plate have the same `compact` key.

    `candidates`: where the dash may stand when it was not typed and cannot be told; ask, then parse the choice.
    """

    canonical: str  # upper case, half-width, with its dash: ABC-1234, 軍C-21110
    candidates: tuple[str, ...] = ()

    @property
    def compact(self) -> str:
        """The key: without dash. ABC1234."""
        return self.canonical.replace("-", "")

    @property
    def ambiguous_dash(self) -> bool:
        """The dash was not typed and may stand in several places (AB1234: AB-1234 or AB1-234)."""
        return bool(self.candidates)

    @property
    def kind_told(self) -> VehicleKind | None:
        """The kind, where the form tells it for sure. None: ask, never guess (LLL-DDDD is on every kind)."""
        if self.ambiguous_dash:
            return None
        if _CARS.fullmatch(self.canonical):
            return VehicleKind.CAR
        return VehicleKind.MOTORCYCLE if _MOTORCYCLES.fullmatch(self.canonical) else None

    @property
    def kind_hint(self) -> VehicleKind | None:
        """The likelier kind, good for the order of buttons and for nothing else."""
        if _HEAVY_OR_LIGHT.fullmatch(self.canonical):  # new series: L large heavy, M N P ordinary heavy motorcycles
            first = self.canonical[0]
            return VehicleKind.HEAVY_MOTORCYCLE if first == "L" else VehicleKind.MOTORCYCLE
        return self.kind_told

    @property
    def hint(self) -> str | None:
        """A msgid when the plate is of the new series, yet has a character that series never has."""
        if not _NEW_SERIES.fullmatch(self.canonical):
            return None
        letters, digits = self.canonical.split("-")
        if set(letters) & {"I", "O"}:
            return msgid("新式車牌沒有英文 I 與 O，請再核對是否為 1、L 或 0、D、Q。")
        return msgid("新式車牌沒有數字 4，請再核對。") if "4" in digits else None

    def written(self, *, dash: bool) -> str:
        """As a city wants it in its address, not yet URL-encoded."""
        return self.canonical if dash else self.compact


NO_PLATE = Plate("")  # of bills that are of no vehicle


def parse_plate(text: str) -> Plate:
    """The plate a text says. Takes full-width, lower case, spaces, any dash or none, and a leading 車牌/車號.

    Raises PlateError.
    """
    spelled = _spell(text)
    if spelled[0] in PREFIXES:
        return Plate(_special(spelled))
    if any(c in PREFIXES for c in spelled):
        raise PlateError("車牌的「軍、使、外、臨、試」要寫在最前面，例如 軍C-21110。")
    compact = spelled.replace("-", "")
    if len(compact) < MIN_CHARACTERS or sum(c.isdigit() for c in compact) < MIN_DIGITS:
        raise PlateError("這個車牌太短了，請輸入完整車牌，例如 ABC-1234。")
    if len(compact) > MAX_CHARACTERS:
        raise PlateError("這個車牌太長了，車牌最多 7 個字，例如 ABC-1234。")
    if _SHAPE.fullmatch(spelled):
        return Plate(spelled)
    places = dash_places(compact)
    if len(places) == 1:
        return Plate(places[0])
    return Plate(places[0], places)


def looks_like_plate(text: str) -> bool:
    """Whether a whole message is meant as a plate: stricter than parse_plate, so that words and figures pass by."""
    try:
        plate = parse_plate(text)
    except PlateError:
        return False
    if plate.canonical[0] in PREFIXES:
        return True
    typed_dash = _spell(text) == plate.canonical
    if plate.compact.isdigit():
        return typed_dash and _fits(plate.canonical, "DDD-DD")
    if len(plate.compact) == MIN_CHARACTERS:  # AB12 may be anything, AB-12 is a plate
        return typed_dash
    return typed_dash or any(_fits(plate.canonical, form) for form in _FORMS)


def nearly_plate(text: str) -> bool:
    """Whether a message is no plate of any known form, yet one slip away from the new series: ABC123O for ABC-1230."""
    try:
        plate = parse_plate(text)
    except PlateError:
        return False
    return not looks_like_plate(text) and bool(look_alikes(plate))


def dash_places(compact: str) -> tuple[str, ...]:
    """Where the dash of a compact plate may stand, the most usual first: AB1234 -> AB-1234, AB1-234.

    Known forms; when there is none, every place that a plate's shape allows.
    """
    splits = [f"{compact[:n]}-{compact[n:]}" for n in (3, 2, 4)]
    splits = [split for split in splits if _SHAPE.fullmatch(split)]
    known = [split for form in _FORMS for split in splits if _fits(split, form)]
    return tuple(dict.fromkeys(known or splits))


def look_alikes(plate: Plate) -> tuple[str, ...]:
    """Plates of the new series that a slip of eye or order could have turned into this one; for 「您是不是要找」.

    Empty when the plate itself is a regular one of the new series.
    """
    if _regular_new_series(plate.canonical):
        return ()
    compact = plate.compact
    found = [compact[-3:] + "-" + compact[:-3]] if len(compact) == MAX_CHARACTERS else []  # 4331-ALL for ALL-4331
    for at, character in enumerate(compact):
        for group in _LOOK_ALIKE:
            if character in group:
                found += [f"{other[:3]}-{other[3:]}" for c in group if (other := compact[:at] + c + compact[at + 1 :])]
    return tuple(dict.fromkeys(f for f in found if _regular_new_series(f)))


def _spell(text: str) -> str:
    """Half-width, upper case, one kind of dash, no spaces. Raises PlateError for characters no plate has."""
    if len(text) > LONGEST_TEXT:
        raise PlateError("這不像車牌，請只輸入車牌，例如 ABC-1234。")
    text = unicodedata.normalize("NFKC", text).translate(_SIMPLIFIED).strip()
    text = text[label.end() :] if (label := _LABEL.match(text)) else text
    text = "".join(c for c in text if unicodedata.category(c) != "Cf")  # zero-width, soft hyphen
    text = "".join("-" if unicodedata.category(c) == "Pd" or c in _DASH_LIKE else c for c in text)
    parts = text.split()
    if len(parts) == 2 and "-" not in text and _SHAPE.fullmatch("-".join(parts).upper()):
        text = "-".join(parts)  # ABC 1234: the space stands for the dash
    spelled = re.sub("-+", "-", "".join(text.split())).strip("-")
    if not spelled:
        raise PlateError("請輸入車牌，例如 ABC-1234。")
    if not _KNOWN_CHARACTERS.fullmatch(spelled):
        raise PlateError("車牌只有英文字母與數字，例如 ABC-1234；軍車等請寫成 軍C-21110。")
    return spelled.upper()


def _special(spelled: str) -> str:
    """軍C-21110 and its like; a dash that was not typed stands between letters and digits, else nowhere."""
    match = _SPECIAL.fullmatch(spelled)
    if match is None or sum(c.isdigit() for c in spelled) < MIN_DIGITS:
        raise PlateError("這個車牌看不懂，軍車等請寫成 軍C-21110。")
    head, dash, tail = match.groups()
    return f"{head}-{tail}" if dash or (len(head) > 1 and tail.isdigit()) else spelled


def _fits(split: str, form: str) -> bool:
    return bool(_PATTERNS[form].fullmatch(split))


def _regular_new_series(text: str) -> bool:
    return bool(_NEW_SERIES.fullmatch(text)) and not set(text) & set("IO4")
