"""防汛通知: what, from when, where, and what to do now."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from domain.dates import clock_time, day_and_time
from domain.floods import Flood, Template
from domain.reader import Reader, msgid
from flex_templates.card import Card, Lead, Note, Paragraph, Press, Rows
from flex_templates.person import Person, call
from flex_templates.punctuation import listed
from flex_templates.render import show
from flex_templates.theme import Tone

_TO_DO: Mapping[Template, str] = {
    Template.EXIT_ONLY: msgid("車輛只能駛出。請盡快把車移到安全的地方。"),
    Template.CLOSED: msgid("車輛不能進出。請勿前往河邊。"),
    Template.TOWING: msgid("還停在裡面的車輛會被拖吊。請在這之前移走，並注意自身安全。"),
    Template.OPEN_LINES: msgid("可以停車，但不得妨礙通行；消防栓、公車站、路口、橋樑與隧道仍不得停車。"),
}
_OVER: Mapping[Template, str] = {
    Template.EXIT_ONLY: msgid("停車場恢復正常進出。"),
    Template.CLOSED: msgid("停車場恢復正常進出。"),
    Template.TOWING: msgid("停車場恢復正常進出。"),
    Template.OPEN_LINES: msgid("紅線、黃線不再開放停車，請在這之前移車。"),
}


def message(
    reader: Reader, flood: Flood, areas: Sequence[str], today: date, fewer: Press, person: Person
) -> dict[str, Any]:
    """`areas`: their names, for this reader. What it says on a lock screen is enough to act on."""
    title = reader.t(flood.title)
    when = day_and_time(reader, flood.at, today)
    to_do = reader.t(_OVER[flood.ends] if flood.ends else _TO_DO[flood.template])
    where = [(reader.t("區域"), listed(reader, areas))]
    if flood.place:
        where.append((reader.t("地點"), flood.place))
    card = Card(
        title=title,
        tone=Tone.DONE if flood.ends else Tone.OVERDUE,
        blocks=(
            Lead(clock_time(flood.at), reader.t("{when} 起", when=when)),
            Paragraph(to_do, strong=True),
            Rows(where),
            Note(reader.t("道路與水情請以現場管制為準。")),
        ),
        others=(fewer, call(reader, person)),
    )
    if flood.place:
        return show(reader, reader.t("防汛：{place} {when} 起{title}", place=flood.place, when=when, title=title), card)
    return show(reader, reader.t("防汛：{when} 起{title}", when=when, title=title), card)
