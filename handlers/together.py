"""待繳 over everything that is a citizen's own: one message, one total, one button that pays all of it."""

from collections.abc import Sequence
from typing import Any

from bot.postback import door
from bot.turn import Turn
from domain.amounts import money
from domain.billsview import BillClass, BillsView, Line, Standing
from domain.reader import Reader
from flex_templates import bills
from flex_templates.answer import Answer, Owed
from flex_templates.card import Press
from flex_templates.person import office
from flex_templates.words import vehicle_name
from handlers.answering import ANSWERS, SAVES, SHOWN, Answering, latest, names, told
from handlers.asking_all import Own

_ORDER = list(BillClass)


class Together:
    """Lays the answers about several vehicles into one."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def message(self, turn: Turn[Any], own: Sequence[Own], *, skipped: int = 0) -> dict[str, Any]:
        """The whole answer as one message. `skipped`: bills that earlier cards have shown."""
        reader = turn.reader
        views = [one.view for one in own]
        lines = _lines(own)
        due = [line for line, _one in lines if line.standing is Standing.DUE]
        quote = self._answering.quote(turn, [line.payable for line in due], min(view.asked_at for view in views))
        here = {line.key: line for view in views for line in view.here}.values()
        could_not = [silent for view in views for silent in view.could_not_ask]
        promised = [silent for view in views for silent in view.promised]
        answer = Answer(
            vehicle=_head(reader, own),
            vehicles=[_row(reader, one) for one in own],
            now=turn.now,
            today=views[0].today,
            asked_at=min(view.asked_at for view in views),
            owed=[self._owed(reader, line, one) for line, one in lines],
            total=sum(line.payable.pay_amount for line in due),
            again=Press(reader.t("再查一次"), door(ANSWERS, "mine")),
            nothing_due=_nothing_due(reader, own),
            could_not_ask=_once(names(reader, [silent.city for silent in could_not])),
            told=told(reader, could_not),
            retry_at=latest(could_not),
            promised=_once(names(reader, [silent.city for silent in promised])),
            not_connected=_once(names(reader, [city for view in views for city in view.not_connected])),
            skipped=skipped,
            more=Press(reader.t("看後面的帳單"), door(ANSWERS, "mine", skip=str(skipped + bills.at_once(reader)))),
            offers=[Press(reader.t("查其他車牌"), door(ANSWERS, "other"))],
            calendar=self._answering.calendar(reader, [line.payable for line in due], views[0].today),
            clearing=sum(line.standing is Standing.PAID_HERE for line in here),
            paying=sum(line.standing is Standing.PAYING_HERE for line in here),
        )
        self._answering.offer(reader, answer, quote)
        return bills.message(reader, answer, office(reader, [silent.city for silent in (*could_not, *promised)]))

    def _owed(self, reader: Reader, line: Line, one: Own) -> Owed:
        view = one.view
        values = {"plate": view.plate.canonical, "kind": view.kind.value}
        owed = self._answering.owed(reader, line, values, private=False)
        owed.vehicle = _named(reader, view)
        if one.saved:
            owed.keep = Press(reader.t("不再儲存"), door(SAVES, "drop", key=str(line.key)))
        return owed


def _lines(own: Sequence[Own]) -> list[tuple[Line, Own]]:
    """Every line to show once, class by class, the most urgent of each first, whosoever vehicle's it is."""
    found = {line.key: (line, one) for one in reversed(own) for line in one.view.lines if line.standing in SHOWN}
    return sorted(found.values(), key=lambda pair: _urgency(pair[0]))


def _urgency(line: Line) -> tuple[int, bool, int, str, str]:
    left = line.days_left
    return _ORDER.index(line.bill_class), left is None, left or 0, line.payable.agency, line.payable.number


def _named(reader: Reader, view: BillsView) -> str:
    return vehicle_name(reader, view.plate.canonical, view.kind)


def _head(reader: Reader, own: Sequence[Own]) -> str:
    if len(own) == 1:
        return _named(reader, own[0].view)
    bound = sum(not one.saved for one in own)
    if bound == len(own):
        return reader.t("{count} 輛車", count=bound)
    return reader.t("{count} 輛車與儲存的帳單", count=bound) if bound else reader.t("儲存的帳單")


def _row(reader: Reader, one: Own) -> tuple[str, str]:
    """One vehicle in the summary. "Nothing due" is said only where every city that was asked answered so."""
    view = one.view
    named = reader.t("{plate}（儲存）", plate=view.plate.canonical) if one.saved else _named(reader, view)
    if view.count:
        return named, reader.t("{count} 筆，{amount}", count=view.count, amount=money(reader, view.total))
    if any(line.standing in SHOWN for line in view.lines):
        return named, reader.t("請見帳單說明")
    if not view.complete or not (view.nothing_due or view.here or one.saved):
        return named, reader.t("尚未查完")
    return named, reader.t("查無待繳")


def _nothing_due(reader: Reader, own: Sequence[Own]) -> list[str]:
    """Cities that said so of every bound vehicle; of others' vehicles nothing but the saved bills is told."""
    bound = [one.view for one in own if not one.saved]
    if not bound:
        return []
    said = [{asked.city.code for asked in view.nothing_due} for view in bound]
    everywhere = frozenset.intersection(*map(frozenset, said))
    return names(reader, [asked.city for asked in bound[0].nothing_due if asked.city.code in everywhere])


def _once(found: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(found))
