"""Names of persons (姓名): as they are written, in every script, with what names contain and nothing else."""

import unicodedata

from domain.errors import CitizenMistakeError
from domain.reader import msgid

MOST_CHARACTERS = 50
LONGEST_TEXT = 200  # what is longer is no name, whatever it holds
_WITHIN = frozenset(" ·‧・•.'’-－()（）,，、")  # between the parts of names, e.g. 谷辣斯‧尤達卡, O'Neill
_LETTERS = ("L", "M", "Co")  # letters, their marks, and the private signs that rare characters were given


def parse_name(text: str) -> str:
    """The name, blanks at its ends and doubled ones removed, otherwise as it was written.

    Raises CitizenMistakeError for what no name contains: markup, digits, line breaks, signs that cannot be seen.
    """
    written = unicodedata.normalize("NFC", text.replace("\u3000", " ")) if len(text) <= LONGEST_TEXT else ""
    name = " ".join(part for part in written.split(" ") if part)
    if not 1 <= len(name) <= MOST_CHARACTERS or not all(map(_in_names, name)) or not any(map(_letter, name)):
        raise CitizenMistakeError(msgid("請輸入姓名，最多 {most} 個字，不含數字與特殊符號。"), most=MOST_CHARACTERS)
    return name


def _letter(character: str) -> bool:
    return unicodedata.category(character).startswith(_LETTERS)


def _in_names(character: str) -> bool:
    return character in _WITHIN or _letter(character)
