"""退款進度: what a citizen is told of money that goes back."""

import uuid

import pytest
from sqlalchemy import Engine, text

from tests.flow import Flow

MONEY = """
WITH made AS (
    INSERT INTO orders (id, channel, citizen, bills, state, total, expires_at)
    VALUES (:order, :channel, :citizen, 'x', 'open', 80, now()) RETURNING id
), tried AS (
    INSERT INTO attempt (id, order_id, provider, trade_number, amount, fee, state, expires_at)
    SELECT :attempt, id, 'demobank', :number, 80, 0, 'paid', now() FROM made RETURNING id, order_id
), came AS (
    INSERT INTO payment (attempt_id, order_id, provider, amount, paid_at)
    SELECT id, order_id, 'demobank', 80, now() FROM tried RETURNING attempt_id, order_id
)
INSERT INTO refund_due (attempt_id, order_id, amount, reason) SELECT attempt_id, order_id, 80, 'late' FROM came
"""
REFUND = """
WITH asked AS (
    INSERT INTO refund_request (id, attempt_id, amount, reason, needs_second, asked_by)
    VALUES (:request, :attempt, :amount, '重複', false, 'anna') RETURNING id
)
INSERT INTO refund (id, request_id, attempt_id, order_id, provider, refund_number, amount, state, reference)
SELECT gen_random_uuid(), id, :attempt, :order, 'demobank', :number, :amount, :state, :reference FROM asked
"""


@pytest.fixture
def money(flow: Flow, chat_engine: Engine) -> dict[str, object]:
    """NT$80 of this citizen on the refund list."""
    values = {"order": uuid.uuid4(), "attempt": uuid.uuid4(), "number": uuid.uuid4().hex[:20]}
    with chat_engine.begin() as connection:
        connection.execute(text(MONEY), values | {"channel": flow.channel, "citizen": flow.citizen})
    return values


def test_nothing_goes_back(flow: Flow) -> None:
    assert "目前沒有退款紀錄" in flow.say("退款進度")


def test_what_waits_for_staff_and_what_is_on_its_way(flow: Flow, chat_engine: Engine, money: dict[str, object]) -> None:
    assert "80 元 已列入退款" in flow.say("退款進度")
    for amount, state, reference in ((30, "done", "R1"), (20, "unknown", None)):
        values = {"request": uuid.uuid4(), "amount": amount, "state": state, "reference": reference}
        with chat_engine.begin() as connection:
            connection.execute(text(REFUND), money | values | {"number": uuid.uuid4().hex[:20]})
    told = flow.say("退款進度")
    for words in ("30 元 已列入退款", "30 元 已退款", "20 元 退款處理中"):
        assert words in told
