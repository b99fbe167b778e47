"""Writes docs/conversations.md: every conversation, what opens it and what it asks, from the code itself.

python -m tools.list_conversations
"""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import handlers
from bot.conversation import Conversation
from bot.triggers import Kind, Shape, Words

PAGE = Path(__file__).parent.parent / "docs" / "conversations.md"
HEAD = """# Conversations

One file in `handlers/` each; this page is written from them by `python -m tools.list_conversations`. Words are compared
without case, width and blanks at the ends; they win over a question that waits. How to add one:
[adding-a-conversation](adding-a-conversation.md).

| key | called | opened by | asks | what it does |
|---|---|---|---|---|
"""


def classes() -> Iterator[type[Conversation[Any]]]:
    """Every conversation of handlers/, by key."""
    found = []
    for info in pkgutil.iter_modules(handlers.__path__):
        if not info.ispkg:
            module = importlib.import_module(f"handlers.{info.name}")
            found += [
                value
                for value in vars(module).values()
                if inspect.isclass(value) and issubclass(value, Conversation) and value.__module__ == module.__name__
            ]
    yield from sorted((one for one in found if hasattr(one, "key")), key=lambda one: one.key)


def page() -> str:
    """The whole page."""
    return HEAD + "".join(f"| {' | '.join(row(one))} |\n" for one in classes())


def row(conversation: type[Conversation[Any]]) -> tuple[str, ...]:
    """Key, name, triggers, steps that wait for an answer, purpose."""
    steps = ", ".join(f"`{name}`" for name in conversation.steps())
    opened = "; ".join(filter(None, map(_trigger, conversation.triggers)))
    return (
        f"`{conversation.key}`",
        conversation.title or "",
        opened or "buttons, other conversations",
        steps,
        conversation.explains or (inspect.getdoc(inspect.getmodule(conversation)) or "").split("\n")[0],
    )


def _trigger(trigger: Words | Shape | Kind) -> str:
    match trigger:
        case Words(words=words):
            return " · ".join(filter(None, words))
        case Shape(name=name):
            return f"a text like: {name}"
        case Kind(kind=kind):
            return f"kind: {kind.__name__}"


if __name__ == "__main__":
    PAGE.write_text(page())
