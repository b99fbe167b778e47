"""承辦進度: how far a case is, as its agency has reported it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.agencyapi import Stage
from domain.reader import Reader, msgid
from flex_templates.card import Block, Card, Lead, Note, Rows
from flex_templates.person import Person, call
from flex_templates.render import show
from flex_templates.theme import Tone

STAGES: Mapping[Stage, str] = {
    Stage.RECEIVED: msgid("已收件"),
    Stage.IN_PROGRESS: msgid("辦理中"),
    Stage.DOCUMENTS_NEEDED: msgid("待補件"),
    Stage.CLOSED: msgid("已結案"),
    Stage.REJECTED: msgid("不予受理"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `day`: as the reader reads it; `note`: the agency's words in the reader's language, or none."""

    day: str
    stage: Stage
    note: str


def progress(reader: Reader, agency: str, number: str, steps: Sequence[Step], person: Person) -> dict[str, Any]:
    """One case; `steps`: one at least, the newest first."""
    newest = steps[0]
    stage = reader.t(STAGES[newest.stage])
    blocks: list[Block] = [Lead(stage, f"{agency} {number}")]
    blocks += [Note(newest.note)] if newest.note else []
    blocks.append(Rows([(step.day, reader.t(STAGES[step.stage])) for step in steps]))
    card = Card(
        title=reader.t("承辦進度"),
        tone=Tone.DONE if newest.stage is Stage.CLOSED else Tone.NEUTRAL,
        blocks=tuple(blocks),
        others=(call(reader, person),),
    )
    return show(reader, reader.t("承辦進度：{stage}", stage=stage), card)
