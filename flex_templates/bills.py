"""The answer to "what do I owe": bills found, nothing due, or could not be asked. Never "nothing due" for an error."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from domain.amounts import money
from domain.dates import clock_time, wait
from domain.reader import Display, Reader
from flex_templates import bill, look_alikes
from flex_templates.answer import Answer, Owed
from flex_templates.card import Block, Button, Card, Lead, Link, Note, Paragraph, Press, Rows
from flex_templates.limits import BILLS_AS_TEXT, BILLS_IN_CHAT
from flex_templates.person import Person, call
from flex_templates.punctuation import beside, listed
from flex_templates.render import show
from flex_templates.share import with_family
from flex_templates.theme import Tone

UNCONNECTED_NAMED = 6  # cities this service does not ask: named up to here, else counted
REST_NAMED = 8  # further bills named by number and amount when they do not get a card each


def message(reader: Reader, answer: Answer, person: Person) -> dict[str, Any]:
    """One message with the whole answer. `person`: whom to call when something could not be asked."""
    if not answer.owed:
        return _without_bills(reader, answer, person)
    if len(answer.owed) == 1:
        return show(reader, alt_text(reader, answer), _single(reader, answer))
    return show(reader, alt_text(reader, answer), _summary(reader, answer), *_details(reader, answer))


def at_once(reader: Reader) -> int:
    """How many bills one answer shows each by itself."""
    return BILLS_AS_TEXT if reader.display is Display.PLAIN else BILLS_IN_CHAT


def alt_text(reader: Reader, answer: Answer) -> str:
    """What a lock screen shows: count and sum, no plate, name or street."""
    total = money(reader, answer.total)
    if answer.what:
        return _alt_text(reader, answer.what, len(answer.due), total)
    if not answer.due:
        return reader.t("停車費查詢結果")
    if len(answer.due) == 1:
        return reader.t("您有 1 筆停車費待繳，共 {total}", total=total)
    return reader.t("您有 {count} 筆停車費待繳，共 {total}", count=len(answer.due), total=total)


def _alt_text(reader: Reader, what: str, count: int, total: str) -> str:
    """The same, of other fees."""
    if not count:
        return reader.t("{item}查詢結果", item=what)
    if count == 1:
        return reader.t("您有 1 筆{item}待繳，共 {total}", item=what, total=total)
    return reader.t("您有 {count} 筆{item}待繳，共 {total}", count=count, item=what, total=total)


def _single(reader: Reader, answer: Answer) -> Card:
    """A single bill: its own card, with what the cities said below."""
    owed = answer.owed[0]
    card = bill.card(reader, owed, answer.today)
    card.title = reader.t("{item}待繳", item=answer.what) if answer.what else _of_parking(reader, owed)
    card.subtitle = beside(reader, owed.vehicle or answer.vehicle, owed.office)
    card.blocks = [*card.blocks, *_vehicles(answer), *_notes(reader, answer)]
    card.others = [*card.others, *_other_ways(reader, answer), *_calendar(answer), *answer.offers]
    if answer.pay_all:
        card.main = answer.pay_all
    return card


def _of_parking(reader: Reader, owed: Owed) -> str:
    return reader.t("停車費待繳：{group}", group=owed.group)


def _summary(reader: Reader, answer: Answer) -> Card:
    """The first card of several: the sum, the classes with their counts, the nearest deadline, one button for all."""
    counts: list[tuple[str, str]] = [
        (group, _count(reader, len(members), sum(one.payable.pay_amount for one in members)))
        for group, members in _grouped(answer.due)
    ]
    deadlines = [one.payable.deadline for one in answer.due if one.payable.deadline]
    if deadlines:
        counts.append((reader.t("最近期限"), bill.until(reader, min(deadlines), answer.today)))
    if answer.discount:
        counts.append((reader.t("行動支付優惠後"), money(reader, answer.total - answer.discount)))
    shown: list[Block] = [
        Lead(money(reader, answer.total), reader.t("共 {count} 筆待繳", count=len(answer.due))),
        Rows(counts),
    ]
    if answer.pay_all and answer.pay_all_amount != answer.total:
        elsewhere = money(reader, answer.total - answer.pay_all_amount)
        shown.append(Paragraph(reader.t("其中 {amount}不在這裡收，請看各張帳單的官方繳費方式。", amount=elsewhere)))
    return Card(
        title=reader.t("{item}待繳", item=answer.what) if answer.what else reader.t("停車費待繳"),
        subtitle=answer.vehicle,
        tone=_worst(answer.owed, answer.today),
        blocks=[*shown, *_vehicles(answer), *_notes(reader, answer)],
        main=answer.pay_all,
        others=[*_other_ways(reader, answer), *_calendar(answer), *answer.offers],
    )


def _other_ways(reader: Reader, answer: Answer) -> list[Button]:
    """Beside paying here oneself: at a store, or by somebody else."""
    share = answer.pay_all and with_family(reader, answer.pay_all.uri, answer.pay_all_amount - answer.discount)
    return [*([answer.store_code] if answer.store_code else []), *(share or [])]


def _details(reader: Reader, answer: Answer) -> list[Card]:
    """A card for each bill as far as LINE's sizes allow; the rest by number, with the way to see them."""
    end = answer.skipped + at_once(reader)
    count = len(answer.owed)
    cards = []
    for number, owed in enumerate(answer.owed[answer.skipped : end], answer.skipped + 1):
        place = reader.t("{number}／{count}", number=number, count=count)
        cards.append(_quiet(bill.card(reader, owed, answer.today, place), reader, number))
    if rest := answer.owed[end:]:
        cards.append(_rest(reader, answer, rest))
    return cards


def _quiet(card: Card, reader: Reader, number: int) -> Card:
    """Among several cards the button that pays one bill is not the main one: paying all is, on the summary."""
    way, card.main = card.main, None
    if isinstance(way, Press):
        way.short = reader.t("只繳第 {number} 筆", number=number)
    card.others = [*([way] if way else []), *card.others]
    return card


def _rest(reader: Reader, answer: Answer, rest: Sequence[Owed]) -> Card:
    lines = [beside(reader, one.payable.number, money(reader, one.payable.pay_amount)) for one in rest[:REST_NAMED]]
    if len(rest) > REST_NAMED:
        lines.append(reader.t("另有 {count} 筆未列出。", count=len(rest) - REST_NAMED))
    # As plain text the page's address is spelled out above already, and is not read out a second time.
    on_page = answer.pay_all if answer.pay_all_amount == answer.total and reader.display is not Display.PLAIN else None
    see_all = Link(reader.t("看全部"), on_page.uri) if on_page else answer.more
    return Card(
        title=reader.t("其餘 {count} 筆", count=len(rest)),
        subtitle=answer.vehicle,
        blocks=[Paragraph("\n".join(lines))],
        others=[see_all] if see_all else [],
    )


def _without_bills(reader: Reader, answer: Answer, person: Person) -> dict[str, Any]:
    """Nothing due where everybody answered so; otherwise the head says that the answer is not complete."""
    sure = answer.complete and bool(answer.nothing_due)  # somebody was asked, and everybody answered so
    if sure and answer.what:
        title, tone = reader.t("目前查無待繳{item}", item=answer.what), Tone.DONE
    elif sure:
        title, tone = reader.t("目前查無待繳停車單"), Tone.DONE
    elif answer.nothing_due:
        title, tone = reader.t("尚未查完"), Tone.NEUTRAL
    else:
        title, tone = reader.t("暫時查不到"), Tone.NEUTRAL
    said: list[Block] = [Paragraph(line) for line in _cities(reader, answer)]
    here = [reader.t("停車單開立後可能隔日才查得到。")] if sure and not answer.what else []
    here += _here(reader, answer)
    if sure and answer.look_alikes:
        here.append(look_alikes.not_found(reader, answer.look_alikes))
    card = Card(
        title=title,
        subtitle=answer.vehicle,
        tone=tone,
        blocks=[*_vehicles(answer), *said, *([Note("\n".join(here))] if here else [])],
        main=answer.again if answer.could_not_ask else None,
        others=[*answer.offers, *([] if sure else [call(reader, person)])],
    )
    return show(reader, title, card)


def _calendar(answer: Answer) -> list[Link]:
    return [answer.calendar] if answer.calendar else []


def _vehicles(answer: Answer) -> list[Block]:
    """Each of several vehicles with what is known of it."""
    return [Rows(answer.vehicles)] if answer.vehicles else []


def _notes(reader: Reader, answer: Answer) -> Iterable[Block]:
    """Below bills: what the other cities said, and what to know before paying, a box each."""
    if cities := list(_cities(reader, answer)):
        yield Note("\n".join(cities))
    paid = reader.t("已繳費？超商繳費約需數日入帳，請勿重複繳納，保留收據。")
    yield Note("\n".join([*_here(reader, answer), paid]))


def _cities(reader: Reader, answer: Answer) -> Iterable[str]:
    """What each source said besides bills, a sentence each."""
    if answer.nothing_due:
        names, time = listed(reader, answer.nothing_due), clock_time(answer.asked_at)
        if answer.of_numbers:
            yield reader.t("目前查無待繳{item}：{cities}（{time} 查詢）。", item=answer.what, cities=names, time=time)
        else:
            yield reader.t("目前查無待繳停車單：{cities}（{time} 查詢）。", cities=names, time=time)
    if answer.could_not_ask:
        names = listed(reader, answer.could_not_ask)
        if answer.retry_at and answer.retry_at > answer.now:
            minutes = wait(reader, answer.retry_at, answer.now)
            yield reader.t("{cities}暫時查不到，不代表沒有欠費，請 {minutes}後再查。", cities=names, minutes=minutes)
        else:
            yield reader.t("{cities}暫時查不到，不代表沒有欠費，請稍後再查。", cities=names)
    yield from answer.told
    if answer.promised:
        yield reader.t("{cities}還在查，查到後會傳訊息給您。", cities=listed(reader, answer.promised))
    if answer.unknown:
        numbers = listed(reader, answer.unknown)
        yield reader.t("還沒有機關提供這個號碼的帳單，不代表沒有欠費：{numbers}。", numbers=numbers)
    if answer.not_connected:
        yield _not_connected(reader, answer)


def _here(reader: Reader, answer: Answer) -> list[str]:
    """What is being paid here or was, while its city still lists it."""
    said = []
    if answer.paying:
        said.append(reader.t("另有 {count} 筆正在這裡繳費，請勿重複繳費。", count=answer.paying))
    if answer.clearing:
        said.append(reader.t("另有 {count} 筆已在這裡繳清，等候機關銷帳，請勿重複繳費。", count=answer.clearing))
    return said


def _not_connected(reader: Reader, answer: Answer) -> str:
    names = answer.not_connected
    if not answer.nothing_due and answer.complete and not answer.owed:
        return reader.t("目前沒有連線任何縣市，無法查詢，不代表沒有欠費。")
    if len(names) > UNCONNECTED_NAMED:
        return reader.t("另有 {count} 個縣市尚未連線，沒有查詢。", count=len(names))
    return reader.t("尚未連線，沒有查詢：{cities}。", cities=listed(reader, names))


def _grouped(owed: Sequence[Owed]) -> Iterable[tuple[str, list[Owed]]]:
    groups: dict[str, list[Owed]] = {}
    for one in owed:
        groups.setdefault(one.group, []).append(one)
    return groups.items()


def _count(reader: Reader, count: int, amount: int) -> str:
    return reader.t("{count} 筆，{amount}", count=count, amount=money(reader, amount))


def _worst(owed: Sequence[Owed], today: date) -> Tone:
    tones = {bill.tone(one.payable, today) for one in owed}
    return Tone.OVERDUE if Tone.OVERDUE in tones else Tone.NEUTRAL
