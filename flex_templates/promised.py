"""The answer that was promised: what the cities say that could not be asked in time."""

from typing import Any

from domain.amounts import money
from domain.billsview import BillsView, Standing
from domain.dates import clock_time
from domain.reader import Reader
from flex_templates.card import Block, Card, Lead, Note, Paragraph, Press
from flex_templates.person import Person, call
from flex_templates.punctuation import listed
from flex_templates.render import show
from flex_templates.theme import Tone
from flex_templates.words import vehicle_name


def message(reader: Reader, view: BillsView, see: Press, person: Person) -> dict[str, Any]:
    """One card. `see` shows the whole answer; `person` is called when a city could not be asked to the end."""
    language = reader.language
    blocks: list[Block] = []
    if view.count:
        due = [line.city.short_name(language) for line in view.lines if line.standing is Standing.DUE]
        cities = listed(reader, list(dict.fromkeys(due)))
        blocks.append(
            Lead(money(reader, view.total), reader.t("{cities}：共 {count} 筆待繳", cities=cities, count=view.count))
        )
    if view.nothing_due:
        cities = listed(reader, [asked.city.short_name(language) for asked in view.nothing_due])
        time = clock_time(view.asked_at)
        blocks.append(Paragraph(reader.t("目前查無待繳停車單：{cities}（{time} 查詢）。", cities=cities, time=time)))
    silent = [silent.city.short_name(language) for silent in (*view.could_not_ask, *view.promised)]
    if silent:
        cities = listed(reader, silent)
        blocks.append(Note(reader.t("{cities}暫時查不到，不代表沒有欠費，請稍後再查。", cities=cities)))
    card = Card(
        title=reader.t("剛才還在查的縣市，有結果了") if view.complete else reader.t("剛才還在查的縣市"),
        subtitle=vehicle_name(reader, view.plate.canonical, view.kind),
        tone=Tone.DONE if view.complete and not view.count else Tone.NEUTRAL,
        blocks=blocks,
        main=see,
        others=[call(reader, person)] if silent else [],
    )
    return show(reader, _alt_text(reader, view), card)


def _alt_text(reader: Reader, view: BillsView) -> str:
    """No plate, name or street: lock screens show it."""
    if view.count:
        total = money(reader, view.total)
        return reader.t("查到停車費待繳 {count} 筆，共 {total}", count=view.count, total=total)
    return reader.t("停車費查詢結果")
