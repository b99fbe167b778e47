"""Payments that a citizen has made here, written straight into the books."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import text

from infra.database import UnitOfWorkFactory

ORDER = """
INSERT INTO orders (id, channel, citizen, bills, state, total, expires_at, paid_at)
VALUES (:order, :channel, :citizen, 'x', 'paid', :total, now(), :paid_at)
"""
LINE = """
INSERT INTO order_line (order_id, position, agency, type, number, fee_item, plate, kind, source, parked_on, deadline,
    amount, pay_amount, discount, asked_at, covers)
VALUES (:order, :position, :agency, :type, :number, :fee_item, :plate, 'car', 'ledger', :parked_on, :parked_on,
    :amount, :amount, :discount, now(), :covers)
"""
ATTEMPT = """
INSERT INTO attempt (id, order_id, provider, trade_number, amount, fee, state, expires_at)
VALUES (:attempt, :order, :provider, :trade, :total, 0, 'paid', now())
"""
PAYMENT = """
INSERT INTO payment (attempt_id, order_id, provider, amount, paid_at)
VALUES (:attempt, :order, :provider, :total, :paid_at)
"""
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def line(number: str, amount: int = 40, plate: str = "ABC-1234", **changes: Any) -> dict[str, Any]:
    """A bill as it was paid."""
    plain = {
        "agency": "TPE", "type": "bill", "fee_item": "parking", "parked_on": date(2026, 11, 8),
        "discount": 0, "covers": [],
    }  # fmt: skip
    return plain | {"number": number, "amount": amount, "plate": plate} | changes


def pay(
    units: UnitOfWorkFactory,
    who: tuple[str, str],
    *lines: dict[str, Any],
    at: datetime = NOON,
    provider: str = "linepay",
) -> dict[str, Any]:
    """One payment of these bills by `who` (channel, citizen); its ids."""
    ids: dict[str, Any] = {"order": uuid.uuid4(), "attempt": uuid.uuid4(), "trade": uuid.uuid4().hex[:20].upper()}
    total = sum(one["amount"] - one["discount"] for one in lines)
    values = ids | {"channel": who[0], "citizen": who[1], "total": total, "paid_at": at, "provider": provider}
    with units() as uow:
        uow.connection.execute(text(ORDER), values)
        for position, one in enumerate(lines):
            uow.connection.execute(text(LINE), one | {"order": ids["order"], "position": position})
        for statement in (ATTEMPT, PAYMENT):
            uow.connection.execute(text(statement), values)
    return ids
