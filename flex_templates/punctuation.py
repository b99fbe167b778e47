"""Several words in one line, with the marks of the reader's language: full-width ones are Chinese."""

from collections.abc import Sequence

from domain.reader import Reader


def listed(reader: Reader, names: Sequence[str]) -> str:
    """Names in a row: 「臺北、新北」, "Taipei, New Taipei"."""
    return reader.t("、").join(names)


def beside(reader: Reader, *parts: str) -> str:
    """Short parts in one line: 「ABC-1234　臺北市」, "ABC-1234 · Taipei City". Empty ones are left out."""
    return reader.t("　").join(part for part in parts if part)
