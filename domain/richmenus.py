"""Rich menus (圖文選單): tabs of tiles in two languages, where each lies on the image, what LINE is told of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from domain.reader import Language

WIDTH = 2500  # pixels, of both of LINE's usual formats
GUEST = "guest"  # key of the tab of those who have not registered
LABEL = 20  # grapheme clusters; ours are letters of one code point each
BAR_TEXT = 14
SHORT = {Language.ZH: "zh", Language.EN: "en"}  # in aliases, names and config/richmenu.toml
OTHER = {Language.ZH: Language.EN, Language.EN: Language.ZH}
OWN_NAMES = {Language.ZH: "中文", Language.EN: "English"}  # for those who read only that
PREFIX = "parkline"  # of names and aliases: what a deployment may replace and delete


@dataclass(frozen=True, slots=True)
class Layout:
    """How a menu is divided: a row of tabs, and tiles below it. Heights in pixels."""

    height: int
    tab_height: int
    columns: int
    rows: int

    @property
    def tiles(self) -> int:
        """How many there are."""
        return self.columns * self.rows


LARGE = Layout(1686, 286, 3, 2)  # LINE's two usual heights at this width
COMPACT = Layout(843, 218, 4, 1)


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
    """config/richmenu.toml: the guests' tab, the members', the bar under the chat, the colours by name."""

    guest: Tab
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
    def layout(self) -> Layout:
        """Guests have few things to press, so their menu leaves more room for the chat."""
        return COMPACT if self.tab is self.book.guest else LARGE

    @property
    def alias(self) -> str:
        """Its lasting name at LINE."""
        return alias(self.tab, self.language)

    @property
    def tabs(self) -> Sequence[tuple[str, str, Box]]:
        """The row on top: label, the alias it opens, where. The last one leads to the other language."""
        other = OTHER[self.language]
        beside = [self.tab] if self.tab is self.book.guest else self.book.tabs
        entries = [(tab.name[self.language], alias(tab, self.language)) for tab in beside]
        entries.append((OWN_NAMES[other], alias(self.tab, other)))
        edges = _edges(WIDTH, len(entries))
        return [
            (label, to, Box(left, 0, right - left, self.layout.tab_height))
            for (label, to), (left, right) in zip(entries, edges, strict=True)
        ]

    @property
    def tiles(self) -> Sequence[tuple[Tile, Box]]:
        """The tiles, row by row."""
        form = self.layout
        columns, rows = _edges(WIDTH, form.columns), _edges(form.height - form.tab_height, form.rows)
        boxes = [
            Box(left, form.tab_height + top, right - left, bottom - top)
            for top, bottom in rows
            for left, right in columns
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
            "size": {"width": WIDTH, "height": self.layout.height},
            "selected": True,
            "name": name,
            "chatBarText": self.book.bar[self.language],
            "areas": [*switches, *words],
        }


def alias(tab: Tab, language: Language) -> str:
    """The lasting name of a tab in a language."""
    return f"{PREFIX}-{tab.key}-{SHORT[language]}"


def menus(book: MenuBook) -> list[Menu]:
    """Every tab in every language; the first is the one everybody begins with: the guests', in Chinese."""
    return [Menu(book, tab, language) for tab in (book.guest, *book.tabs) for language in Language]


def menu_for(book: MenuBook, language: Language, *, registered: bool) -> str:
    """Alias of the menu that a citizen begins with."""
    return alias(book.tabs[0] if registered else book.guest, language)


def _edges(length: int, parts: int) -> list[tuple[int, int]]:
    """Cut a length into parts without gap."""
    cuts = [length * number // parts for number in range(parts + 1)]
    return list(pairwise(cuts))


def _area(box: Box, action: dict[str, Any]) -> dict[str, Any]:
    return {"bounds": {"x": box.x, "y": box.y, "width": box.width, "height": box.height}, "action": action}
