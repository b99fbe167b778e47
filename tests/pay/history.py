"""Histories of orders, attempts, refunds and write-offs, as the tables of allowed moves want them."""

from collections.abc import Callable, Mapping
from typing import Any

from domain.orders import ATTEMPT_MOVES, ORDER_MOVES, AttemptState, OrderState
from domain.refunds import REFUND_MOVES, RefundState
from domain.writeoffs import WRITE_OFF_MOVES, WriteOffState

Rows = Callable[[str], list[Any]]


def assert_history(rows: Rows) -> None:
    """Every row's history leads, by allowed moves only, from its making to the state it is in."""
    _walk(rows, "orders", "order_move", "order_id", "attempt_id IS NULL", ORDER_MOVES, OrderState)
    _walk(rows, "attempt", "order_move", "attempt_id", "true", ATTEMPT_MOVES, AttemptState)
    _walk(rows, "refund", "refund_move", "refund_id", "true", REFUND_MOVES, RefundState)
    _walk(rows, "write_off", "write_off_move", "write_off_id", "true", WRITE_OFF_MOVES, WriteOffState)


def _walk(rows: Rows, table: str, moves: str, key: str, which: str, allowed: Mapping[Any, Any], states: type) -> None:
    now = {row[0]: row[1] for row in rows(f"SELECT id, state FROM {table}")}  # noqa: S608
    at: dict[Any, str] = {}
    query = f"SELECT {key}, from_state, to_state FROM {moves} WHERE {key} IS NOT NULL AND {which} ORDER BY id"  # noqa: S608
    for row, before, after in rows(query):
        assert before == at.get(row)
        assert before is None or states(after) in allowed[states(before)]
        at[row] = after
    assert at == now
