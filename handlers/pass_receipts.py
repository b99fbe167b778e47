"""The receipt of an entry that was just made: its text to keep, and a card with the QR code."""

import uuid
from typing import Any

from bot.message import Message, text
from bot.postback import door
from bot.turn import Turn
from domain.clock import city_date
from domain.draw.entry import Receipt
from domain.passview import OpenRound, PassPlan
from flex_templates import passes as cards
from flex_templates.person import anyone
from handlers.pass_openings import star_button
from services.passes.board import PassBoard
from services.passes.change_news import RECEIPT_LIFE

EVIDENCE = "pass_evidence"  # the conversation that takes photos for 資格審查


def receipt_messages(
    turn: Turn[Any],
    board: PassBoard,
    one: OpenRound,
    entry_id: uuid.UUID,
    receipt: Receipt,
    plate: str,
    plan: PassPlan,
    *,
    changed: bool = False,
) -> list[Message]:
    """Two messages. `changed`: the entry is there in the place of another."""
    page, code = board.receipt_urls(entry_id, turn.now + RECEIPT_LIFE)
    evidence = plan.evidence_name(turn.reader.language)
    send = door(EVIDENCE, "begin", entry=str(entry_id))
    told = cards.Applied(receipt.entry_no, receipt.commit, plate, page, code, changed, evidence, send)
    star = [] if changed else [star_button(turn.reader, one.lot)]
    card = cards.applied(turn.reader, one, told, city_date(turn.now), star, anyone(turn.reader))
    return [text(receipt.text().rstrip("\n")), card]
