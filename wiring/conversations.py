"""The conversations of handlers/, each given the services it names."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from bot.registry import MenuItem, Registry, discover
from wiring.line import Line


class Conversations(Line):
    """What a citizen can say."""

    @cached_property
    def registry(self) -> Registry:
        return Registry(discover("handlers", self.for_conversations()))

    def for_conversations(self) -> Mapping[str, Any]:
        def menu() -> Sequence[MenuItem]:  # help lists all conversations, itself among them
            return self.registry.menu()

        return {**super().for_conversations(), "menu": menu}
