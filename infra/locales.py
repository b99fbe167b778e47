"""Loads locales/<language>/*.po once: one catalogue per room, merged. zh-TW is the msgid itself."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from domain.reader import Display, Language, Reader

LOCALES = Path(__file__).parent.parent / "locales"


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """msgid -> text of one language; empty for zh-TW, whose texts are the msgids."""
    texts: dict[str, str] = {}
    for path in sorted((LOCALES / language.value).glob("*.po")):
        with path.open("rb") as file:
            texts.update({str(m.id): str(m.string) for m in read_po(file) if m.id and m.string})
    return texts


@cache
def reader(language: Language = Language.ZH, display: Display = Display.NORMAL) -> Reader:
    """The reader of a language and display, its catalogue loaded."""
    return Reader(language, display, catalogue(language))
