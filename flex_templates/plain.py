"""純文字: the same cards as text in reading order, for screen readers. Buttons become quick replies, links are text."""

from collections.abc import Sequence
from typing import Any

from domain.reader import Reader
from flex_templates.card import Block, Button, Card, Lead, Link, Note, Paragraph, Picture, Press, Rows, Say
from flex_templates.limits import QUICK_REPLIES, QUICK_REPLY_LABEL
from flex_templates.punctuation import beside

Part = dict[str, Any]
TELEPHONE = "tel:"


def message(reader: Reader, cards: Sequence[Card]) -> Part:
    """One text message that says what the cards say."""
    body = "\n\n".join("\n".join(_lines(reader, card)) for card in cards)
    buttons = [b for card in cards for b in (card.main, *card.others) if b is not None and not isinstance(b, Link)]
    text: Part = {"type": "text", "text": body}
    if buttons:
        text["quickReply"] = {"items": [_quick_reply(button) for button in buttons[:QUICK_REPLIES]]}
    return text


def _lines(reader: Reader, card: Card) -> list[str]:
    lines = [beside(reader, card.title, card.subtitle)]
    for block in card.blocks:
        lines += _block(reader, block)
    for button in (card.main, *card.others):
        if isinstance(button, Link):
            spelled = button.label if button.uri.startswith(TELEPHONE) else _named(reader, button.label, button.uri)
            lines.append(spelled)  # a button that calls has the number in its label (person.call)
    return lines


def _block(reader: Reader, block: Block) -> list[str]:
    match block:
        case Lead(text=text, under=under):
            return [text, under] if under else [text]
        case Paragraph(text=text) | Note(text=text):
            return [text]
        case Rows(pairs=pairs):
            return [_named(reader, label, value) for label, value in pairs]
        case Picture():
            return []


def _named(reader: Reader, label: str, value: str) -> str:
    return reader.t("{label}：{value}", label=label, value=value)


def _quick_reply(button: Button) -> Part:
    match button:
        case Press(label=label, data=data, short=short):
            shown = short or label
            action: Part = {"type": "postback", "label": _cut(shown), "data": data, "displayText": shown}
        case Say(label=label, text=text):
            action = {"type": "message", "label": _cut(label), "text": text}
        case Link():
            raise TypeError("links are spelled out, never quick replies")
    return {"type": "action", "action": action}


def _cut(label: str) -> str:
    return label if len(label) <= QUICK_REPLY_LABEL else label[: QUICK_REPLY_LABEL - 1] + "…"
