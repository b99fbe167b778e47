"""From 抽籤結果 to 我的月票: one tap to the pay page, and what the chat says once it is paid or lost."""

from collections.abc import Callable
from datetime import date

import pytest

from domain.calendarday import About
from domain.orders import AttemptState
from infra.database import UnitOfWorkFactory
from services.draws.promoting import Vacated
from tests.flow import Flow
from tests.handlers.pass_world import drawn
from tests.passes.paying import PayWorld
from tests.passes.world import STAFF, TIMES

ZH = ("抽籤結果", "繳費 5,760 元", "已繳費", "我的月票", "前繳費 5,760 元", "您已放棄", "繳費期限已過")
EN = ("result", "Pay NT$5,760", "Paid", "my passes", "Please pay by", "You gave this place up", "deadline")


@pytest.fixture
def payers(chat_units: UnitOfWorkFactory) -> PayWorld:
    """The chats' city, with a provider."""
    return PayWorld(chat_units)


@pytest.mark.parametrize(("language", "words"), [("zh-TW", ZH), ("en", EN)])
def test_a_winner_pays_with_one_tap_and_has_the_pass(
    make_owner: Callable[..., Flow], payers: PayWorld, plate: str, language: str, words: tuple[str, ...]
) -> None:
    results, pays, paid, mine, until, _, _ = words
    owner = make_owner(line_language=language)
    draw_id = drawn(owner, payers, plate, 1, "*:1")
    answer = owner.say(results)
    assert until in answer.shown
    with payers.units() as uow:
        order = payers.orders.read(uow, payers.links.read_pay(answer.link(pays).rsplit("/", 1)[1]))
    assert (order.citizen, order.language, order.total) == (owner.citizen, language, 5760)
    payers.start(order)
    begun = payers.read(order)
    assert begun.attempt is not None
    payers.bank.pay(begun.attempt.trade_number, 5760)
    assert payers.settle(begun) is AttemptState.PAID
    assert paid in owner.say(results).shown
    assert pays not in owner.answer.buttons
    assert plate in owner.say(mine).shown
    assert payers.state(payers.holder(draw_id, 1)) == "paid"


@pytest.mark.parametrize(("language", "words"), [("zh-TW", ZH), ("en", EN)])
def test_a_place_that_was_lost_says_why(
    make_owner: Callable[..., Flow], payers: PayWorld, plate: str, language: str, words: tuple[str, ...]
) -> None:
    results, pays, *_, given_up, over = words
    owner = make_owner(line_language=language)
    draw_id = drawn(owner, payers, plate, 1, "*:1")
    entry = payers.holder(draw_id, 1)
    payers.places.take_back(draw_id, payers.number(entry), Vacated.GIVEN_UP, reason="換車", staff=STAFF)
    assert given_up in owner.say(results).shown
    assert pays not in owner.answer.buttons
    other = make_owner(line_language=language)
    late = drawn(other, payers, f"{plate[:-1]}9", 1, "*:1")
    payers.set_clock(late, TIMES.pay_by)
    payers.desk.promote(late, actor=STAFF)
    assert over in other.say(results).shown


def test_the_last_day_to_pay_goes_into_ones_calendar(
    make_owner: Callable[..., Flow], payers: PayWorld, plate: str
) -> None:
    owner = make_owner()
    drawn(owner, payers, plate, 1, "*:1")
    assert "加入行事曆" not in owner.say("抽籤結果").buttons, "its day is over"
    payers.sql("UPDATE pass_seat SET pay_by = '2030-07-20 00:00+08' WHERE state = 'offered'")
    answer = owner.say("抽籤結果")
    day = payers.links.read_calendar(answer.link("加入行事曆").split("/c/")[1].split(".ics")[0])
    assert (day.about, day.day, day.amount) == (About.PASS, date(2030, 7, 19), 5760)
