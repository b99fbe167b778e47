"""What is checked and written under the order's lock when a payment starts."""

import secrets
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.bills import PayableKey
from domain.clock import TAIPEI
from domain.errors import CitizenMistakeError
from domain.orders import ATTEMPT_LIFE, NEVER_REACHED_AFTER, AttemptState, OrderState
from domain.orderview import AttemptView, OrderView, Standing
from domain.ports.payments import TRIAL_PROVIDERS, PaymentProvider
from infra.database import UnitOfWork
from models.order import Attempt
from services import claims
from services.audit import CITIZEN
from services.lookup import Fresh, FreshState
from services.opening import Discount
from services.orderbook import (
    attempt_view,
    database_now,
    line_view,
    lock_order,
    order_view,
    record_attempt,
    shift_order,
)
from services.orders import chosen_total, line_key, put_amounts
from services.passes import rights
from services.passes.paynumbers import new_pay_number

ATTEMPT_FIRST_ASK = NEVER_REACHED_AFTER  # then the provider is asked even if nobody comes back
TRADE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # no I, O, 0, 1: it is read out on the phone


@dataclass(frozen=True, slots=True)
class Begun:
    """The attempt under way; `new` when this transaction made it, so that its provider must be told."""

    attempt: AttemptView
    new: bool


def require_open(order: OrderView) -> None:
    """Raises CitizenMistakeError unless the order can be paid now."""
    if order.stopped:
        raise CitizenMistakeError("這筆訂單的金額正由專人核對，請勿重複繳費。")
    if order.state is OrderState.PAID:
        raise CitizenMistakeError("這筆訂單已繳清，請勿重複繳費。")
    if order.state is not OrderState.OPEN:
        raise CitizenMistakeError("這個繳費連結已失效，尚未扣款。請回到 LINE 重新查詢。")


def take_answers(uow: UnitOfWork, order_id: uuid.UUID, fresh: Mapping[PayableKey, Fresh], discount: Discount) -> bool:
    """Write what the sources say now, and what was paid here meanwhile, into an open order.

    `discount`: NT$ less where a bill is paid here. True when something to be paid is another than before.

    Raises CitizenMistakeError when a source could not be asked: what is not certain is not taken.
    """
    order = lock_order(uow, order_id)
    if order.state != OrderState.OPEN.value:
        return True
    if any(answer.state is FreshState.COULD_NOT_ASK for answer in fresh.values()):
        raise CitizenMistakeError("開單縣市目前無法確認金額，因此尚未扣款。請幾分鐘後再試。")
    changed = False
    for line in order.lines:
        answer = fresh.get(line_key(line))
        if answer is None:
            continue
        if answer.state is FreshState.GONE or (answer.payable is not None and answer.payable.pay_amount <= 0):
            line.standing, line.chosen = Standing.GONE.value, False
            changed = True
        elif answer.payable is not None:
            off = discount(answer.payable)
            changed = put_amounts(line, answer.payable, answer.asked_at, off) or changed
        else:
            line.asked_at = answer.asked_at
    order.total = chosen_total(order)
    return mark_paid_elsewhere(uow, order_id) or changed


def mark_paid_elsewhere(uow: UnitOfWork, order_id: uuid.UUID) -> bool:
    """Mark lines that another order of ours has paid, alone or inside a notice; True when there are such."""
    order = lock_order(uow, order_id)
    held = claims.holders(uow, {key for line in order.lines for key in line_view(line).claimed})
    paid = {key for key, holder in held.items() if holder.state is OrderState.PAID and holder.order_id != order_id}
    hit = [line for line in order.lines if line.chosen and paid.intersection(line_view(line).claimed)]
    for line in hit:
        line.standing, line.chosen = Standing.PAID_HERE.value, False
    order.total = chosen_total(order)
    return bool(hit)


def begin(
    uow: UnitOfWork,
    order_id: uuid.UUID,
    provider: PaymentProvider,
    *,
    keys: Collection[PayableKey],
    edition: str,
    language: str | None = None,
) -> Begun | None:
    """Claim the ticked bills and write the attempt, before its provider hears of it. None: the order has changed.

    Raises CitizenMistakeError when the order cannot be paid, or another order is paying one of its bills.
    """
    order = lock_order(uow, order_id)
    view = order_view(uow, order)
    if view.state is OrderState.PAYING and view.attempt is not None:
        return Begun(view.attempt, new=False)
    require_open(view)
    if rights.recheck(uow, order):
        order.total = chosen_total(order)
        return None
    _require_no_money_for_a_rehearsal(view, provider)
    if view.edition != edition or {line.key for line in view.chosen} != set(keys):
        return None
    if not claims.claim(uow, order_id, claims.keys_of(view.chosen)):
        raise CitizenMistakeError("其中有帳單正在另一個繳費連結付款中，因此尚未扣款。請稍後再試，請勿重複繳費。")
    order.language = language or order.language
    now = database_now(uow)
    attempt = Attempt(
        id=uuid.uuid4(),
        order_id=order_id,
        provider=provider.key,
        trade_number=new_pay_number(uow, now) if _buys_passes(view) else new_trade_number(now),
        amount=order.total,
        fee=provider.fee,
        state=AttemptState.STARTED.value,
        started_at=now,
        expires_at=now + ATTEMPT_LIFE,
        next_ask_at=now + ATTEMPT_FIRST_ASK,
        asks=0,
    )
    record_attempt(uow, attempt, None, "started", CITIZEN)
    shift_order(uow, order, OrderState.PAYING, "attempt_started", CITIZEN)
    return Begun(attempt_view(attempt), new=True)


def _buys_passes(order: OrderView) -> bool:
    return any(line.about is not None for line in order.chosen)


def _require_no_money_for_a_rehearsal(order: OrderView, provider: PaymentProvider) -> None:
    """A rehearsal (演練) gives nobody a place. Raises CitizenMistakeError unless the provider takes no real money."""
    rehearsal = any(line.about is not None and line.about.rehearsal for line in order.chosen)
    if rehearsal and provider.key not in TRIAL_PROVIDERS:
        raise CitizenMistakeError("演練不收真的錢，尚未扣款。請改用測試的繳費方式。")


def new_trade_number(now: datetime) -> str:
    """A number unique for ever at every provider: the city's day and 60 random bits, 20 characters of [A-Z0-9]."""
    return f"{now.astimezone(TAIPEI):%Y%m%d}" + "".join(secrets.choice(TRADE_ALPHABET) for _ in range(12))
