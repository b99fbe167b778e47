"""What staff do to an application of the chat is told there, with the receipt that counts now."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from domain.draw.entry import parse_receipt
from domain.draw.listing import Removal
from domain.plates import Plate
from infra.clock import SystemClock
from infra.crypto import FieldCipher
from infra.database import UnitOfWorkFactory
from services.lookup_key import LookupKey
from services.passes.change_news import ChangeNews
from services.passes.entries import Entries
from tests.accounts import DATA_KEY
from tests.flow import Answer, Flow
from tests.handlers.pass_world import applied, fresh_world
from tests.handlers.registered import told
from tests.passes.world import STAFF, World


@pytest.fixture
def world(chat_units: UnitOfWorkFactory) -> World:
    return fresh_world(chat_units)


def at_the_desk(flow: Flow, world: World) -> Entries:
    """The entries as staff have them: whoever applied in the chat is told."""
    cipher = FieldCipher([DATA_KEY])
    news = ChangeNews(flow.services["board"], flow.services["notices"], SystemClock())
    return Entries(cipher, LookupKey(world.units, cipher), world.lots, news.tell)


def live(world: World, plate: str) -> Any:
    return world.sql("SELECT id FROM pass_entry WHERE plate = :p AND state = 'live'", p=plate)[0]["id"]


def test_a_proven_pool_comes_with_its_receipt(owner: Flow, world: World, plate: str, chat_engine: Engine) -> None:
    applied(owner, world, plate)
    with world.units() as uow:
        _, receipt = at_the_desk(owner, world).prove_pool(uow, live(world, plate), "L", staff=STAFF)
    (news,) = told(chat_engine, owner)
    card, kept = news.messages
    assert parse_receipt(kept["text"] + "\n") == receipt
    assert receipt.entry_no in Answer([card]).shown
    assert "已作廢" in news.shown
    assert news.link("收據與 QR").startswith("http://localhost:8000/passes/receipts/")
    assert receipt.entry_no in owner.say("申請查詢").shown


def test_another_plate_by_telephone(
    make_owner: Callable[..., Flow], world: World, plate: str, chat_engine: Engine
) -> None:
    owner = make_owner(line_language="en")
    draw_id = world.round(world.lot(f"T{plate}"[:16]))
    entry, _ = world.apply(draw_id, 31, plate=Plate(plate))
    world.sql(
        "UPDATE pass_entry SET channel = :c, citizen = :u WHERE id = :e", c=owner.channel, u=owner.citizen, e=entry.id
    )
    with world.units() as uow:
        at_the_desk(owner, world).change(uow, entry.id, asked_at=entry.applied_at, plan="own", actor=STAFF)
    assert "Staff have updated your application" in told(chat_engine, owner)[0].shown


def test_an_entry_taken_off_is_told_once(owner: Flow, world: World, plate: str, chat_engine: Engine) -> None:
    applied(owner, world, plate)
    entry = live(world, plate)
    for _ in range(2):
        with world.units() as uow:
            at_the_desk(owner, world).remove(uow, entry, Removal.INELIGIBLE, staff=STAFF)
    (news,) = told(chat_engine, owner)
    assert "不列入這次抽籤" in news.shown
    assert "撥打 1999" in news.buttons


def test_ones_own_doing_and_a_place_bought_first_are_no_news(
    owner: Flow, world: World, plate: str, chat_engine: Engine
) -> None:
    applied(owner, world, plate)
    with world.units() as uow:
        entries = at_the_desk(owner, world)
        made, _ = entries.change(uow, live(world, plate), asked_at=SystemClock().now(), plan="own")
        entries.remove(uow, made.id, Removal.BOUGHT_FIRST, staff=STAFF)
    assert told(chat_engine, owner) == []


def test_whoever_verified_the_number_is_told_of_an_entry_of_the_counter(
    owner: Flow, world: World, plate: str, chat_engine: Engine
) -> None:
    applied(owner, world, plate)
    world.sql("UPDATE pass_entry SET channel = NULL, citizen = NULL WHERE plate = :p", p=plate)
    with world.units() as uow:
        at_the_desk(owner, world).prove_pool(uow, live(world, plate), "L", staff=STAFF)
    (card,) = told(chat_engine, owner)
    assert "月票申請已變更" in str(card)
