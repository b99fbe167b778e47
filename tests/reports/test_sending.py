"""What was sent is counted by the day it ended in Taiwan, each message once, and stays when the messages are gone."""

import uuid
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import Engine, text

from domain.clock import TAIPEI, city_date
from domain.months import Month
from infra.database import UnitOfWork, UnitOfWorkFactory
from services.orderbook import database_now
from services.reports import sending
from services.reports.sending import SentTopic

OUTBOUND = """
INSERT INTO outbound_message (id, channel, lane, body, answers, topic, ended_at, outcome)
VALUES (:id, 'C', 'U1', '[]', :answers, :topic, :at, :outcome)
"""
NOTICE = """
INSERT INTO notice (dedupe_key, channel, citizen, notice, topic, made_at, send_at, by_line, outbound_id, failed)
VALUES (:key, 'C', 'U1', 'test', :topic, :at, :at, true, :outbound, :failed)
"""
SMS = """
INSERT INTO sms_message (id, state, topic, parts, gateway, delivery, cause, created_at, expires_at, ended_at)
VALUES (gen_random_uuid(), :state, :topic, :parts, :gateway, :delivery, :cause, :at, :at, :at)
"""


class Sent:
    """Messages that ended at a moment; default: the last moment of yesterday."""

    def __init__(self, units: UnitOfWorkFactory) -> None:
        self.units = units
        with units() as uow:
            self.today = datetime.combine(city_date(database_now(uow)), time(), TAIPEI)
        self.end = self.today - timedelta(microseconds=1)

    def run(self, statement: str, **values: object) -> None:
        with self.units() as uow:
            uow.connection.execute(text(statement), values)

    def notice(
        self, topic: str = "draw", outcome: str | None = "pushed", failed: str | None = None, at: datetime | None = None
    ) -> None:
        message, at = uuid.uuid4(), at or self.end
        if outcome:
            self.run(OUTBOUND, id=message, answers=None, topic=topic, at=at, outcome=outcome)
        made = at - timedelta(hours=9)
        self.run(NOTICE, key=str(message), topic=topic, at=made, outbound=message if outcome else None, failed=failed)

    def answer(self, outcome: str) -> None:
        self.run(OUTBOUND, id=uuid.uuid4(), answers="event", topic=None, at=self.end, outcome=outcome)

    def sms(self, state: str = "accepted", parts: int = 1, at: datetime | None = None, **more: object) -> None:
        given = {"topic": None, "gateway": "mitake", "delivery": None, "cause": None, **more}
        self.run(SMS, state=state, parts=parts, at=at or self.end, **given)

    def counted(self, at: datetime | None = None) -> list[SentTopic]:
        with self.units() as uow:
            return list(sending.of_month(uow, Month.of(at or self.end)))

    def remember(self) -> int:
        with self.units() as uow:
            return sending.remember(uow)


@pytest.fixture
def sent(engine: Engine) -> Sent:
    return Sent(lambda: UnitOfWork(engine))


def test_each_message_counts_once_under_its_way_and_topic(sent: Sent) -> None:
    for outcome in ("pushed", "duplicate", "refused"):  # refused: said again in words
        sent.notice(outcome=outcome)
    sent.notice(outcome="quota", failed="quota")
    sent.notice(outcome="turned_off", failed="turned_off")  # rightly not sent
    sent.notice(topic="flood", outcome=None, failed="blocked")
    for outcome in ("replied", "replied", "pushed", "unreachable"):
        sent.answer(outcome)
    sent.sms(parts=2)
    sent.sms(delivery="failed")
    sent.sms("refused", cause="number")
    sent.sms("refused", cause="turned_off")
    sent.sms("waiting")
    sent.sms(topic="draw", parts=3, gateway="pnp")
    sent.remember()
    assert sent.counted() == [
        SentTopic("line", "answer", 1, 1, 0),
        SentTopic("line", "draw", 3, 1, 0),
        SentTopic("line", "flood", 0, 1, 0),
        SentTopic("reply", "answer", 2, 0, 0),
        SentTopic("sms", "code", 2, 2, 3),
        SentTopic("sms", "draw", 1, 0, 0),
    ]


def test_days_are_those_of_taiwan_and_today_is_not_over(sent: Sent) -> None:
    first = sent.today - timedelta(days=1)
    sent.notice(at=first)
    sent.notice(at=first - timedelta(microseconds=1))
    sent.notice(at=sent.today)
    sent.sms(at=sent.today)
    sent.remember()
    with sent.units() as uow:
        days = list(uow.connection.execute(text("SELECT day, sent FROM sent_day ORDER BY day")))
        assert sending.counted_to(uow) == first.date()
    assert days == [(first.date() - timedelta(days=1), 1), (first.date(), 1)]


def test_counting_again_changes_nothing_but_what_has_become_known(sent: Sent) -> None:
    sent.sms()
    sent.remember()
    before = sent.counted()
    sent.remember()
    assert sent.counted() == before == [SentTopic("sms", "code", 1, 0, 1)]
    sent.run("UPDATE sms_message SET delivery = 'failed'")
    sent.remember()
    assert sent.counted() == [SentTopic("sms", "code", 1, 1, 1)]


def test_what_is_gone_stays_counted_and_a_pause_is_made_up_for(sent: Sent) -> None:
    old = sent.end - timedelta(days=20)
    sent.sms(at=old)
    assert sent.remember() == sending.COUNTABLE.days
    sent.run("DELETE FROM sms_message")
    sent.sms()
    assert sent.remember() == 20
    kept = sent.counted(old)
    assert sum(one.sent for one in kept) == (2 if Month.of(old) == Month.of(sent.end) else 1)
    assert sent.remember() == sending.COUNTED_AGAIN.days
