"""Port of LINE's rich menus as far as single citizens see them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

BULK = 500  # citizens of one call (Messaging API, link rich menu to multiple users)


class MenuLinks(Protocol):
    """Tells LINE whom to show which menu. Raises domain.errors.OutsideError when it cannot be told."""

    def ids(self) -> Mapping[str, str]:
        """The menu that each alias means now; empty where nothing is deployed."""
        ...

    def link(self, menu_id: str, citizens: Sequence[str]) -> None:
        """Show this menu to these citizens (LINE user ids, BULK at most). Strangers are passed over."""
        ...

    def unlink(self, citizens: Sequence[str]) -> None:
        """Show these citizens (BULK at most) what everybody sees."""
        ...
