"""What is said where a plate may have been misread; the look-alikes themselves are quick replies."""

from collections.abc import Sequence

from domain.reader import Reader
from flex_templates.punctuation import listed


def meant(reader: Reader, plates: Sequence[str]) -> str:
    """Letters and digits are easily mistaken; "" where there is no look-alike."""
    if not plates:
        return ""
    return reader.t(
        "車牌的英文與數字容易看錯，例如 0 與 O、1 與 I、8 與 B。若您要查的是 {plates}，請按下方的車牌。",
        plates=listed(reader, plates),
    )


def not_found(reader: Reader, plates: Sequence[str]) -> str:
    """The same after nothing was found. A press is a lookup of its own, which is said."""
    return (
        reader.t("查無待繳，也可能是車牌看錯了。") + meant(reader, plates) + reader.t("按下才會查詢，並計入每日次數。")
    )
