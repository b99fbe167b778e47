"""Shows cards to a reader: a Flex bubble or carousel, or plain text. The only file that knows Flex."""

from typing import Any

from domain.reader import Display, Reader
from flex_templates import plain
from flex_templates.card import Block, Button, Card, Lead, Link, Note, Paragraph, Picture, Press, Rows, Say
from flex_templates.limits import CAROUSEL_BUBBLES
from flex_templates.theme import BAND, INK, MAIN, PAPER, QUIET, SIZES, Sizes

Part = dict[str, Any]


def show(reader: Reader, alt_text: str, *cards: Card) -> Part:
    """One LINE message with these cards. `alt_text` is seen on lock screens: no plate, name or street in it.

    Raises ValueError for no card, or for more than a carousel holds.
    """
    if reader.display is Display.PLAIN:
        return plain.message(reader, cards)
    if not 1 <= len(cards) <= CAROUSEL_BUBBLES:
        raise ValueError(f"a carousel shows 1 to {CAROUSEL_BUBBLES} cards, not {len(cards)}")
    sizes = SIZES[reader.display]
    bubbles = [_bubble(card, sizes) for card in cards]
    contents = bubbles[0] if len(bubbles) == 1 else {"type": "carousel", "contents": bubbles}
    return {"type": "flex", "altText": alt_text, "contents": contents}


def _bubble(card: Card, sizes: Sizes) -> Part:
    head = [_text(card.title, sizes.title, PAPER, bold=True)]
    if card.subtitle:
        head.append(_text(card.subtitle, sizes.label, PAPER))
    bubble: Part = {
        "type": "bubble",
        "size": sizes.bubble,
        "header": {
            "type": "box",
            "layout": "vertical",
            "backgroundColor": card.tone.value,
            "paddingAll": "lg",
            "spacing": "xs",
            "contents": head,
        },
    }
    if card.blocks:
        blocks = [_block(block, sizes) for block in card.blocks]
        bubble["body"] = {"type": "box", "layout": "vertical", "spacing": "lg", "paddingAll": "lg", "contents": blocks}
    buttons = [_button(button, sizes, main=False) for button in card.others]
    if card.main is not None:
        buttons.insert(0, _button(card.main, sizes, main=True))
    if buttons:
        bubble["footer"] = {
            "type": "box",
            "layout": "vertical",
            "spacing": "sm",
            "paddingAll": "lg",
            "contents": buttons,
        }
    return bubble


def _text(text: str, size: str, color: str, *, bold: bool = False, flex: int | None = None) -> Part:
    """Wrapped text that also follows the letter size set in LINE (`scaling`)."""
    part: Part = {"type": "text", "text": text, "size": size, "color": color, "wrap": True, "scaling": True}
    if bold:
        part["weight"] = "bold"
    if flex is not None:
        part["flex"] = flex
    return part


def _block(block: Block, sizes: Sizes) -> Part:
    match block:
        case Lead(text=text, under=under):
            lines = [_text(text, sizes.lead, INK, bold=True)]
            if under:
                lines.append(_text(under, sizes.body, INK))
            return {"type": "box", "layout": "vertical", "spacing": "xs", "contents": lines}
        case Paragraph(text=text, strong=strong):
            return _text(text, sizes.body, INK, bold=strong)
        case Note(text=text):
            return {
                "type": "box",
                "layout": "vertical",
                "backgroundColor": BAND,
                "cornerRadius": "sm",
                "paddingAll": "md",
                "spacing": "sm",
                "contents": [_text(line, sizes.note, QUIET) for line in text.split("\n")],
            }
        case Rows(pairs=pairs):
            return {
                "type": "box",
                "layout": "vertical",
                "spacing": "md" if sizes.stacked else "sm",
                "contents": [_row(label, value, sizes) for label, value in pairs],
            }
        case Picture(url=url, width=width, height=height):
            return {
                "type": "image",
                "url": url,
                "size": "full",
                "aspectRatio": f"{width}:{height}",
                "aspectMode": "fit",
            }


def _row(label: str, value: str, sizes: Sizes) -> Part:
    if sizes.stacked:
        lines = [_text(label, sizes.label, QUIET), _text(value, sizes.body, INK)]
        return {"type": "box", "layout": "vertical", "contents": lines}
    lines = [_text(label, sizes.label, QUIET, flex=3), _text(value, sizes.label, INK, flex=7)]
    return {"type": "box", "layout": "horizontal", "spacing": "md", "contents": lines}


def _button(button: Button, sizes: Sizes, *, main: bool) -> Part:
    """A box that is pressed, not Flex's own button: that one cuts long labels off and has one letter size."""
    label = _text(button.label, sizes.body, PAPER if main else MAIN, bold=True)
    label["align"] = "center"
    return {
        "type": "box",
        "layout": "vertical",
        "backgroundColor": MAIN if main else BAND,
        "cornerRadius": "md",
        "paddingAll": "lg" if main else "md",
        "action": action(button),
        "contents": [label],
    }


def action(button: Button) -> Part:
    """The LINE action of a button."""
    match button:
        case Press(label=label, data=data):
            return {"type": "postback", "label": label, "data": data, "displayText": label}
        case Say(label=label, text=text):
            return {"type": "message", "label": label, "text": text}
        case Link(label=label, uri=uri):
            return {"type": "uri", "label": label, "uri": uri}
