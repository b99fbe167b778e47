"""優先購買: places sold before the draw to those a rule puts first, e.g. 身心障礙者. What is unsold joins the draw."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from domain.clock import TAIPEI, city_date
from domain.draw.announcement import NOTICE_TIME
from domain.draw.listing import Removal
from domain.passview import FirstBuyers
from domain.rounds import Phase, RoundRuleError
from infra.database import UnitOfWork
from models.draw import CounterSale
from models.passes import PassEntry, PassRound, PriorityWindow
from services import audit
from services.passes.application import LIVE, Application
from services.passes.entries import Entries
from services.passes.lots import Lots, wrong_price
from services.passes.rounds import Rounds, note, round_now
from services.passes.rules import PassRules


class Windows:
    """wiring gives the rules, lots, rounds and entries."""

    def __init__(self, rules: PassRules, lots: Lots, rounds: Rounds, entries: Entries) -> None:
        self._rules = rules
        self._lots = lots
        self._rounds = rounds
        self._entries = entries

    def plan(self, uow: UnitOfWork, draw_id: str, category: str, places: int, *, staff: str) -> PriorityWindow:
        """A window of its own places in an open round, on the days that config/passes.toml has for the category.

        Raises RoundRuleError: no such category, the round is not open, or it has this window already.
        """
        row = self._rounds.locked(uow, draw_id)
        rule = next((one for one in self._rules.priority if one.category == category), None)
        if rule is None or row.phase != Phase.OPEN:
            raise RoundRuleError("登記期間才能新增優先購買，類別以設定檔為準")
        month = city_date(row.draw_at).replace(day=1)

        def midnight(day: int) -> datetime:
            return datetime.combine(month + timedelta(days=day - 1), time(), TAIPEI)

        values = {
            "round_id": row.id,
            "category": category,
            "name": rule.name,
            "opens_at": midnight(rule.first_day),
            "closes_at": midnight(rule.last_day + 1),
            "places": places,
        }
        put = insert(PriorityWindow).values(values).on_conflict_do_nothing().returning(PriorityWindow.category)
        if uow.connection.execute(put).scalar() is None:
            raise RoundRuleError(f"{draw_id} 已有「{rule.name}」的優先購買")
        note(uow, "window.planned", row, staff, {"category": category, "places": places})
        return uow.session.get_one(PriorityWindow, (row.id, category))

    def listed(self, uow: UnitOfWork, draw_id: str) -> Sequence[PriorityWindow]:
        """The windows of a round. Raises RoundRuleError."""
        row = self._rounds.find(uow, draw_id)
        found = select(PriorityWindow).where(PriorityWindow.round_id == row.id).order_by(PriorityWindow.opens_at)
        return uow.session.scalars(found.execution_options(populate_existing=True)).all()

    def copy(self, uow: UnitOfWork, of: str, to: str, *, staff: str) -> None:
        """Plan for another round what this one had, on its own days; not of a category that has no rule any more."""
        ruled = {one.category for one in self._rules.priority}
        for window in self.listed(uow, of):
            if window.category in ruled:
                self.plan(uow, to, window.category, window.places, staff=staff)

    def joined(self, uow: UnitOfWork, draw_id: str) -> int:
        """Unsold places that have become part of the round's 張數. Raises RoundRuleError."""
        return sum(one.places - one.sold for one in self.listed(uow, draw_id) if one.joined_at is not None)

    def change(
        self,
        uow: UnitOfWork,
        draw_id: str,
        category: str,
        *,
        opens_at: datetime | None = None,
        closes_at: datetime | None = None,
        places: int | None = None,
        staff: str,
    ) -> PriorityWindow:
        """Other times or places for a window of an open round; what is None stays.

        Raises RoundRuleError: not open, no such window, no time between, after the draw, or fewer places than sold.
        """
        row = self._rounds.locked(uow, draw_id)
        window = uow.session.get(PriorityWindow, (row.id, category), with_for_update=True, populate_existing=True)
        if window is None or row.phase != Phase.OPEN:
            raise RoundRuleError("沒有這個優先購買，或登記已截止，不能再更改")
        opens, closes = opens_at or window.opens_at, closes_at or window.closes_at
        wanted = window.places if places is None else places
        if not opens < closes <= row.draw_at - NOTICE_TIME:
            raise RoundRuleError("優先購買的時間不正確：需要先開始、再結束，並在抽籤 10 分鐘前結束")
        if wanted < window.sold:
            raise RoundRuleError(f"優先購買已售出 {window.sold} 張，張數不能更少")
        window.opens_at, window.closes_at, window.places = opens, closes, wanted
        note(uow, "window.changed", row, staff, {"category": category, "places": wanted})
        return window

    def sell(
        self, uow: UnitOfWork, category: str, wanted: Application, *, amount: int, receipt_no: str, staff: str
    ) -> PassEntry:
        """Sell a place of a window at the counter. The entry is logged like any other and leaves the list as
        BOUGHT-FIRST, so that the vehicle does not take part in the draw as well.

        Raises RoundRuleError: closed, sold out, another price, receipt used before; CitizenMistakeError as apply().
        """
        row = self._rounds.locked(uow, wanted.draw_id)
        window = self._open_window(uow, row, category)
        plan = self._lots.plan(uow, row, wanted.plan)
        if plan is None or plan.price != amount:
            raise RoundRuleError(wrong_price(plan.price if plan else None, amount))
        entry = self._live(uow, row, wanted)
        if entry is None:
            entry, _ = self._entries.apply(uow, wanted, actor=staff)
        self._entries.remove(uow, entry.id, Removal.BOUGHT_FIRST, staff=staff)
        sale = {"entry_id": entry.id, "round_id": row.id, "amount": amount, "receipt_no": receipt_no, "staff": staff}
        put = insert(CounterSale).values(sale).on_conflict_do_nothing().returning(CounterSale.entry_id)
        if uow.connection.execute(put).scalar() is None:
            raise RoundRuleError(f"收據號碼 {receipt_no} 已經用過")
        window.sold += 1
        detail: audit.Detail = {
            "draw_id": row.draw_id,
            "category": category,
            "amount": amount,
            "receipt_no": receipt_no,
        }
        audit.write(uow, "place.sold_first", actor=staff, subject_type="entry", subject_id=entry.id, detail=detail)
        return entry

    def _open_window(self, uow: UnitOfWork, row: PassRound, category: str) -> PriorityWindow:
        window = uow.session.get(PriorityWindow, (row.id, category), with_for_update=True, populate_existing=True)
        if window is None or not window.opens_at <= round_now(uow, row) < window.closes_at:
            raise RoundRuleError("這個優先購買現在沒有開放")
        if window.sold >= window.places:
            raise RoundRuleError(f"優先購買的 {window.places} 張都已售出")
        return window

    def _live(self, uow: UnitOfWork, row: PassRound, wanted: Application) -> PassEntry | None:
        """The buyer's own live entry in the draw. Raises RoundRuleError when the vehicle's entry is somebody else's."""
        mine = (PassEntry.round_id == row.id, PassEntry.compact == wanted.plate.compact, PassEntry.state == LIVE)
        entry = uow.session.scalar(select(PassEntry).where(*mine))
        if entry is not None and self._entries.holder(entry) != wanted.holder:
            raise RoundRuleError("這輛車的申請是另一個行動電話")
        return entry


def open_windows(uow: UnitOfWork, rows: Sequence[PassRound]) -> Mapping[uuid.UUID, Sequence[FirstBuyers]]:
    """Windows of these rounds that are not over, each round by its own clock."""
    of = {row.id: row for row in rows}
    found = select(PriorityWindow).where(PriorityWindow.round_id.in_(of), PriorityWindow.joined_at.is_(None))
    windows: dict[uuid.UUID, list[FirstBuyers]] = defaultdict(list)
    for one in uow.session.scalars(found.order_by(PriorityWindow.opens_at, PriorityWindow.category)):
        if one.places and round_now(uow, of[one.round_id]) < one.closes_at:
            windows[one.round_id].append(FirstBuyers(one.name, one.places - one.sold, one.opens_at, one.closes_at))
    return windows
