"""For whom a text is written: language and display. Texts are written in zh-TW in the code; locales/ has the others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Language(StrEnum):
    ZH = "zh-TW"
    EN = "en"

    @classmethod
    def of_line(cls, tag: str | None) -> "Language":
        """LINE's profile language (BCP 47, may be absent): any Chinese, or none given, reads zh-TW."""
        return cls.ZH if tag is None or tag.lower().startswith("zh") else cls.EN


class Display(StrEnum):
    """顯示: how a citizen wants answers to look."""

    NORMAL = "normal"  # 一般
    LARGE = "large"  # 大字
    PLAIN = "plain"  # 純文字, for screen readers: text messages instead of cards


@dataclass(frozen=True, slots=True)
class Reader:
    """One reader's language and display, and the catalogue of that language (msgid -> text)."""

    language: Language = Language.ZH
    display: Display = Display.NORMAL
    catalogue: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def t(self, text: str, /, **values: object) -> str:
        """The text in the reader's language, {placeholders} filled. Untranslated stays zh-TW (a test forbids it)."""
        template = self.catalogue.get(text, text)
        return template.format(**values) if values else template


def msgid(text: str) -> str:
    """Marks a text kept as data, to be given to Reader.t later, so that tools/extract_texts finds it."""
    return text
