"""Rich menus: drawn here, kept at LINE."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from adapters.richmenus.book import load_menu_book
from domain.richmenus import MenuBook, menus
from services.menus import Menus
from wiring.line import Line

if TYPE_CHECKING:  # line-bot-sdk takes half a second to import: whoever puts menus into LINE waits for it
    from adapters.richmenus.line import Drawn, LineRichMenus


class RichMenuRoom(Line):
    """What is drawn, and LINE's door for it: of the console page in console mode."""

    @cached_property
    def menu_book(self) -> MenuBook:
        return load_menu_book()

    @cached_property
    def menus(self) -> Menus:
        return Menus(self.menu_book, self.rich_menus)

    def for_tasks(self) -> Mapping[str, Any]:
        return {**super().for_tasks(), "menus": self.menus}

    def drawn_menus(self) -> "list[Drawn]":
        """Every menu; takes a second for each."""
        from adapters.richmenus.line import drawn

        return [drawn(menu) for menu in menus(self.menu_book)]

    @contextmanager
    def rich_menus(self) -> "Iterator[LineRichMenus]":
        """LINE's rich menus; in console mode `app.py` must be running."""
        from adapters.richmenus.line import LineRichMenus

        given = self.settings
        urls = (self.own_address,) * 2 if given.console_mode else (given.line_api_url, given.line_data_api_url)
        made = LineRichMenus(*urls, self.access_token)
        try:
            yield made
        finally:
            made.close()
