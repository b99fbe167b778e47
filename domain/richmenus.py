"""Rich menus (圖文選單): tabs of tiles in two languages, where each lies on the image, what LINE is told of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from domain.reader import Language

WIDTH, HEIGHT = 2500, 1686  # LINE's large format
TAB_HEIGHT = 286
COLUMNS, ROWS = 3, 2
TILES = COLUMNS * ROWS
LABEL = 20  # grapheme clusters; ours are letters of one code point each
BAR_TEXT = 14
SHORT = {Language.ZH: "zh", Language.EN: "en"}  # in aliases, names and config/richmenu.toml
OTHER = {Language.ZH: Language.EN, Language.EN: Language.ZH}
OWN_NAMES = {Language.ZH: "中文", Language.EN: "English"}  # for those who read only that
PREFIX = "parkline"  # of names and aliases: what a deployment may replace and delete


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the image, in pixels from its upper left corner."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Tile:
    """What a tile says and what it types for the citizen, by language."""

    label: Mapping[Language, str]
    say: Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Tab:
    """One page of the menu."""

    key: str
    name: Mapping[Language, str]
    tiles: Sequence[Tile]


@dataclass(frozen=True, slots=True)
class MenuBook:
    """config/richmenu.toml: the tabs, the bar under the chat, the colours by name."""

    tabs: Sequence[Tab]
    bar: Mapping[Language, str]
    colours: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Menu:
    """One tab in one language: one rich menu of LINE's."""

    book: MenuBook
    tab: Tab
    language: Language

    @property
    def alias(self) -> str:
        """Its lasting name at LINE."""
        return alias(self.tab, self.language)

    @property
    def tabs(self) -> Sequence[tuple[str, str, Box]]:
        """The row on top: label, the alias it opens, where. The last one leads to the other language."""
        other = OTHER[self.language]
        entries = [(tab.name[self.language], alias(tab, self.language)) for tab in self.book.tabs]
        entries.append((OWN_NAMES[other], alias(self.tab, other)))
        edges = _edges(WIDTH, len(entries))
        return [
            (label, to, Box(left, 0, right - left, TAB_HEIGHT))
            for (label, to), (left, right) in zip(entries, edges, strict=True)
        ]

    @property
    def tiles(self) -> Sequence[tuple[Tile, Box]]:
        """The tiles, row by row."""
        columns, rows = _edges(WIDTH, COLUMNS), _edges(HEIGHT - TAB_HEIGHT, ROWS)
        boxes = [
            Box(left, TAB_HEIGHT + top, right - left, bottom - top) for top, bottom in rows for left, right in columns
        ]
        return list(zip(self.tab.tiles, boxes, strict=True))

    def as_line(self, name: str) -> dict[str, Any]:
        """LINE's rich menu object under this name."""
        switches = [
            _area(box, {"type": "richmenuswitch", "label": label, "richMenuAliasId": to, "data": f"menu.{to}"})
            for label, to, box in self.tabs
            if to != self.alias
        ]
        words = [
            _area(box, {"type": "message", "label": tile.label[self.language], "text": tile.say[self.language]})
            for tile, box in self.tiles
        ]
        return {
            "size": {"width": WIDTH, "height": HEIGHT},
            "selected": True,
            "name": name,
            "chatBarText": self.book.bar[self.language],
            "areas": [*switches, *words],
        }


def alias(tab: Tab, language: Language) -> str:
    """The lasting name of a tab in a language."""
    return f"{PREFIX}-{tab.key}-{SHORT[language]}"


def menus(book: MenuBook) -> list[Menu]:
    """Every tab in every language; the first is the one everybody begins with."""
    return [Menu(book, tab, language) for language in Language for tab in book.tabs]


def _edges(length: int, parts: int) -> list[tuple[int, int]]:
    """Cut a length into parts without gap."""
    cuts = [length * number // parts for number in range(parts + 1)]
    return list(pairwise(cuts))


def _area(box: Box, action: dict[str, Any]) -> dict[str, Any]:
    return {"bounds": {"x": box.x, "y": box.y, "width": box.width, "height": box.height}, "action": action}
