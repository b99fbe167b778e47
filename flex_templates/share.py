"""「請家人代繳」: LINE's own page to send the pay link to somebody. No plate, no name: the link shows none either."""

from urllib.parse import quote

from domain.amounts import money
from domain.reader import Display, Reader
from flex_templates.card import Link

SHARE = "https://line.me/R/share?text="


def with_family(reader: Reader, url: str, total: int) -> list[Link]:
    """The button, for a pay link of `total` NT$. As plain text the link itself stands there, to be passed on."""
    if reader.display is Display.PLAIN:
        return []
    words = reader.t("請幫我繳 {amount}，連結 24 小時內有效：", amount=money(reader, total))
    return [Link(reader.t("請家人代繳"), SHARE + quote(f"{words}\n{url}", safe=""))]
