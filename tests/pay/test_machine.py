"""The payment model driven at random: no forbidden move, no lost history, and the books agree once all is known."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Engine

from domain.errors import CitizenMistakeError, OutsideError
from domain.orderview import OrderView
from domain.ports.payments import AttemptOutcome, Report, Taking
from domain.ports.refunds import Refunding, RefundOutcome, RefundReport
from domain.refunds import RefundRules
from services.orderbook import OrderNotFoundError
from services.refunds import RefundRuleError, Refunds
from tests.pay.history import assert_history
from tests.pay.world import CITIZEN, OTHER, Recorder, ScriptedProvider, World, bill, notice, silence

A1, A2, A3 = bill("A1", 80), bill("A2", 200), bill("A3", 30)
OWED = (A1, A2, A3, notice("N1", A1))
ENDS = (AttemptOutcome.FAILED, AttemptOutcome.CANCELLED, AttemptOutcome.EXPIRED)
EMPTY = (
    "TRUNCATE noted, refund_move, refund, refund_request, refund_due, payment, order_move, claim, attempt, order_line,"
    " orders, audit_row, procrastinate_jobs CASCADE"
)


@dataclass
class Bank(ScriptedProvider):
    """A provider with books of refunds too; `loses`: its next refund is lost before or after it was made."""

    taken: dict[str, int] = field(default_factory=dict)  # trade number, amount
    given: list[tuple[str, int]] = field(default_factory=list)  # refund number, amount: as often as it was called
    loses: str = ""

    def pay(self, trade_number: str, amount: int) -> None:
        super().pay(trade_number, amount)
        self.taken.setdefault(trade_number, amount)

    def refund(self, refunding: Refunding) -> RefundReport:
        lost, self.loses = self.loses, ""
        if lost != "before":
            self.given.append((refunding.refund_number, refunding.amount))
        if lost:
            raise OutsideError("timeout")
        return RefundReport(RefundOutcome.DONE, "F" + refunding.refund_number)

    def ask_refund(self, refunding: Refunding) -> RefundReport:
        if refunding.refund_number in dict(self.given):
            return RefundReport(RefundOutcome.DONE, "F" + refunding.refund_number)
        return RefundReport(RefundOutcome.NOT_FOUND)


class Killed(BaseException):
    """SIGKILL, as far as a test can: nothing after it is done."""


def killed(_: Taking) -> None:
    raise Killed


WEATHER: Mapping[str, Callable[[Taking], None]] = {"": lambda taking: None, "silent": silence, "killed": killed}
EXAMPLES, STEPS = 15, 20
SELDOM = st.integers(0, 4).map(lambda drawn: drawn == 4)
ANY_WEATHER = st.sampled_from(["", "", "", "silent", "killed"])
OFTEN = SELDOM.map(lambda seldom: not seldom)


class Payments(RuleBasedStateMachine):
    """Two citizens, four things to pay, one provider that does whatever it likes."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.bank = Bank()
        self.world = World.build(engine, provider=self.bank)
        self.world.run(EMPTY)
        recorder = Recorder()
        self.refunds = Refunds({"demobank": self.bank}, recorder, RefundRules(10_000), recorder.defer)
        self.orders: list[OrderView] = []

    # What citizens do

    @rule(chosen=st.sets(st.sampled_from(range(len(OWED))), min_size=1), stranger=st.booleans(), weather=ANY_WEATHER)
    def begin(self, chosen: set[int], stranger: bool, weather: str) -> None:
        payables = [OWED[at] for at in sorted(chosen)]
        with suppress(CitizenMistakeError):  # all of it is paid
            self.orders.append(self.world.open(*payables, citizen=OTHER if stranger else CITIZEN))
            self.start(self.orders[-1], weather)

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), weather=ANY_WEATHER)
    def begin_again(self, data: st.DataObject, weather: str) -> None:
        self.start(data.draw(st.sampled_from(self.orders)), weather)

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), closes=st.booleans())
    def want_another_way(self, data: st.DataObject, closes: bool) -> None:
        self.bank.closes = self.bank.can_withdraw = closes
        with suppress(CitizenMistakeError, OrderNotFoundError):  # not now, or forgotten
            self.world.payments.withdraw(self.world.unit, data.draw(st.sampled_from(self.orders)).id)
        self.bank.closes = self.bank.can_withdraw = True

    # What the provider does

    @precondition(lambda self: self.bank.books)
    @rule(data=st.data(), how=st.sampled_from(["pay", "pay less", "approve", "number", *ENDS]))
    def decide(self, data: st.DataObject, how: str) -> None:
        number = data.draw(st.sampled_from(sorted(self.bank.books)))
        now = self.bank.books[number].outcome
        if how == "pay" and now is not AttemptOutcome.PAID:  # also long after it has said otherwise
            self.bank.pay(number, self.amount(number))
        elif how == "pay less" and now is AttemptOutcome.PENDING:
            self.bank.pay(number, self.amount(number) - 1)
        elif how == "number" and now is AttemptOutcome.PENDING:  # it can be paid until then, and not be taken back
            until = self.bank.now() + timedelta(hours=1)
            self.bank.books[number] = Report(AttemptOutcome.PENDING, payable_until=until)
        elif how in ("pay", "pay less", "number"):
            return
        elif now is AttemptOutcome.PENDING:
            self.bank.report(number, AttemptOutcome.APPROVED if how == "approve" else AttemptOutcome(how))

    @precondition(lambda self: self.ended())
    @rule(data=st.data())
    def take_late(self, data: st.DataObject) -> None:
        """Money for a trade that the provider had called over, and a word of it."""
        number = data.draw(st.sampled_from(self.ended()))
        self.world.payments.settle(self.world.unit, self.world.attempt_id(number))
        self.bank.pay(number, self.amount(number))
        self.world.payments.settle(self.world.unit, self.world.attempt_id(number))

    # What the house does

    @precondition(lambda self: self.bank.books)
    @rule(data=st.data(), may_take=OFTEN, weather=ANY_WEATHER, at=st.sampled_from(["ask", "confirm"]))
    def settle(self, data: st.DataObject, may_take: bool, weather: str, at: str) -> None:
        number = data.draw(st.sampled_from(sorted(self.bank.books)))
        setattr(self.bank, f"on_{at}", WEATHER[weather])
        with suppress(Killed):
            self.world.payments.settle(self.world.unit, self.world.attempt_id(number), may_take=may_take)
        self.bank.on_ask = self.bank.on_confirm = WEATHER[""]

    @rule()
    def time_passes(self) -> None:
        self.world.age_attempts(90)
        self.world.run(
            "UPDATE refund SET sent_at = sent_at - interval '1 hour', next_look_at = next_look_at - interval '1 hour'"
        )
        self.sweep()

    @precondition(lambda self: self.orders)
    @rule()
    def orders_end(self) -> None:
        """The time of open orders is over; offers that nobody took up are forgotten."""
        self.world.run("UPDATE orders SET expires_at = now() WHERE state = 'open'")
        with self.world.unit() as uow:
            self.world.orders.forget_offers(uow)
            self.world.orders.expire_due(uow)

    @precondition(lambda self: self.bank.charged)
    @rule(data=st.data(), amount=st.integers(1, 80), lost=st.sampled_from(["", "before", "after"]))
    def give_back(self, data: st.DataObject, amount: int, lost: str) -> None:
        money = [row[0] for row in self.world.rows("SELECT attempt_id FROM payment ORDER BY attempt_id")]
        if not money:
            return
        self.bank.loses = lost
        try:
            with self.world.unit() as uow:
                self.refunds.request(uow, data.draw(st.sampled_from(money)), amount, reason="x", staff="anna")
        except RefundRuleError:
            return  # more than is left, or another is under way
        finally:
            self.bank.loses = ""
        self.bank.loses = lost
        self.sweep_refunds()
        self.bank.loses = ""

    # What always holds

    @invariant()
    def history_is_whole_and_allowed(self) -> None:
        assert_history(self.world.rows)

    @invariant()
    def only_what_is_paid_or_being_paid_is_held(self) -> None:
        held = """SELECT count(*) FROM claim JOIN orders o ON o.id = order_id
                  WHERE live AND o.state NOT IN ('paying','paid')"""
        assert self.world.rows(held) == [(0,)]
        bare = """SELECT count(*) FROM orders o WHERE state IN ('paying','paid')
                  AND NOT EXISTS (SELECT FROM claim c WHERE c.order_id = o.id AND live)"""
        assert self.world.rows(bare) == [(0,)]

    @invariant()
    def no_more_goes_back_than_came(self) -> None:
        over = """SELECT count(*) FROM payment p WHERE amount < (SELECT coalesce(sum(amount), 0) FROM refund r
                  WHERE r.attempt_id = p.attempt_id AND state <> 'refused')"""
        assert self.world.rows(over) == [(0,)]

    def teardown(self) -> None:
        """The provider answers everything: nothing stays unknown, and both books are the same."""
        for number, report in list(self.bank.books.items()):
            if report.outcome in (AttemptOutcome.PENDING, AttemptOutcome.APPROVED):
                self.bank.report(number, AttemptOutcome.EXPIRED)
        self.world.age_attempts(3600)
        for (attempt_id,) in self.world.rows("SELECT id FROM attempt WHERE late_of IS NULL"):
            self.world.payments.settle(self.world.unit, attempt_id)
        self.world.run(
            "UPDATE refund SET sent_at = sent_at - interval '1 hour', next_look_at = now() WHERE ended_at IS NULL"
        )
        self.sweep_refunds()
        live = """SELECT attempt.state, trade_number FROM attempt JOIN orders ON orders.id = order_id
                  WHERE attempt.state IN ('started','confirming','unknown')"""
        assert self.world.rows(f"{live} AND stopped_at IS NULL") == []
        stopped = [number for _, number in self.world.rows(live)]  # another amount was taken: staff have it
        assert self.world.rows("SELECT count(*) FROM refund WHERE ended_at IS NULL") == [(0,)]
        assert all(self.bank.taken[number] != self.amount(number) for number in stopped)
        charged = sum(taken for number, taken in self.bank.taken.items() if number not in stopped)
        (came,), (back,) = (
            self.world.rows("SELECT coalesce(sum(amount), 0) FROM payment")[0],
            self.world.rows("SELECT coalesce(sum(amount), 0) FROM refund WHERE state = 'done'")[0],
        )
        assert (came, back) == (charged, sum(amount for _, amount in self.bank.given))
        useful = "SELECT coalesce(sum(total), 0) FROM orders WHERE state = 'paid'"
        listed = "SELECT coalesce(sum(amount), 0) FROM refund_due"
        assert self.world.rows(useful)[0][0] + self.world.rows(listed)[0][0] == came
        super().teardown()

    # Helpers of the machine

    def start(self, order: OrderView, weather: str) -> None:
        self.bank.on_start = WEATHER[weather]
        with suppress(CitizenMistakeError, OrderNotFoundError, Killed):  # paid, ended, being paid, forgotten
            self.world.start(self.world.read(order))
        self.bank.on_start = WEATHER[""]

    def ended(self) -> list[str]:
        return sorted(number for number, report in self.bank.books.items() if report.outcome in ENDS)

    def amount(self, number: str) -> int:
        query = "SELECT amount + fee FROM attempt WHERE trade_number = :n AND late_of IS NULL"
        return int(self.world.rows(query, n=number)[0][0])

    def sweep(self) -> None:
        with self.world.unit() as uow:
            due = self.world.payments.due(uow)
        for attempt_id in due:
            self.world.payments.settle(self.world.unit, attempt_id)
        self.sweep_refunds()

    def sweep_refunds(self) -> None:
        with self.world.unit() as uow:
            due = self.refunds.due(uow)
        for refund_id in due:
            self.refunds.carry_out(self.world.unit, refund_id)


@pytest.mark.slow
@pytest.mark.timeout(300)  # a busy machine takes its time over so many transactions
def test_whatever_happens(pay_engine: Engine) -> None:
    few = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.reuse, Phase.generate),  # shrinking would take longer than the test may
    )
    run_state_machine_as_test(lambda: Payments(pay_engine), settings=few)
