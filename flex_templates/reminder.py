"""繳費提醒: what is owed, state by state, and the way to pay. Plates and streets are not told: phones lie on tables."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from domain.amounts import money
from domain.dates import deadline
from domain.feeitems import PARKING
from domain.notices import Topic
from domain.noticewords import TOPICS
from domain.reader import Reader
from domain.reminders import Fact
from flex_templates.card import Button, Card, Lead, Link, Note, Press, Rows, Say
from flex_templates.person import Person, call
from flex_templates.render import show
from flex_templates.theme import Tone


def due(
    reader: Reader,
    facts: Sequence[Fact],
    today: date,
    pay_url: str,
    calendar: Link | None,
    fewer: Press,
    person: Person,
) -> dict[str, Any]:
    """`facts`: the most urgent first. `pay_url` "": nothing of it is paid here.

    `calendar` keeps the next deadline, `fewer` leads to 通知設定.
    """
    total = money(reader, sum(fact.amount for fact in facts))
    title, bills, alt_text = _words(reader, facts, total)
    see = Say(reader.t("看帳單"), reader.t("待繳"))
    main: Button = Link(reader.t("繳費 {amount}", amount=total), pay_url) if pay_url else see
    card = Card(
        title=title,
        tone=Tone.OVERDUE if facts[0].topic is Topic.OVERDUE else Tone.NEUTRAL,
        blocks=(
            Lead(total, bills),
            Rows([_row(reader, topic, facts, today) for topic in dict.fromkeys(fact.topic for fact in facts)]),
            Note(reader.t("剛繳的帳單可能還沒銷帳，請勿重複繳費。")),
        ),
        main=main,
        others=(*((see,) if pay_url else ()), *((calendar,) if calendar else ()), fewer, call(reader, person)),
    )
    return show(reader, alt_text, card)


def _words(reader: Reader, facts: Sequence[Fact], total: str) -> tuple[str, str, str]:
    """Title, how many bills, and what a lock screen shows: of parking fees, or of bills of other kinds as well."""
    t, count = reader.t, len(facts)
    if all(fact.fee_item == PARKING for fact in facts):
        if count == 1:
            return t("停車費提醒"), t("1 筆停車費待繳"), t("您有 1 筆停車費待繳，共 {total}", total=total)
        several = t("您有 {count} 筆停車費待繳，共 {total}", count=count, total=total)
        return t("停車費提醒"), t("{count} 筆停車費待繳", count=count), several
    if count == 1:
        return t("繳費提醒"), t("1 筆帳單待繳"), t("您有 1 筆帳單待繳，共 {total}", total=total)
    several = t("您有 {count} 筆帳單待繳，共 {total}", count=count, total=total)
    return t("繳費提醒"), t("{count} 筆帳單待繳", count=count), several


def _row(reader: Reader, topic: Topic, facts: Sequence[Fact], today: date) -> tuple[str, str]:
    """A state with its bills: how many, how much, and the nearest deadline."""
    of_topic = [fact for fact in facts if fact.topic is topic]
    amount = money(reader, sum(fact.amount for fact in of_topic))
    line = reader.t("{count} 筆，{amount}", count=len(of_topic), amount=amount)
    days = sorted(fact.deadline for fact in of_topic if fact.deadline)
    return reader.t(TOPICS[topic]), f"{line}\n{deadline(reader, days[0], today)}" if days else line
