"""承辦進度 of a number: what agencies have reported of it, beside its bill or instead of one."""

from typing import Any

from bot.message import Message
from bot.turn import Turn
from domain.clock import city_date
from domain.dates import day
from domain.reader import Language
from flex_templates import case_progress as cards
from flex_templates.person import anyone
from services.agencyapi import reports


def cases(turn: Turn[Any], number: str) -> list[Message]:
    """A card for each agency that knows a case of this number; none mostly."""
    today = city_date(turn.now)
    english = turn.reader.language is Language.EN
    shown = []
    for case in reports.progress(turn.uow, number):
        steps = [
            cards.Step(
                day(turn.reader, city_date(step.at), today), step.stage, step.note_en if english else step.note_zh
            )
            for step in case.steps
        ]
        shown.append(cards.progress(turn.reader, case.agency_name, number, steps, anyone(turn.reader)))
    return shown
