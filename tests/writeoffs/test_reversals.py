"""A refund takes the write-off back at the agency, behind it, once, and never another bill's."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from domain.orders import ForbiddenMoveError
from domain.ports.refunds import RefundOutcome, RefundReport
from domain.refunds import RefundState
from domain.writeoffs import WRITE_OFF_MOVES, Standing, WriteOffStanding, WriteOffState, move_write_off, taken_back_by
from services.writeoffs import making, state_of
from services.writeoffs.making import ReversalError
from tests.pay.world import bill
from tests.writeoffs.conftest import GivingBank, Town


def test_a_whole_refund_takes_every_bill_back(town: Town) -> None:
    town.join()
    order = town.pay(bill("A1", 80), bill("A2", 200))
    town.sweep()
    town.give_back(order, 280)
    assert town.sweep() == 2
    assert town.agency.books == {"A1": 0, "A2": 0}
    with town.world.unit() as uow:
        assert state_of(uow, order.id) is WriteOffStanding.REVERSED
    assert town.agency.wrong == []


def test_a_reversal_never_overtakes_its_write_off(town: Town) -> None:
    town.join()
    town.agency.faults = [500]
    order = town.pay(bill("A1", 80))
    town.sweep()
    town.give_back(order, 80)
    town.sweep()  # the write-off waits for its next try
    assert town.states() == ["unknown", "due"]
    town.later()
    assert [said["kind"] for said in town.agency.heard] == ["write_off", "reversal"]
    assert town.agency.wrong == []


def test_a_number_that_a_provider_names_twice_is_no_second_refund(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    same = RefundReport(RefundOutcome.DONE, "F1")
    monkeypatch.setattr(GivingBank, "refund", lambda *_: same)
    order = town.pay(bill("A1", 80), bill("A2", 200))
    assert town.give_back(order, 80) is RefundState.DONE
    with capture_logs() as logs:
        assert town.give_back(order, 200) is RefundState.UNKNOWN
    assert [one["event"] for one in logs] == ["refund_reference_repeated"]


def test_money_that_came_twice_was_written_off_once(town: Town) -> None:
    town.join()
    order = town.pay(bill("A1", 80))
    trade = town.world.trade(order)
    town.world.bank.report(trade, town.world.bank.books[trade].outcome, 80, "another")
    town.world.settle(order)
    (late,) = town.world.rows("SELECT id FROM attempt WHERE state = 'late'")
    with town.world.unit() as uow:
        town.refunds.request(uow, late[0], 80, reason="重複繳費", staff="anna")
    (row,) = town.world.rows("SELECT id FROM refund")
    town.refunds.carry_out(town.world.unit, row[0])
    town.sweep()
    assert [said["kind"] for said in town.agency.heard] == ["write_off"]
    assert town.agency.books == {"A1": 80}
    with town.world.unit() as uow:
        assert making.unclear(uow) == []


def test_a_part_of_one_bill_goes_back_in_parts(town: Town) -> None:
    town.join()
    order = town.pay(bill("A1", 80))
    for part in (30, 30, 20):
        town.give_back(order, part)
    town.sweep()
    assert [said["amount"] for said in town.agency.heard] == [80, 30, 30, 20]
    assert town.agency.books == {"A1": 0}


def test_a_part_of_several_bills_is_said_by_staff(town: Town) -> None:
    town.join()
    order = town.pay(bill("A1", 80), bill("A2", 80))
    town.give_back(order, 80)
    town.sweep()
    assert town.agency.books == {"A1": 80, "A2": 80}, "nothing is guessed"
    with town.world.unit() as uow:
        ((refund, amount),) = making.unclear(uow)
    assert amount == 80
    with town.world.unit() as uow:
        with pytest.raises(ReversalError, match=r"at most NT\$80"):
            making.take_back_of(uow, refund, "A2", 81, staff="anna")
        with pytest.raises(ReversalError, match=r"at most NT\$0"):
            making.take_back_of(uow, refund, "A9", 80, staff="anna")
        making.take_back_of(uow, refund, "A2", 80, staff="anna")
    town.sweep()
    assert town.agency.books == {"A1": 80, "A2": 0}
    with town.world.unit() as uow:
        assert making.unclear(uow) == []


def test_what_was_never_booked_is_not_taken_back(town: Town) -> None:
    town.join()
    town.agency.no = {"A1": "unknown_bill"}
    order = town.pay(bill("A1", 80))
    town.sweep()
    town.later()
    town.give_back(order, 80)
    assert town.states() == ["refused", "due"]
    assert town.later() == 0, "the reversal waits behind it"
    (write_off, _) = town.world.rows("SELECT id FROM write_off ORDER BY serial")
    with town.world.unit() as uow:
        town.deciding.settle(uow, write_off[0], booked=False, staff="anna")
    assert town.states() == ["dropped", "dropped"]
    assert town.later() == 0


AMOUNTS = st.lists(st.tuples(st.integers(1, 500), st.integers(0, 500)), min_size=1, max_size=5)


@given(AMOUNTS, st.integers(1, 2500))
def test_no_more_is_taken_back_than_there_is_nor_than_was_refunded(bills: list[tuple[int, int]], refund: int) -> None:
    standing = [Standing(uuid.uuid4(), amount, max(amount - back, 0)) for amount, back in bills]
    shares = taken_back_by(refund, standing)
    if shares is None:
        assert sum(one.left for one in standing) > refund
        return
    left = {one.id: one.left for one in standing}
    assert all(0 < share <= left[id_] for id_, share in shares.items())
    assert sum(shares.values()) == min(refund, sum(left.values()))


def test_the_table_of_moves_lets_nothing_leave_an_end() -> None:
    for end in (WriteOffState.ACCEPTED, WriteOffState.DROPPED):
        for to in WriteOffState:
            with pytest.raises(ForbiddenMoveError):
                move_write_off(end, to)
    assert set(WRITE_OFF_MOVES) == set(WriteOffState)
