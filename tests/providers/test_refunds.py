"""Refunds over every provider: given back once, never more than was paid, never guessed."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from domain.refunds import RefundRules, RefundState
from services import refundbook
from services.refunds import RefundRuleError, Refunds
from tests.clock import MovableClock
from tests.pay.world import Recorder, World, bill
from tests.providers.rigs import LOSSES, RIGS, Rig, given_up_soon

pytestmark = pytest.mark.slow  # every provider, every fault, a server each
STATES = "SELECT state FROM refund ORDER BY asked_at"
LIMIT = 100


@dataclass
class Desk:
    """Staff, with a payment of NT$80 to give back."""

    world: World
    rig: Rig
    refunds: Refunds
    number: str
    money: uuid.UUID

    def ask(self, amount: int, staff: str = "anna", reason: str = "重複繳費") -> bool:
        with self.world.unit() as uow:
            return self.refunds.request(uow, self.money, amount, reason=reason, staff=staff)

    def decide(self, request: Any, staff: str, *, approve: bool = True) -> None:
        with self.world.unit() as uow:
            self.refunds.decide(uow, request, approve=approve, staff=staff)

    def carry_out(self) -> RefundState:
        """The newest refund, as its job does."""
        (row,) = self.world.rows("SELECT id FROM refund ORDER BY asked_at DESC LIMIT 1")
        return self.refunds.carry_out(self.world.unit, row[0])

    def later(self) -> list[RefundState]:
        """All calls are surely over, and the schedule comes."""
        self.world.run(
            "UPDATE refund SET sent_at = sent_at - interval '1 hour', next_look_at = now() WHERE next_look_at > now()"
        )
        with self.world.unit() as uow:
            due = self.refunds.due(uow)
        return [self.refunds.carry_out(self.world.unit, refund_id) for refund_id in due]

    @property
    def given(self) -> int:
        return self.rig.given(self.number)

    def states(self) -> list[str]:
        return [row[0] for row in self.world.rows(STATES)]


@pytest.fixture
def desk(pay_engine: Engine, rig: Rig) -> Desk:
    return desk_of(World.build(pay_engine, provider=rig.provider), rig)


def desk_of(world: World, rig: Rig, amount: int = 80) -> Desk:
    order = world.open(bill("A1", amount))
    rig.arrive(world.start(order, provider_key=rig.provider.key))
    number = world.trade(order)
    rig.agree(number)
    world.settle(order)
    recorder = Recorder()
    refunds = Refunds({rig.provider.key: rig.provider}, recorder, RefundRules(LIMIT), recorder.defer)
    with world.unit() as uow:
        (money,) = refundbook.money_of(uow, number)
    return Desk(world, rig, refunds, number, money)


def test_the_whole(desk: Desk) -> None:
    assert desk.ask(80)
    assert desk.world.noted("task")[-1] == "refunds.carry_out"
    assert desk.carry_out() is RefundState.DONE
    assert desk.given == 80
    assert desk.carry_out() is RefundState.DONE  # the job came twice
    assert desk.given == 80


def test_in_parts_and_never_more_than_was_paid(desk: Desk) -> None:
    for part in (30, 30, 20):
        desk.ask(part)
        assert desk.carry_out() is RefundState.DONE
    with pytest.raises(RefundRuleError, match="最多可退 0 元"):
        desk.ask(1)
    assert desk.given == 80
    references = [row[0] for row in desk.world.rows("SELECT reference FROM refund")]
    assert len(set(references)) == 3


def test_two_jobs_at_once_give_back_once(desk: Desk) -> None:
    desk.ask(50)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: desk.carry_out(), range(8)))
    assert desk.given == 50
    assert desk.states() == ["done"]


@pytest.mark.parametrize("fault", LOSSES)
def test_a_lost_answer_is_unknown_until_the_provider_has_been_asked(desk: Desk, fault: str) -> None:
    desk.ask(50)
    desk.rig.lose_refund(fault)
    with given_up_soon(fault):
        assert desk.carry_out() is RefundState.UNKNOWN
    with pytest.raises(RefundRuleError, match="還在處理"):
        desk.ask(30)
    if desk.rig.tells_refunds:
        assert desk.later() == [RefundState.DONE]
        assert desk.given == 50
        return
    assert desk.later() == [RefundState.UNKNOWN]  # never sent again on a guess
    made = desk.given == 50
    (row,) = desk.world.rows("SELECT id FROM refund")
    with desk.world.unit() as uow:
        desk.refunds.settle_by_staff(uow, row[0], reference="V1" if made else None, staff="ben")
    assert desk.states() == ["done" if made else "refused"]
    assert desk.later() == []


def test_an_earlier_refund_of_the_same_amount_is_not_taken_for_the_lost_one(desk: Desk) -> None:
    desk.ask(30)
    desk.carry_out()
    desk.ask(30)
    desk.rig.lose_refund(LOSSES[0])
    assert desk.carry_out() is RefundState.UNKNOWN
    desk.later()
    told = desk.rig.tells_refunds
    assert (desk.states(), desk.given) == (["done", "done" if told else "unknown"], 60 if told else 30)


def test_a_call_that_may_still_be_on_its_way_is_not_repeated(desk: Desk) -> None:
    desk.ask(30)
    desk.rig.lose_refund(LOSSES[0])
    desk.carry_out()
    desk.world.run("UPDATE refund SET next_look_at = now()")
    assert desk.carry_out() is RefundState.UNKNOWN
    assert desk.given == 0


def test_killed_before_the_answer_was_booked_it_is_not_sent_twice(desk: Desk) -> None:
    desk.ask(50)
    refund = desk.rig.provider.refund

    def killed(refunding: Any) -> Any:
        refund(refunding)
        raise KeyboardInterrupt

    desk.rig.provider.refund = killed
    with pytest.raises(KeyboardInterrupt):
        desk.carry_out()
    assert desk.states() == ["asked"]
    desk.rig.provider.refund = refund
    assert desk.carry_out() is RefundState.ASKED  # the call may still be on its way
    desk.later()
    assert desk.given == 50
    assert desk.states() == ["done" if desk.rig.tells_refunds else "unknown"]


def test_the_provider_refuses_more_than_it_has(desk: Desk) -> None:
    desk.rig.take(desk.number, 80)
    desk.world.run("UPDATE payment SET amount = 90")  # our books say more than the provider's
    desk.ask(85)
    assert desk.carry_out() is RefundState.REFUSED
    assert desk.given == 0
    assert desk.ask(80)  # a refused one counts for nothing


def test_above_the_limit_another_person_approves(pay_engine: Engine) -> None:
    desk = of_demobank(pay_engine, 300)
    assert not desk.ask(LIMIT + 1, "anna")
    assert desk.states() == []
    with desk.world.unit() as uow:
        (waiting,) = desk.refunds.waiting(uow)
    for nobody in ("anna", " anna ", ""):
        with pytest.raises(RefundRuleError, match="另一位同仁"):
            desk.decide(waiting.id, nobody)
    with pytest.raises(RefundRuleError, match="最多可退 199 元"):
        desk.ask(200)  # what waits is spoken for
    desk.decide(waiting.id, "ben")
    assert desk.carry_out() is RefundState.DONE
    assert desk.given == LIMIT + 1
    with pytest.raises(RefundRuleError, match="已經有人決定"):
        desk.decide(waiting.id, "carl")


def test_a_rejected_request_gives_nothing_back(pay_engine: Engine) -> None:
    desk = of_demobank(pay_engine, 300)
    desk.ask(LIMIT + 1, "anna")
    with desk.world.unit() as uow:
        (waiting,) = desk.refunds.waiting(uow)
    desk.decide(waiting.id, "ben", approve=False)
    assert (desk.states(), desk.given) == ([], 0)
    assert desk.ask(LIMIT)


@pytest.mark.parametrize(
    ("amount", "staff", "reason"),
    [(0, "a", "r"), (-5, "a", "r"), (81, "a", "r"), (5, " ", "r"), (5, "a", " "), (5, "a", "長" * 201)],
)
def test_what_makes_no_sense_is_refused(pay_engine: Engine, amount: int, staff: str, reason: str) -> None:
    desk = of_demobank(pay_engine)
    with pytest.raises(RefundRuleError):
        desk.ask(amount, staff, reason)
    assert desk.world.rows("SELECT count(*) FROM refund_request") == [(0,)]


def test_two_desks_at_once_never_give_back_more_than_was_paid(pay_engine: Engine) -> None:
    desk = of_demobank(pay_engine)

    def ask(_: int) -> bool:
        try:
            return desk.ask(50)
        except RefundRuleError:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(8))) == 1
    assert desk.world.rows("SELECT sum(amount) FROM refund") == [(50,)]


def test_the_database_itself_lets_no_sum_go_beyond_what_was_paid(pay_engine: Engine) -> None:
    desk = of_demobank(pay_engine)
    desk.ask(80)
    desk.carry_out()
    with pytest.raises(DBAPIError, match="more than was paid"):
        desk.world.run("UPDATE refund SET amount = 81")


def test_every_move_has_history_and_an_audit_row_and_the_citizen_is_told(pay_engine: Engine) -> None:
    desk = of_demobank(pay_engine)
    desk.ask(30)
    desk.rig.lose_refund(LOSSES[0])
    desk.carry_out()
    desk.later()
    moves = desk.world.rows("SELECT from_state, to_state, cause FROM refund_move ORDER BY id")
    assert [tuple(move) for move in moves] == [
        (None, "asked", "approved"),
        ("asked", "unknown", "no_clear_answer"),
        ("unknown", "asked", "never_heard"),
        ("asked", "done", "reported"),
    ]
    actions = [
        row[0] for row in desk.world.rows("SELECT action FROM audit_row WHERE action LIKE 'refund.%' ORDER BY id")
    ]
    assert actions == [
        "refund.requested", "refund.approved", "refund.asked", "refund.unknown", "refund.asked", "refund.done",
    ]  # fmt: skip
    told = [note for note in desk.world.noted("notice") if note.startswith("refund_progress")]
    assert [note.split(":")[2] for note in told] == ["30", "30"]


def test_the_refund_list_shrinks_by_what_was_given_back(pay_engine: Engine) -> None:
    desk = of_demobank(pay_engine)
    desk.world.run(
        "INSERT INTO refund_due (attempt_id, order_id, amount, reason)"
        " SELECT attempt_id, order_id, 80, 'double' FROM payment"
    )
    desk.ask(30)
    with desk.world.unit() as uow:
        (owed,) = refundbook.owed(uow)
    assert (owed.left, owed.reason, owed.attempt_id) == (50, "double", desk.money)
    desk.carry_out()
    desk.ask(50)
    with desk.world.unit() as uow:
        assert list(refundbook.owed(uow)) == []


def test_money_nobody_took_cannot_be_given_back(pay_engine: Engine) -> None:
    desk = of_demobank(pay_engine)
    desk.money = uuid.uuid4()
    with pytest.raises(refundbook.RefundNotFoundError):
        desk.ask(1)


def of_demobank(engine: Engine, amount: int = 80) -> Desk:
    with RIGS["demobank"](engine, MovableClock(datetime.now(UTC))) as rig:
        return desk_of(World.build(engine, provider=rig.provider), rig, amount)
