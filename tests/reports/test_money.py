"""The monthly sums of money are those of the provider's own books, to the dollar, after any history."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from domain.months import Month
from domain.orders import AttemptState
from domain.ports.payments import AttemptOutcome
from services.reports import money
from services.reports.money import FEE, LATE, Sum, Sums
from tests.pay.test_machine import EMPTY
from tests.pay.world import ScriptedProvider, World, bill, notice

FEE_OF = {"demobank": 0, "ecpay": 15}  # NT$
MOMENTS = [  # around the ends of months in Taiwan
    datetime(2026, 9, 30, 16, 0, tzinfo=UTC),
    datetime(2026, 10, 31, 15, 59, 59, 999_999, tzinfo=UTC),
    datetime(2026, 10, 31, 16, 0, tzinfo=UTC),
    datetime(2026, 11, 15, 4, 0, tzinfo=UTC),
    datetime(2025, 11, 1, 0, 0, tzinfo=UTC),
]
MONTHS = [Month.parse(text) for text in ("2025-11", "2026-09", "2026-10", "2026-11")]
DEEDS = st.tuples(
    st.sampled_from(["bill", "two", "notice", "double", "failed", "given_back"]),
    st.sampled_from(sorted(FEE_OF)),
    st.integers(1, 5000),
    st.sampled_from(MOMENTS),
)
Deed = tuple[str, str, int, datetime]
GIVE_BACK = """
WITH request AS (
  INSERT INTO refund_request (id, attempt_id, amount, reason, needs_second, asked_by)
  VALUES (gen_random_uuid(), :attempt, :amount, 'test', false, 'staff-1') RETURNING id
)
INSERT INTO refund (id, request_id, attempt_id, order_id, provider, refund_number, amount, state, reference, ended_at)
SELECT gen_random_uuid(), request.id, :attempt, p.order_id, p.provider, :number, :amount, 'done',
  :number, :at
FROM request, payment p WHERE p.attempt_id = :attempt
"""


class Books:
    """What the providers would show: kept beside what they are told to say, never read from our tables."""

    def __init__(self, engine: Engine) -> None:
        self.moment = MOMENTS[0]
        self.worlds = {key: self._world(engine, key, fee) for key, fee in FEE_OF.items()}
        self.taken: Counter[tuple[Month, str, str, str]] = Counter()  # month, provider, agency, item -> NT$
        self.payments: Counter[tuple[Month, str]] = Counter()
        self.back: Counter[tuple[Month, str]] = Counter()
        self._numbers = count(1)

    def _world(self, engine: Engine, key: str, fee: int) -> World:
        return World.build(engine, provider=ScriptedProvider(key=key, fee=fee, now=lambda: self.moment))

    def do(self, deed: Deed) -> None:
        what, provider, amount, self.moment = deed
        world, month, fee = self.worlds[provider], Month.of(deed[3]), FEE_OF[provider]
        mine = bill(f"B{next(self._numbers)}", amount)
        owed = {
            "two": [mine, bill(f"B{next(self._numbers)}", 7, agency="TPE", plate=mine.plate)],
            "notice": [notice(f"N{next(self._numbers)}", mine)],
        }.get(what, [mine])
        order = world.open(*owed)
        world.start(order, provider_key=provider)
        trade = world.trade(order)
        if what == "failed":
            world.bank.report(trade, AttemptOutcome.FAILED)
            world.settle(order)
            return
        attempt = world.attempt_id(trade)
        world.bank.pay(trade, order.total + fee)
        assert world.settle(order) is AttemptState.PAID
        self.payments[month, provider] += 1
        for one in owed:
            self.taken[month, provider, one.agency, one.fee_item] += one.pay_amount
        self.taken[month, provider, FEE, FEE] += fee
        if what == "double":
            world.bank.report(trade, AttemptOutcome.PAID, amount + 1, f"again-{trade}")
            world.payments.settle(world.unit, attempt)
            self.payments[month, provider] += 1
            self.taken[month, provider, LATE, LATE] += amount + 1
        if what == "given_back":
            world.run(GIVE_BACK, attempt=str(attempt), number=f"F{next(self._numbers)}", amount=amount, at=self.moment)
            self.back[month, provider] += amount

    def sums(self, month: Month, part: Callable[[tuple[Month, str, str, str]], str]) -> dict[str, int]:
        found: Counter[str] = Counter()
        for key, amount in self.taken.items():
            if key[0] == month and amount:
                found[part(key)] += amount
        return dict(found)


@pytest.fixture
def books(engine: Engine) -> Books:
    return Books(engine)


def amounts(sums: Sums) -> dict[str, int]:
    return {key: one.amount for key, one in sums.items()}


def check(books: Books) -> None:
    with books.worlds["demobank"].unit() as uow:
        trend = money.by_month(uow, MONTHS[0], MONTHS[-1])
        for month in MONTHS:
            providers = money.by_provider(uow, month)
            assert amounts(money.by_item(uow, month, "TPE")) == books.sums(month, lambda key: key[3])
            assert amounts(money.by_agency(uow, month, "TPE")) == books.sums(month, lambda key: key[2])
            assert amounts(providers) == books.sums(month, lambda key: key[1])
            counted = {key: one.count for key, one in providers.items()}
            assert counted == {key: books.payments[month, key] for key in counted}
            back = {provider: amount for (of, provider), amount in books.back.items() if of == month}
            assert amounts(money.given_back(uow, month)) == back
            moved = trend.get(month, money.Moved())
            came = sum(books.sums(month, lambda key: "").values())
            assert moved == money.Moved(sum(counted.values()), came, sum(back.values()))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(DEEDS, min_size=1, max_size=5))
def test_every_dollar_is_in_its_month_once(engine: Engine, deeds: Sequence[Deed]) -> None:
    books = Books(engine)
    books.worlds["demobank"].run(EMPTY)
    for deed in deeds:
        books.do(deed)
    check(books)


def test_each_kind_of_money_around_the_end_of_a_month(books: Books) -> None:
    for at, what in enumerate(("bill", "two", "notice", "double", "failed", "given_back")):
        for provider in FEE_OF:
            books.do((what, provider, 100 + at, MOMENTS[at % len(MOMENTS)]))
    check(books)


def test_the_month_is_that_of_taiwan(books: Books) -> None:
    books.do(("bill", "ecpay", 80, datetime(2026, 10, 31, 15, 59, 59, tzinfo=UTC)))
    books.do(("bill", "demobank", 100, datetime(2026, 10, 31, 16, 0, tzinfo=UTC)))
    with books.worlds["demobank"].unit() as uow:
        october, november = (money.by_item(uow, Month.parse(text), "TPE") for text in ("2026-10", "2026-11"))
        assert money.by_provider(uow, Month.parse("2026-10")) == {"ecpay": Sum(1, 95)}
    assert october == {"parking": Sum(1, 80), FEE: Sum(1, 15)}
    assert november == {"parking": Sum(1, 100)}
