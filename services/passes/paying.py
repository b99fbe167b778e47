"""The pay link of a place that was won: an order of one pass, on the pay page of bills, until the place's deadline."""

import uuid
from datetime import datetime

from sqlalchemy import select

from domain import feeitems
from domain.bills import PayableKey, PayableType
from domain.draw.coding import is_rehearsal
from domain.orders import OrderState
from domain.orderview import Standing
from domain.passsales import PassBought
from domain.reader import Language
from infra.database import UnitOfWork
from models.draw import Seat
from models.order import Order, OrderLine, OrderMove
from models.passes import Lot, LotPlan, PassEntry, PassRound
from services.citizens import Citizens
from services.links import Links
from services.opening import bills_hash
from services.orderbook import database_now, order_view
from services.passes import rights
from services.passes.prices import due_plan
from services.passes.rounds import round_now
from services.passes.rules import PassRules
from services.settling import RETURN_GRACE

SOURCE = "pass"
_UNFINISHED = (OrderState.OPEN.value, OrderState.PAYING.value)


class PassPaying:
    """wiring gives the rules, the citizens' languages and the addresses of pay pages."""

    def __init__(self, rules: PassRules, citizens: Citizens, links: Links) -> None:
        self._citizens = citizens
        self._rules = rules
        self._links = links

    def link(
        self,
        uow: UnitOfWork,
        entry_id: uuid.UUID,
        *,
        channel: str,
        citizen: str | None,
        language: Language | None = None,
    ) -> str | None:
        """The address of the pay page of an entry's place; None when it cannot be paid for online now.

        The citizen's own unfinished order of it is used again. `language`: None for the citizen's own.
        """
        now = database_now(uow)
        order = self._unfinished(uow, entry_id, channel, citizen)  # locked before the place, as everywhere
        seat, plan = rights.held(uow, entry_id, now), rights.plan_of(uow, entry_id)
        if seat is None or seat.pay_by is None or plan is None:
            return None
        if order is None:
            order = self._open(uow, entry_id, channel, citizen)
        if order.state == OrderState.OPEN.value:
            row = uow.session.get_one(PassRound, seat.round_id)
            order.expires_at = now + (seat.pay_by - round_now(uow, row))
            order.language = (language or self._language(uow, channel, citizen)).value
            self._write(uow, order, seat, row, plan, now)
        uow.session.flush()
        view = order_view(uow, order)
        until = max(view.expires_at, view.attempt.expires_at + RETURN_GRACE if view.attempt else view.expires_at)
        return self._links.pay_until(view.id, until)

    def bought(self, uow: UnitOfWork, entry: PassEntry) -> PassBought:
        """What an entry's place gives whoever pays for it."""
        row = uow.session.get_one(PassRound, entry.round_id)
        plan = due_plan(uow, entry)
        return PassBought(
            entry_id=entry.id,
            entry_no=entry.entry_no,
            lot_name=uow.session.get_one(Lot, row.lot).name,
            type_names=self._rules.type_names(row.pass_type),
            plan=plan.name if plan else entry.plan,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            rehearsal=is_rehearsal(row.draw_id),
        )

    def _unfinished(self, uow: UnitOfWork, entry_id: uuid.UUID, channel: str, citizen: str | None) -> Order | None:
        mine = select(Order).join(OrderLine, OrderLine.order_id == Order.id)
        mine = mine.where(OrderLine.entry_id == entry_id, Order.channel == channel, Order.citizen == citizen)
        mine = mine.where(Order.state.in_(_UNFINISHED), Order.stopped_at.is_(None)).order_by(Order.created_at.desc())
        return uow.session.scalar(mine.limit(1).with_for_update(of=Order).execution_options(populate_existing=True))

    def _open(self, uow: UnitOfWork, entry_id: uuid.UUID, channel: str, citizen: str | None) -> Order:
        order = Order(
            id=uuid.uuid4(),
            channel=channel,
            citizen=citizen,
            bills=bills_hash([self._key(entry_id)]),
            state=OrderState.OPEN.value,
            total=0,
            created_at=database_now(uow),
            expires_at=database_now(uow),
            lines=[],
        )
        uow.session.add(order)
        uow.session.flush()
        uow.session.add(OrderMove(order_id=order.id, to_state=order.state, cause="opened"))
        return order

    def _write(self, uow: UnitOfWork, order: Order, seat: Seat, row: PassRound, plan: LotPlan, now: datetime) -> None:
        """The one line, as it is now."""
        entry = uow.session.get_one(PassEntry, seat.entry_id)
        key, about = self._key(entry.id), self.bought(uow, entry).kept()
        if not order.lines:
            order.lines.append(OrderLine(position=0, agency=key.agency, type=key.type.value, number=key.number))
        (line,) = order.lines
        line.fee_item, line.plate, line.kind, line.source = feeitems.PASS, entry.plate, row.kind, SOURCE
        line.amount = line.pay_amount = order.total = plan.price
        line.extra_charge, line.covers, line.asked_at = 0, [], now  # no day as deadline: so no store barcode either
        line.chosen, line.standing = True, Standing.DUE.value
        line.entry_id, line.about = entry.id, about

    def _language(self, uow: UnitOfWork, channel: str, citizen: str | None) -> Language:
        known = self._citizens.preferences(uow, channel, citizen) if citizen else None
        return known[0] if known else Language.ZH

    def _key(self, entry_id: uuid.UUID) -> PayableKey:
        return PayableKey(self._rules.agency, PayableType.PASS, str(entry_id))
