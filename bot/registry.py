"""All conversations by key, word, shape and kind. A duplicate stops the start."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.conversation import Conversation
from bot.input import Input, Text
from bot.triggers import Kind, Shape, Words, normal

FALLBACK = "fallback"
HEAR = "hear"  # the entry of the one conversation that passes on to a person what no question takes


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One line of menu and help: what a conversation is called, what it does, what to type."""

    title: str
    explains: str
    word: str


class RegistryError(Exception):
    """Two conversations want the same key, word, shape or kind; or one is malformed."""


class Registry:
    """Knows which conversation an input opens."""

    def __init__(self, conversations: Iterable[Conversation[Any]]) -> None:
        self.conversations: dict[str, Conversation[Any]] = {}
        self._words: dict[str, str] = {}
        self._kinds: dict[type[Input], str] = {}
        self.listener: str | None = None  # key of the conversation with the entry `hear`
        shapes: list[tuple[Shape, str]] = []
        for conversation in conversations:
            self._add(conversation, shapes)
        self._shapes = sorted(shapes, key=lambda pair: pair[0].order)
        if FALLBACK not in self.conversations:
            raise RegistryError(f"no conversation with key {FALLBACK!r}")

    def _add(self, conversation: Conversation[Any], shapes: list[tuple[Shape, str]]) -> None:
        key = conversation.key
        if key in self.conversations:
            raise RegistryError(f"two conversations are called {key!r}")
        unanswered = [name for name, step in conversation.steps().items() if not step.answered]
        if unanswered:
            raise RegistryError(f"{key}.{unanswered[0]} has no answer")
        if conversation.triggers and "begin" not in conversation.entries():
            raise RegistryError(f"{key} has triggers but no entry called begin")
        self.conversations[key] = conversation
        if HEAR in conversation.entries():
            if self.listener is not None:
                raise RegistryError(f"{key} and {self.listener} both want to hear")
            self.listener = key
        for trigger in conversation.triggers:
            match trigger:
                case Words(words=words):
                    for word in words:
                        if self._words.setdefault(word, key) != key:
                            raise RegistryError(f"{key} and {self._words[word]} both want the word {word!r}")
                case Shape():
                    if any(other.order == trigger.order for other, _ in shapes):
                        raise RegistryError(f"{key}: two shapes of order {trigger.order}")
                    shapes.append((trigger, key))
                case Kind(kind=kind):
                    if self._kinds.setdefault(kind, key) != key:
                        raise RegistryError(f"{key} and {self._kinds[kind]} both want {kind.__name__}")

    def by_word(self, text: str) -> str | None:
        """The conversation that a word opens, or a shape that no dialog may be given."""
        found = self._words.get(normal(text))
        return found or next((key for shape, key in self._shapes if shape.first and shape.matches(text)), None)

    def by_shape(self, given: Input) -> str | None:
        """The conversation opened by what a text looks like, or by the kind of an input."""
        if isinstance(given, Text):
            found = next((key for shape, key in self._shapes if shape.matches(given.text)), None)
            if found:
                return found
        return self._kinds.get(type(given))

    def menu(self) -> list[MenuItem]:
        """What menu and help show, in the order of the conversations' places, then keys."""
        return [
            MenuItem(c.title, c.explains, next(w.words[0] for w in c.triggers if isinstance(w, Words)))
            for c in sorted(self.conversations.values(), key=lambda c: (c.place, c.key))
            if c.title
        ]


def discover(package: str, services: Mapping[str, Any]) -> list[Conversation[Any]]:
    """One object of each Conversation class in the package's files; constructor parameters are filled by name."""
    module = importlib.import_module(package)
    found: list[Conversation[Any]] = []
    for info in pkgutil.iter_modules(module.__path__):
        if info.ispkg:
            continue
        for _, cls in inspect.getmembers(importlib.import_module(f"{package}.{info.name}"), inspect.isclass):
            if issubclass(cls, Conversation) and cls is not Conversation and cls.__module__ == f"{package}.{info.name}":
                wanted = list(inspect.signature(cls).parameters)
                missing = [name for name in wanted if name not in services]
                if missing:
                    raise RegistryError(
                        f"{info.name} wants a service called {missing[0]!r}, which wiring does not give"
                    )
                found.append(cls(**{name: services[name] for name in wanted}))
    return found
