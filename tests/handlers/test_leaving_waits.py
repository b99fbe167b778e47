"""註銷 waits for money on its way back and for draws that are not over, and then for nothing more."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from domain.accounts import AccountState
from domain.clock import city_date
from services.passes.forgetting import Forgetting
from services.passes.rules import load_pass_rules
from tests.handlers.leaver import erase, leave, sql
from tests.handlers.newcomers import Newcomer

PAID_TWICE = """
WITH made AS (INSERT INTO orders (id, channel, citizen, bills, state, total, expires_at)
    VALUES (gen_random_uuid(), :channel, :citizen, 'hash', 'paid', 40, now()) RETURNING id),
tried AS (INSERT INTO attempt (id, order_id, provider, trade_number, amount, fee, state, expires_at)
    SELECT gen_random_uuid(), id, 'demobank', :trade, 40, 0, 'paid', now() FROM made RETURNING id, order_id),
came AS (INSERT INTO payment (attempt_id, order_id, provider, amount, paid_at)
    SELECT id, order_id, 'demobank', 40, now() FROM tried)
SELECT order_id, id FROM tried
"""
DUE = "INSERT INTO refund_due (attempt_id, order_id, amount, reason) VALUES (:attempt, :order, 40, 'double')"
ASKED = """
INSERT INTO refund_request (id, attempt_id, amount, reason, needs_second, asked_by)
VALUES (gen_random_uuid(), :attempt, :amount, '溢繳', false, 'staff') RETURNING id
"""
DECIDED = "UPDATE refund_request SET decision = :decision, decided_at = now(), decided_by = 'other' WHERE id = :request"
REFUND = """
INSERT INTO refund (id, request_id, attempt_id, order_id, provider, refund_number, amount, state)
VALUES (gen_random_uuid(), :request, :attempt, :order, 'demobank', :number, :amount, 'asked')
"""
DONE = "UPDATE refund SET state = 'done', reference = :number, ended_at = now() WHERE request_id = :request"


def number() -> str:
    return uuid.uuid4().hex[:20].upper()


def paid(citizen: Newcomer) -> tuple[uuid.UUID, uuid.UUID]:
    order, attempt = sql(citizen, PAID_TWICE, trade=number())[0]
    return order, attempt


def give_back(citizen: Newcomer, order: uuid.UUID, attempt: uuid.UUID, amount: int) -> uuid.UUID:
    request: uuid.UUID = sql(citizen, ASKED, attempt=attempt, amount=amount)[0][0]
    sql(citizen, DECIDED, request=request, decision="approved")
    sql(citizen, REFUND, request=request, attempt=attempt, order=order, number=number(), amount=amount)
    return request


def test_money_on_the_refund_list_is_waited_for_until_all_of_it_is_back(citizen: Newcomer) -> None:
    order, attempt = paid(citizen)
    sql(citizen, DUE, attempt=attempt, order=order)
    leave(citizen)
    assert "有款項要退給您" in citizen.flow.answer
    assert not erase(citizen)
    sql(citizen, DONE, request=give_back(citizen, order, attempt, 15), number=number())
    assert not erase(citizen), "15 of 40 are back"
    rest = give_back(citizen, order, attempt, 25)
    assert not erase(citizen), "the rest is asked for"
    sql(citizen, DONE, request=rest, number=number())
    assert erase(citizen)
    assert citizen.state() is None


def test_a_refund_that_staff_have_yet_to_decide_is_waited_for(citizen: Newcomer) -> None:
    _, attempt = paid(citizen)
    request = sql(citizen, ASKED, attempt=attempt, amount=40)[0][0]
    leave(citizen)
    assert not erase(citizen)
    sql(citizen, DECIDED, request=request, decision="rejected")
    assert erase(citizen)


ROUND = """
WITH made AS (INSERT INTO lot (number, name, district, village, address) VALUES (:lot, 'L', 'D', 'V', 'A'))
INSERT INTO pass_round (id, draw_id, lot, kind, pass_type, month, starts_on, ends_on, opens_at, closes_at, draw_at,
    pay_by, steps, registration_limit)
VALUES (gen_random_uuid(), '2030-01/' || :lot || '/car/all-day', :lot, 'car', 'all-day', '2030-01', '2030-01-01',
    '2030-01-31', now(), now() + interval '1 day', now() + interval '2 days', now() + interval '3 days', '*\\:1', 6)
RETURNING id
"""
ENTRY = """
INSERT INTO pass_entry (id, round_id, entry_no, log_index, commitment, salt, pool, plan, plate, compact, channel,
    citizen, preference, applied_at)
VALUES (gen_random_uuid(), :round, '1', 0, :commitment, '\\x01', 'G', 'general', 'ABC-1235', 'ABC1235', :channel,
    :citizen, 1, now())
"""


@pytest.fixture
def draw(citizen: Newcomer) -> uuid.UUID:
    """A round that the citizen has entered."""
    found: uuid.UUID = sql(citizen, ROUND, lot=number()[:6])[0][0]
    sql(citizen, ENTRY, round=found, commitment=uuid.uuid4().hex)
    return found


def entries(citizen: Newcomer, draw: uuid.UUID) -> list[tuple[object, ...]]:
    rows = sql(citizen, "SELECT state, citizen FROM pass_entry WHERE round_id = :round", round=draw)
    return [tuple(row) for row in rows]


def forget(citizen: Newcomer) -> int:
    """What the nightly job does."""
    with citizen.units() as uow:
        return Forgetting(load_pass_rules()).forget(uow)


def test_an_application_still_open_is_withdrawn_and_the_card_says_so(citizen: Newcomer, draw: uuid.UUID) -> None:
    assert "1 筆撤回" in citizen.flow.say("註銷")
    citizen.flow.press("確定註銷")
    assert erase(citizen)
    assert entries(citizen, draw) == [("LEFT", None)]


def test_an_entry_of_a_frozen_draw_is_waited_for_until_its_complaint_period_has_ended(
    citizen: Newcomer, draw: uuid.UUID
) -> None:
    sql(citizen, "UPDATE pass_round SET phase = 'frozen', frozen_at = now() WHERE id = :round", round=draw)
    assert "抽籤或申訴期間還沒結束" in citizen.flow.say("註銷")
    assert "撤回" not in citizen.flow.answer
    assert "鎖定" in citizen.flow.press("確定註銷")
    assert not erase(citizen)
    assert citizen.state() is AccountState.LEAVING
    with pytest.raises(DBAPIError):
        sql(citizen, "UPDATE pass_entry SET state = 'LEFT' WHERE round_id = :round", round=draw)
    assert forget(citizen) == 0, "there may be complaints"
    rules = load_pass_rules()
    over = city_date(datetime.now(UTC)) - rules.complaint_period
    sql(citizen, "UPDATE pass_round SET starts_on = :over, ends_on = :over WHERE id = :round", round=draw, over=over)
    assert forget(citizen) == 0, "it is the last day"
    assert not erase(citizen)
    day_before = over - timedelta(days=1)
    sql(citizen, "UPDATE pass_round SET ends_on = :over WHERE id = :round", round=draw, over=day_before)
    assert [forget(citizen), forget(citizen)] == [1, 0]
    assert erase(citizen)
    assert entries(citizen, draw) == [("live", None)], "the list stays as it was drawn, without the person"


def test_a_draw_that_was_called_off_is_not_waited_for(citizen: Newcomer, draw: uuid.UUID) -> None:
    sql(citizen, "UPDATE pass_round SET phase = 'void' WHERE id = :round", round=draw)
    leave(citizen)
    assert erase(citizen)
