"""Random people, random wishes, random changes: what is posted and what still goes agree with a model of the rules."""

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from bot.outbox_rows import put
from domain.clock import TAIPEI
from domain.notices import TREATMENTS, Channel, Plan, Reach, Settings, Topic, Urgency, decide
from domain.ports.notices import Letter
from services import operation
from services.holdings import PARTS
from tests.bot.outgoing import notice
from tests.bot.running import BOT
from tests.campaigns.town import Town

PEOPLE = 40
DAY = datetime(2026, 7, 15, 6, 0, tzinfo=UTC)


@pytest.fixture
def connection(database_url: str) -> Iterator[Any]:
    with psycopg.connect(database_url, autocommit=True) as opened:
        yield opened


class Somebody:
    """One of the town, as the model knows them."""

    def __init__(self, town: Town, chance: random.Random) -> None:
        self.blocked, self.registered = chance.random() < 0.25, chance.random() < 0.5
        self.off = tuple(topic for topic in Topic if chance.random() < 0.2)
        self.told_by = chance.choice(list(Channel))
        self.citizen = town.person(blocked=self.blocked, registered=self.registered, off=self.off, told_by=self.told_by)
        self.vehicles = [town.bind(self.citizen) for _ in range(chance.randint(0, 2))]
        self.left = False

    def plan(self, topic: Topic, now: datetime) -> object:
        reach = Reach(not self.blocked, TREATMENTS[topic].sms and self.registered)
        return decide(topic, Settings(frozenset(self.off), self.told_by), reach, now)

    def still(self, topic: Topic, sold: set[uuid.UUID]) -> str | None:
        """Why a notice about all vehicles of theirs does not go any longer."""
        optional = TREATMENTS[topic].optional
        gone = [one for one in self.vehicles if one in sold]
        if self.blocked and topic is not Topic.OWN_ACT:
            return "blocked"
        if optional and self.left:
            return "left"
        if optional and topic in self.off:
            return "turned_off"
        if gone and (topic not in (Topic.FLOOD, Topic.NEWS) or len(gone) == len(self.vehicles)):
            return "unbound"
        return None


@pytest.mark.parametrize("seed", range(4))
def test_who_gets_what_when_and_what_still_goes(town: Town, connection: Any, seed: int) -> None:
    chance = random.Random(seed)
    hour = chance.randrange(24)
    town.clock.set(DAY + timedelta(hours=hour))
    people = [Somebody(town, chance) for _ in range(PEOPLE)]
    posted: dict[uuid.UUID, tuple[Somebody, Topic]] = {}
    for topic in Topic:
        letters = [Letter(BOT, one.citizen, f"{topic}:{one.citizen}", about=tuple(one.vehicles)) for one in people]
        with town.units() as uow:
            going = town.planning.plan(uow, topic, letters)
            plans = {one.letter.citizen: one.plan for one in going}
            expected = {one.citizen: one.plan(topic, town.clock.now()) for one in people}
            assert plans == {who: plan for who, plan in expected.items() if isinstance(plan, Plan)}
            kept = [(one, uuid.uuid4() if one.plan.line else None) for one in going]
            assert len(town.planning.keep(uow, "x", topic, kept)) == len(going)
            assert town.planning.keep(uow, "x", topic, kept) == frozenset(), "no notice ever goes twice"
            for one, message in kept:
                if message:
                    put(uow, notice(one.letter.citizen, "x", topic=topic, message_id=message))
                    who = next(somebody for somebody in people if somebody.citizen == one.letter.citizen)
                    posted[message] = (who, topic)
    sold = _change(town, people, chance)
    town.clock.set(DAY + timedelta(hours=chance.randrange(24)))
    rulings = town.last_look.sift(connection, list(posted))
    asleep = not 8 <= town.clock.now().astimezone(TAIPEI).hour < 21
    for message, (who, topic) in posted.items():
        ruling = rulings.get(message)
        if asleep and TREATMENTS[topic].urgency is not Urgency.AT_ONCE:
            assert ruling is not None
            assert ruling.until is not None
            assert (ruling.until.astimezone(TAIPEI).hour, ruling.why) == (8, None)
        else:
            assert (ruling.why if ruling else None) == who.still(topic, sold), (topic, vars(who))


def _change(town: Town, people: list[Somebody], chance: random.Random) -> set[uuid.UUID]:
    """What happens between posting and sending; the vehicles that were sold."""
    sold = {one for who in people for one in who.vehicles if chance.random() < 0.3}
    town.run("DELETE FROM binding WHERE id = ANY(:sold)", sold=list(sold))
    for who in people:
        if chance.random() < 0.2:
            who.blocked = not who.blocked
            moment = town.clock.now() if who.blocked else None
            town.run("UPDATE citizen SET blocked_at = :at WHERE line_id = :who", at=moment, who=who.citizen)
        elif chance.random() < 0.2 and who.registered:
            who.left = True
            town.run("UPDATE account SET state = 'leaving' WHERE line_id = :who", who=who.citizen)
        elif chance.random() < 0.3:
            who.off = tuple(topic for topic in Topic if chance.random() < 0.5)
            town.run(
                "INSERT INTO notice_settings (channel, citizen, turned_off) VALUES (:bot, :who, :off) "
                "ON CONFLICT (channel, citizen) DO UPDATE SET turned_off = excluded.turned_off",
                bot=BOT,
                who=who.citizen,
                off=[topic.value for topic in who.off],
            )
    return sold


def test_one_who_is_erased_is_no_recipient_of_what_waits(town: Town) -> None:
    leaver, other = town.person(), town.person()
    with town.units() as uow:
        put(uow, notice("", "公告", recipients=[leaver, other], topic=Topic.NEWS))
    part = next(one for one in PARTS if one.table == "outbound_message")
    with town.units() as uow:
        for statement in part.erase:
            uow.connection.execute(text(statement), {"channel": BOT, "citizen": leaver})
    assert town.rows("SELECT recipients FROM outbound_message") == [([other],)]


def test_what_has_waited_for_its_hour_is_not_late_when_it_comes(town: Town) -> None:
    with town.units() as uow:
        put(uow, notice(town.person(), "x", topic=Topic.NEWS))
    town.run("UPDATE outbound_message SET created_at = now() - interval '9 hours', next_attempt_at = now()")
    with town.units() as uow:
        assert operation.state(uow).oldest_message_seconds < 60
    town.run("UPDATE outbound_message SET attempts = 3, first_push_at = now() - interval '1 hour'")
    with town.units() as uow:
        assert operation.state(uow).oldest_message_seconds >= 3600
