"""繳費提醒 of bound numbers (水號、電號): told once in the slot, not before tomorrow, and not once unbound."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from infra.database import UnitOfWorkFactory
from services.last_look import Eligibility, Why
from tests.flow import CHANNEL, Flow
from tests.handlers.registered import bind, told
from tests.notices.ledger import AGENCY, owe
from tests.notices.reminding import AFTERNOON, MORNING, TODAY, Reminding


@pytest.fixture
def number(plate: str) -> str:
    """A 水號 of no other test."""
    return f"91{int(plate[4:]):08}"


def bill(units: UnitOfWorkFactory, number: str, deadline: date, *, nth: int = 1, item: str = "water") -> None:
    """An open bill of NT$280 of this number in the ledger."""
    with units() as uow:
        uow.connection.execute(
            text(
                "INSERT INTO ledger_bill (number, agency, identifier, fee_item, deadline, amount, pay_amount) "
                "VALUES (:bill, :agency, :number, :item, :deadline, 280, 280)"
            ),
            {"bill": f"W{number}{nth}", "agency": AGENCY, "number": number, "item": item, "deadline": deadline},
        )


def keep(flow: Flow, number: str) -> None:
    flow.say("綁定水號")
    assert "綁定完成" in flow.say(number)


def test_it_is_told_once_in_the_slot_from_tomorrow_on(
    owner: Flow, number: str, reminding: Reminding, chat_units: UnitOfWorkFactory
) -> None:
    keep(owner, number)
    bill(chat_units, number, TODAY + timedelta(days=3))
    bill(chat_units, number, TODAY + timedelta(days=3), nth=2, item="power")  # the same digits, another agency's
    reminding.at(AFTERNOON - timedelta(days=1))
    assert reminding.told(owner) == [], "bound today, told from tomorrow"
    reminding.at(MORNING)
    assert reminding.told(owner) == [], "the slot has not begun"
    reminding.at(AFTERNOON)
    assert reminding.told(owner) == ["您有 1 筆帳單待繳，共 280 元"]
    reminding.at(AFTERNOON + timedelta(days=2))
    assert len(reminding.told(owner)) == 2, "due tomorrow"
    card = told(reminding.engine, owner)[-1]
    assert card.link("繳費 280 元")
    assert number not in card.shown, "phones lie on tables"


def test_with_a_vehicle_it_is_one_message(
    owner: Flow, plate: str, number: str, reminding: Reminding, chat_units: UnitOfWorkFactory
) -> None:
    bind(owner, plate)
    keep(owner, number)
    owe(chat_units, plate, f"{plate}-1", TODAY + timedelta(days=30))
    bill(chat_units, number, TODAY + timedelta(days=30))
    reminding.at(AFTERNOON)
    assert reminding.told(owner) == ["您有 2 筆帳單待繳，共 300 元"]


def test_the_slot_chosen_for_everything_is_its_slot(
    owner: Flow, number: str, reminding: Reminding, chat_units: UnitOfWorkFactory
) -> None:
    keep(owner, number)
    owner.say("通知設定")
    owner.press("09:00–12:00")
    bill(chat_units, number, TODAY + timedelta(days=30))
    reminding.at(MORNING)
    assert len(reminding.told(owner)) == 1


def test_without_a_reminder_nothing_is_told(
    owner: Flow, number: str, reminding: Reminding, chat_units: UnitOfWorkFactory
) -> None:
    keep(owner, number)
    owner.press("更改提醒時段")
    owner.press("不要提醒")
    bill(chat_units, number, TODAY + timedelta(days=3))
    reminding.at(AFTERNOON)
    assert reminding.told(owner) == []


def test_unbound_before_it_was_sent_it_is_not_sent(
    owner: Flow, number: str, reminding: Reminding, chat_units: UnitOfWorkFactory
) -> None:
    keep(owner, number)
    bill(chat_units, number, TODAY + timedelta(days=3))
    reminding.at(AFTERNOON)
    waiting = text(
        "SELECT id FROM outbound_message WHERE channel = :channel AND lane = :citizen AND topic = 'due_soon'"
    )

    def ruling(message: UUID) -> str | None:
        with chat_units() as uow:
            found = Eligibility(reminding.clock).sift(uow.driver, [message]).get(message)
        return found.why if found else None

    with chat_units() as uow:
        message = uow.connection.execute(waiting, {"channel": CHANNEL, "citizen": owner.citizen}).scalar_one()
    assert ruling(message) is None
    owner.say("我的號碼")
    owner.press("解除綁定")
    owner.press("解除綁定")
    assert ruling(message) == Why.UNBOUND
