"""The local LINE at /console/, for console mode only: nobody needs a LINE channel to try the service.

`blueprint(...)` makes the page and mounts the Messaging API beside it; web/console/lineapi is LINE's side of it,
without Flask, so that the tests' fake of LINE stands on the same checks.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Blueprint

    from web.console.chats import Console


def blueprint(console: "Console") -> "Blueprint":
    """The page and `/v2/bot/...` for one console (web.console.chats.Console). Flask is imported on use only."""
    from web.console.page import page

    return page(console)
