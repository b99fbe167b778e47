"""The local LINE of console mode, which speaks to our own /callback."""

from collections.abc import Iterator
from threading import Thread
from typing import Any

from flask import Blueprint
from flask_limiter import Limiter
from flask_wtf import CSRFProtect

from domain.reader import Display, Language, Reader
from services import demo
from web.console.chats import Console, TrayItem, Try
from web.console.page import page as console_page
from web.console.poster import callback_poster
from wiring.mail import MailRoom
from wiring.richmenus import RichMenuRoom


class ConsoleRoom(MailRoom, RichMenuRoom):
    """A chat and a tray of SMS and e-mail in the browser."""

    def worth_typing(self) -> list[Try]:
        """Plates of the made-up city and what they show; none where it was not loaded."""
        with self.unit() as uow:
            here = demo.is_here(uow)
        return [Try(plate.number, plate.shows, plate.shows_en) for plate in demo.PLATES] if here else []

    def console(self) -> Console:
        """The LINE that is played."""
        console = Console(
            channel_secret=self.channel_secrets[0],
            access_token=self.access_token,
            own_address=self.own_address,
            clock=self.clock,
            post=callback_poster(f"{self.own_address}/callback"),
            tries=self.worth_typing,
            tray=self.landed,
        )
        Thread(target=self._put_menus, args=(console,), name="rich menus", daemon=True).start()
        return console

    def _put_menus(self, console: Console) -> None:
        """The very menus that would be deployed; drawing them takes a moment, in which the page shows a plain one."""
        menus = [(one.alias, one.request, one.image) for one in self.drawn_menus()]
        if not console.platform.rich_menus.menus:  # else somebody has deployed some meanwhile
            console.platform.rich_menus.put(menus)

    def landed(self) -> list[TrayItem]:
        """SMS and e-mail that left the service, oldest first."""
        sms = [TrayItem(m.id, "sms", m.to, "", m.text, m.at) for m in self.tray.landed()]
        mail = [TrayItem(m.id, "mail", m.to, m.subject, m.text, m.at) for m in self.mail_tray.landed()]
        return sorted(sms + mail, key=lambda item: item.at)

    def doors(self, csrf: CSRFProtect, limiter: Limiter) -> list[Blueprint]:
        doors = super().doors(csrf, limiter)
        if self.settings.console_mode:
            page = console_page(self.console(), _cards)
            csrf.exempt(page)
            doors.append(page)
        return doors


def _cards(language: Language, display: Display) -> Iterator[tuple[str, Reader, dict[str, Any]]]:
    """What the gallery shows; loaded when somebody looks at it."""
    from samples import cards

    return cards.of_reader(language, display)
