"""What is stopped without a deploy, and what citizens are told of it. Pure."""

from dataclasses import dataclass

from domain.reader import Language


@dataclass(frozen=True, slots=True)
class Stopped:
    """What citizens are told."""

    zh: str
    en: str

    def text(self, language: Language) -> str:
        """In the reader's language."""
        return self.en if language is Language.EN else self.zh
