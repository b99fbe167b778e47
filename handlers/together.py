"""待繳 over everything that is a citizen's own: one message, one total, one button that pays all of it."""

from collections.abc import Sequence
from typing import Any

from bot.postback import door
from bot.turn import Turn
from domain.amounts import money
from domain.billsview import BillClass, Line, Standing
from domain.reader import Reader
from flex_templates import bills
from flex_templates.answer import Answer, Owed
from flex_templates.card import Press
from flex_templates.person import office
from handlers.answering import ANSWERS, SAVES, SHOWN, Answering, latest, names, told
from handlers.asking_all import Own
from handlers.kinds import values_of_view

_ORDER = list(BillClass)


class Together:
    """Lays the answers about several vehicles into one."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def message(
        self, turn: Turn[Any], own: Sequence[Own], *, skipped: int = 0, offers: Sequence[Press] = ()
    ) -> dict[str, Any]:
        """The whole answer as one message. `skipped`: bills that earlier cards have shown; `offers`: what else to do.

        Without `offers`: to look another plate up.
        """
        reader = turn.reader
        views = [one.view for one in own]
        lines = _lines(own)
        due = [line for line, _one in lines if line.standing is Standing.DUE]
        quote = self._answering.quote(turn, [line.payable for line in due], min(view.asked_at for view in views))
        here = {line.key: line for view in views for line in view.here}.values()
        could_not = [silent for view in views for silent in view.could_not_ask]
        promised = [silent for view in views for silent in view.promised]
        answer = Answer(
            vehicle=self._head(reader, own),
            vehicles=[self._row(reader, one) for one in own],
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
            offers=offers or [Press(reader.t("查其他車牌"), door(ANSWERS, "other"))],
            calendar=self._answering.calendar(reader, [line.payable for line in due], views[0].today),
            clearing=sum(line.standing is Standing.PAID_HERE for line in here),
            paying=sum(line.standing is Standing.PAYING_HERE for line in here),
            of_numbers=all(view.identifier for view in views),
            unknown=self._answering.unknown(reader, views),
            what=self._answering.what(reader, views),
        )
        self._answering.offer(reader, answer, quote)
        return bills.message(reader, answer, office(reader, [silent.city for silent in (*could_not, *promised)]))

    def _owed(self, reader: Reader, line: Line, one: Own) -> Owed:
        owed = self._answering.owed(reader, line, values_of_view(one.view), private=False)
        owed.vehicle = self._answering.named(reader, one.view)
        if one.saved:
            owed.keep = Press(reader.t("不再儲存"), door(SAVES, "drop", key=str(line.key)))
        return owed

    def _head(self, reader: Reader, own: Sequence[Own]) -> str:
        """The only one by its name, else how many of what."""
        if len(own) == 1 and (named := self._answering.named(reader, own[0].view)):
            return named
        numbers = sum(one.view.identifier is not None for one in own)
        vehicles = sum(not one.saved for one in own) - numbers
        parts = [reader.t("{count} 輛車", count=vehicles)] if vehicles else []
        parts += [reader.t("{count} 個號碼", count=numbers)] if numbers else []
        parts += [reader.t("儲存的帳單")] if any(one.saved for one in own) else []
        return reader.t("與").join(parts)

    def _row(self, reader: Reader, one: Own) -> tuple[str, str]:
        """One of them in the summary. The column of names would break a long number; the other has room for it."""
        view, owes = one.view, self._owes(reader, one)
        if view.identifier:
            label = self._answering.kind_of(reader, view.identifier)
            return label, reader.t("{label}：{value}", label=view.identifier.number, value=owes)
        if one.saved:
            plate = view.plate.canonical
            return reader.t("{plate}（儲存）", plate=plate) if plate else reader.t("儲存的帳單"), owes
        return self._answering.named(reader, view), owes

    @staticmethod
    def _owes(reader: Reader, one: Own) -> str:
        """How much. "Nothing due" is said only where everybody who was asked answered so."""
        view = one.view
        if view.count:
            return reader.t("{count} 筆，{amount}", count=view.count, amount=money(reader, view.total))
        if any(line.standing in SHOWN for line in view.lines):
            return reader.t("請見帳單說明")
        if view.identifier and not (view.nothing_due or view.here):
            return reader.t("機關尚未提供帳單")
        if not view.complete or not (view.nothing_due or view.here or one.saved):
            return reader.t("尚未查完")
        return reader.t("查無待繳")


def _lines(own: Sequence[Own]) -> list[tuple[Line, Own]]:
    """Every line to show once, class by class, the most urgent of each first, whosoever vehicle's it is."""
    found = {line.key: (line, one) for one in reversed(own) for line in one.view.lines if line.standing in SHOWN}
    return sorted(found.values(), key=lambda pair: _urgency(pair[0]))


def _urgency(line: Line) -> tuple[int, bool, int, str, str]:
    left = line.days_left
    return _ORDER.index(line.bill_class), left is None, left or 0, line.payable.agency, line.payable.number


def _nothing_due(reader: Reader, own: Sequence[Own]) -> list[str]:
    """Cities that said so of every bound vehicle; of others' vehicles nothing but the saved bills is told.

    Of identifiers alone, the agencies that have sent bills of them.
    """
    bound = [one.view for one in own if not one.saved and not one.view.identifier]
    if not bound and not any(one.saved for one in own):
        return _once(names(reader, [asked.city for one in own for asked in one.view.nothing_due]))
    if not bound:
        return []
    said = [{asked.city.code for asked in view.nothing_due} for view in bound]
    everywhere = frozenset.intersection(*map(frozenset, said))
    return names(reader, [asked.city for asked in bound[0].nothing_due if asked.city.code in everywhere])


def _once(found: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(found))
