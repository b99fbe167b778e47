"""A pay link's order is opened when its page is: once, whoever comes, as its bills stand by then."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from domain.orders import OrderState
from domain.orderview import OrderView, Standing
from services import quotes
from services.quotes import Quote
from tests.pay.webapp import make_app
from tests.pay.world import CHANNEL, CITIZEN, World, bill, notice

OTHER = "U" + "9" * 32


def quoted(world: World, *payables: object, citizen: str = CITIZEN, age: timedelta = timedelta()) -> Quote:
    """A pay link that an answer gave out."""
    now = datetime.now(UTC)
    quote = quotes.offer(
        world.orders,
        channel=CHANNEL,
        citizen=citizen,
        payables=payables,  # type: ignore[arg-type]
        asked_at=now - age,
        now=now,
        language="en",
    )
    assert quote is not None
    with world.unit() as uow:
        quotes.write(uow, [quote])
    return quote


def opened(world: World, quote: Quote) -> uuid.UUID:
    with world.unit() as uow:
        return quotes.order_of(uow, quote.id)


def read(world: World, order: uuid.UUID) -> OrderView:
    with world.unit() as uow:
        return world.orders.read(uow, order)


def test_a_link_that_is_not_opened_has_no_order(world: World) -> None:
    quoted(world, bill("A1", 80))
    assert world.rows("SELECT count(*) FROM orders") == [(0,)]


def test_the_page_opens_the_order_once_as_the_answer_said(world: World) -> None:
    quote = quoted(world, bill("A1", 80), notice("N1", bill("A2", 240)), bill("A2", 240))
    address = world.links.pay(quote).removeprefix("https://park.example")
    browser = make_app(world).test_client()
    assert browser.get(address).status_code == HTTPStatus.OK
    assert browser.get(address).status_code == HTTPStatus.OK
    assert world.rows("SELECT count(*) FROM orders") == [(1,)]
    order = read(world, opened(world, quote))
    assert (order.id, order.citizen, order.language, order.state) == (quote.id, CITIZEN, "en", OrderState.OPEN)
    assert {line.key for line in order.chosen} == {line.key for line in quote.lines}
    assert {line.key.number for line in order.lines} == {"A1", "N1"}  # a bill inside its notice is not there twice
    assert order.total == quote.total
    assert {line.asked_at for line in order.lines} == {line.asked_at for line in quote.lines}


def test_two_devices_at_once_are_given_one_order(world: World) -> None:
    quote, together = quoted(world, bill("A1", 80)), threading.Barrier(2)

    def open_with_others(_device: int) -> uuid.UUID:
        with world.unit() as uow:
            uow.driver.execute("SELECT 1")
            together.wait(10)
            return quotes.order_of(uow, quote.id)

    with ThreadPoolExecutor(2) as devices:
        assert set(devices.map(open_with_others, range(2))) == {quote.id}
    assert world.rows("SELECT count(*) FROM orders") == [(1,)]
    assert world.rows("SELECT count(*) FROM order_line") == [(1,)]


def test_two_answers_about_the_same_bills_lead_to_one_unfinished_order(world: World) -> None:
    first, second = quoted(world, bill("A1", 80)), quoted(world, bill("A1", 80))
    assert opened(world, first) == opened(world, second) == first.id
    assert opened(world, quoted(world, bill("A1", 80), citizen=OTHER)) != first.id


def test_a_link_whose_bills_were_paid_meanwhile_shows_that_payment(world: World) -> None:
    first, second = quoted(world, bill("A1", 80)), quoted(world, bill("A1", 80))
    order = read(world, opened(world, first))
    world.start(order)
    world.bank.pay(world.trade(order), order.total)
    world.settle(order)
    assert opened(world, second) == order.id
    page = make_app(world).test_client().get(world.links.pay(second).removeprefix("https://park.example"))
    assert page.status_code in (HTTPStatus.OK, HTTPStatus.SEE_OTHER)


def test_what_was_paid_meanwhile_by_somebody_else_cannot_be_ticked(world: World) -> None:
    theirs = read(world, opened(world, quoted(world, bill("A1", 80), citizen=OTHER)))
    mine = quoted(world, bill("A1", 80), bill("A2", 20))
    alone = quoted(world, bill("A1", 80))
    world.start(theirs)
    world.bank.pay(world.trade(theirs), theirs.total)
    world.settle(theirs)
    order = read(world, opened(world, mine))
    assert {line.key.number: line.standing for line in order.lines} == {"A1": Standing.PAID_HERE, "A2": Standing.DUE}
    assert order.total == 20
    assert read(world, opened(world, alone)).chosen == ()
    page = make_app(world).test_client().get(world.links.pay(alone).removeprefix("https://park.example"))
    assert page.status_code == HTTPStatus.OK


def test_old_bills_are_asked_again_before_a_provider_is(world: World) -> None:
    quote = quoted(world, bill("A1", 80), age=timedelta(minutes=5))
    order = read(world, opened(world, quote))
    world.sources.now[bill("A1").key] = bill("A1", 95)
    world.start(order)
    assert world.rows("SELECT count(*) FROM attempt") == [(0,)]
    assert read(world, order.id).total == 95


def test_an_ended_link_opens_nothing(world: World) -> None:
    quote = quoted(world, bill("A1", 80))
    world.run("UPDATE quote SET expires_at = now()")
    page = make_app(world).test_client().get(world.links.pay(quote).removeprefix("https://park.example"))
    assert page.status_code == HTTPStatus.GONE
    assert world.rows("SELECT count(*) FROM orders") == [(0,)]


def test_a_link_of_somebody_who_left_is_unknown(world: World) -> None:
    quote = quoted(world, bill("A1", 80))
    world.run("DELETE FROM quote")
    page = make_app(world).test_client().get(world.links.pay(quote).removeprefix("https://park.example"))
    assert page.status_code == HTTPStatus.NOT_FOUND


def test_only_ended_quotes_are_forgotten(world: World) -> None:
    over, going = quoted(world, bill("A1", 80)), quoted(world, bill("A2", 80))
    world.run("UPDATE quote SET expires_at = now() WHERE id = :id", id=over.id)
    with world.unit() as uow:
        assert quotes.forget(uow) == 1
    with world.unit() as uow:
        assert quotes.forget(uow) == 0
    assert world.rows("SELECT id FROM quote") == [(going.id,)]


def test_nothing_is_quoted_where_nothing_is_paid_here(world: World) -> None:
    none = quotes.offer(
        world.orders,
        channel=CHANNEL,
        citizen=CITIZEN,
        payables=[bill("A1", 0)],
        asked_at=datetime.now(UTC),
        now=datetime.now(UTC),
        language="zh-TW",
    )
    assert none is None
