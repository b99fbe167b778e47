"""Reads config/richmenu.toml."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from domain.reader import Language
from domain.richmenus import BAR_TEXT, COMPACT, GUEST, LABEL, LARGE, MenuBook, Tab, Tile
from infra.configfile import Strict, read_config
from infra.settings import SettingsError

FILE = Path(__file__).parent.parent.parent / "config" / "richmenu.toml"

Label = Annotated[str, Field(min_length=1, max_length=LABEL)]
Colour = Annotated[str, Field(pattern=r"^#[0-9A-F]{6}$")]


class _Words(Strict):
    zh: Label
    en: Label

    def by_language(self) -> dict[Language, str]:
        return {Language.ZH: self.zh, Language.EN: self.en}


class _Bar(_Words):
    zh: Annotated[str, Field(min_length=1, max_length=BAR_TEXT)]
    en: Annotated[str, Field(min_length=1, max_length=BAR_TEXT)]


class _Tile(_Words):
    say: _Words


class _Guest(Strict):
    name: _Words
    tiles: Annotated[list[_Tile], Field(min_length=COMPACT.tiles, max_length=COMPACT.tiles)]


class _Tab(Strict):
    key: Annotated[str, Field(pattern=r"^[a-z]{1,12}$")]
    name: _Words
    tiles: Annotated[list[_Tile], Field(min_length=LARGE.tiles, max_length=LARGE.tiles)]


class _Colours(Strict):
    ink: Colour
    quiet: Colour
    paper: Colour
    band: Colour
    line: Colour
    main: Colour


class _File(Strict):
    """The whole file; an unknown key is an error."""

    bar: _Bar
    colours: _Colours
    guest: _Guest
    tabs: Annotated[list[_Tab], Field(min_length=1, max_length=4)]


def load_menu_book(file: Path = FILE) -> MenuBook:
    """The menus of the file. Raises SettingsError, one line that names what is wrong."""
    read = read_config(file, _File)
    tabs = [_tab(tab.key, tab) for tab in read.tabs]
    if len({GUEST, *(tab.key for tab in tabs)}) != len(tabs) + 1:
        raise SettingsError(f"{file.name}: tabs: two have the same key")
    return MenuBook(_tab(GUEST, read.guest), tabs, read.bar.by_language(), read.colours.model_dump())


def _tab(key: str, read: _Guest | _Tab) -> Tab:
    tiles = [Tile(one.by_language(), one.say.by_language()) for one in read.tiles]
    return Tab(key, read.name.by_language(), tiles)
