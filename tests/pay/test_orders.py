"""Opening, narrowing and ending orders; whose bills are paid here; claims."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from domain.bills import PaidState
from domain.errors import CitizenMistakeError
from domain.orders import OrderState
from domain.ports.payments import AttemptOutcome
from domain.reader import Language
from infra.settings import Settings
from services.collecting import Collecting
from services.orderbook import OrderNotFoundError
from services.orders import Orders
from tests.pay.world import CHANNEL, CITIES, CITIZEN, OTHER, World, bill, notice


def test_an_order_keeps_what_it_was_told(world: World) -> None:
    asked_at = datetime.now(UTC) - timedelta(seconds=7)
    with world.unit() as uow:
        opened = world.orders.open(
            uow,
            channel=CHANNEL,
            citizen=CITIZEN,
            payables=[bill("A1", 80), notice("N1", bill("A2", 240), bill("A3", 350), extra=190)],
            asked_at=asked_at,
            language="en",
        )
    order = world.read(opened)
    assert order == opened
    assert (order.state, order.total, order.language, order.citizen) == (OrderState.OPEN, 860, "en", CITIZEN)
    first, second = order.lines
    assert (first.key, first.pay_amount, first.asked_at, first.covers) == (bill("A1").key, 80, asked_at, ())
    assert (second.amount, second.extra_charge, second.pay_amount) == (590, 190, 780)
    assert [key.number for key in second.covers] == ["A2", "A3"]
    assert order.expires_at - order.created_at == timedelta(hours=24)


def test_a_bill_inside_a_notice_of_the_same_order_is_not_paid_beside_it(world: World) -> None:
    order = world.open(bill("A1", 240), notice("N1", bill("A1", 240)))
    assert [line.key.number for line in order.lines] == ["N1"]


def test_asking_again_uses_the_same_order_with_the_new_amounts(world: World) -> None:
    first = world.open(bill("A1", 80), bill("A2", 20))
    with world.unit() as uow:
        world.orders.choose(uow, first.id, {bill("A2").key})
    again = world.open(bill("A2", 20), bill("A1", 130))
    assert (again.id, again.total) == (first.id, 150)
    assert world.open(bill("A1", 130)).id != first.id
    assert world.open(bill("A1", 130), bill("A2", 20), citizen=OTHER).id != first.id
    assert world.open(bill("A1", 130), bill("A2", 20), citizen=None).id != first.id


def test_an_order_being_paid_is_used_again_as_it_is(world: World) -> None:
    order = world.open(bill("A1", 80))
    world.start(order)
    again = world.open(bill("A1", 130))
    assert (again.id, again.state, again.total) == (order.id, OrderState.PAYING, 80)


def test_narrowing_counts_again_and_needs_one_bill(world: World) -> None:
    order = world.open(bill("A1", 80), bill("A2", 20))
    with world.unit() as uow:
        assert world.orders.choose(uow, order.id, {bill("A2").key}).total == 20
        with pytest.raises(CitizenMistakeError):
            world.orders.choose(uow, order.id, {bill("A9").key})
    assert [line.chosen for line in world.read(order).lines] == [False, True]


def test_an_order_under_way_cannot_be_narrowed(world: World) -> None:
    order = world.open(bill("A1", 80), bill("A2", 20))
    world.start(order)
    with world.unit() as uow:
        world.orders.choose(uow, order.id, {bill("A2").key})
    assert world.read(order).total == 100


def test_bills_that_are_not_collected_here_are_not_taken(world: World) -> None:
    orders = Orders(Collecting(frozenset({"TPE"}), CITIES))
    with world.unit() as uow:
        with pytest.raises(CitizenMistakeError):
            orders.open(uow, channel=CHANNEL, citizen=CITIZEN, payables=[bill("A1")], asked_at=datetime.now(UTC))
        mixed = [bill("A1"), bill("T1", 30, agency="TPE")]
        order = orders.open(uow, channel=CHANNEL, citizen=CITIZEN, payables=mixed, asked_at=datetime.now(UTC))
    assert [line.key.agency for line in order.lines] == ["TPE"]


@pytest.mark.parametrize(
    ("environment", "collected"),
    [
        ({}, {"NWT", "OURS"}),  # console mode: all
        ({"collect_for": "TPE,OURS"}, {"OURS"}),
        ({"line_channel_secret": "s"}, {"OURS"}),  # our own ledger
        ({"line_channel_secret": "s", "collect_for": "NWT"}, {"NWT"}),
        ({"line_channel_secret": "s", "collect_for": ""}, set()),
    ],
)
def test_collect_for(environment: dict[str, str], collected: set[str]) -> None:
    production = {"line_channel_access_token": "t", "data_keys": "A" * 43 + "=", "session_key": "k" * 32}
    collecting = Collecting.of(Settings.model_validate(production | environment), CITIES)
    bills = (bill(agency="NWT"), replace(bill(agency="OURS"), source="ledger"))
    assert {one.agency for one in bills if collecting.collects(one)} == collected


def test_the_official_way_is_the_agencys_own(world: World) -> None:
    known = world.orders.official_way(bill("Q7078443D090047", agency="TPE"))
    assert (known.url, known.phone) == ("https://pay.taipei/qr/2/Q7078443D090047/bafb/2", "02-27269600")
    assert world.orders.official_way(bill("H60983881309263", agency="TPE")).url == "https://pay.taipei/"
    inside = bill("Q7078443D090047", agency="TPE")
    assert world.orders.official_way(notice("Q7078443D090047", inside)).url == "https://pay.taipei/"
    unknown = world.orders.official_way(bill(agency="NWT"))
    assert (unknown.url, unknown.phone) == (None, "1999")
    assert unknown.office(Language.ZH) == "新北市停車管理機關"
    assert "New Taipei" in unknown.office(Language.EN)


def test_orders_expire_by_the_databases_time_but_not_while_they_are_paid(world: World) -> None:
    old, paying = world.open(bill("A1")), world.open(bill("A2"))
    world.start(paying)
    world.run("UPDATE orders SET expires_at = now() - interval '1 second'")
    assert world.read(old).state is OrderState.EXPIRED  # shown at once
    with pytest.raises(CitizenMistakeError):
        world.start(old)
    with world.unit() as uow:
        assert world.orders.expire_due(uow) == 0  # nobody tried to pay the old one: it is an offer
        assert world.orders.forget_offers(uow) == 1
        assert world.orders.forget_offers(uow) == 0
    assert world.rows("SELECT id, state FROM orders") == [(paying.id, "paying")]
    for table in ("order_line", "order_move"):
        assert world.rows(f"SELECT count(*) FROM {table} WHERE order_id = :id", id=old.id) == [(0,)]  # noqa: S608


def test_an_order_that_somebody_tried_to_pay_is_kept_and_expires(world: World) -> None:
    order = world.open(bill("A1"))
    world.start(order)
    world.bank.report(world.trade(order), AttemptOutcome.CANCELLED)
    world.settle(order)
    world.run("UPDATE orders SET expires_at = now() - interval '1 second'")
    with world.unit() as uow:
        assert world.orders.forget_offers(uow) == 0
        assert world.orders.expire_due(uow) == 1
        assert world.orders.expire_due(uow) == 0
    assert world.rows("SELECT state FROM orders") == [("expired",)]


def test_paid_keys_tell_paying_from_paid(world: World) -> None:
    order = world.open(notice("N1", bill("A2", 240)))
    keys = {bill("A2").key, notice("N1", bill("A2")).key, bill("A9").key}
    with world.unit() as uow:
        assert world.orders.paid_keys(uow, keys) == {}
        assert world.orders.paid_keys(uow, set()) == {}
    world.start(order)
    with world.unit() as uow:
        assert set(world.orders.paid_keys(uow, keys).values()) == {PaidState.PAYING}
        assert bill("A9").key not in world.orders.paid_keys(uow, keys)


def test_the_database_itself_refuses_a_second_claim(world: World) -> None:
    mine, theirs = world.open(bill("A1")), world.open(bill("A1"), citizen=OTHER)
    claim = "INSERT INTO claim (order_id, agency, type, number) VALUES (:o, 'NWT', 'bill', 'A1')"
    world.run(claim, o=mine.id)
    with pytest.raises(IntegrityError, match="uq_claim_live"):
        world.run(claim, o=theirs.id)
    world.run("UPDATE claim SET live = false")
    world.run(claim, o=theirs.id)


def test_the_database_itself_refuses_a_second_live_or_paid_attempt(world: World) -> None:
    order = world.open(bill("A1"))
    world.start(order)
    copy = (
        "INSERT INTO attempt (id, order_id, provider, trade_number, amount, fee, state, expires_at)"
        " SELECT gen_random_uuid(), order_id, provider, 'X', amount, fee, state, expires_at FROM attempt"
    )
    with pytest.raises(IntegrityError, match="uq_attempt_live"):
        world.run(copy)
    world.bank.pay(world.trade(order), order.total)
    world.settle(order)
    with pytest.raises(IntegrityError, match="uq_attempt_paid"):
        world.run(copy)


def test_an_unknown_order_is_said_to_be_unknown(world: World) -> None:
    with world.unit() as uow, pytest.raises(OrderNotFoundError):
        world.orders.read(uow, uuid.uuid4())
