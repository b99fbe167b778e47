"""A case with the service desk (聯絡我們), for tests: opened, answered, closed, and looked at as staff see it."""

import uuid
from datetime import UTC, datetime

from sqlalchemy import Engine, text

from infra.database import UnitOfWorkFactory
from services.desk.board import CaseView
from tests.flow import CHANNEL, Answer, Flow

OPEN_HOURS = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday 10:00 in Taiwan
AT_NIGHT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)  # Friday 18:00
STAFF = "staff:lin"


def case(flow: Flow, units: UnitOfWorkFactory) -> CaseView:
    """The citizen's newest case, as staff see it."""
    board = flow.services["thread_board"]
    with units() as uow:
        lines = board.of_citizen(uow, CHANNEL, flow.citizen)
        found: CaseView = board.one(uow, lines[0].id)
        return found


def wrote(flow: Flow, units: UnitOfWorkFactory) -> list[str | None]:
    return [message.words for message in case(flow, units).messages]


def begin(flow: Flow, words: str = "我重複繳費了") -> Answer:
    flow.say("聯絡我們")
    return flow.say(words)


def answer(flow: Flow, units: UnitOfWorkFactory, words: str = "請提供車牌") -> uuid.UUID:
    message = uuid.uuid4()
    with units() as uow:
        flow.services["thread_answers"].answer(uow, case(flow, units).line.id, message, words, staff=STAFF)
    return message


def close(flow: Flow, units: UnitOfWorkFactory) -> None:
    with units() as uow:
        flow.services["thread_answers"].close(uow, case(flow, units).line.id, "double", staff=STAFF)


def open_again(flow: Flow, units: UnitOfWorkFactory) -> None:
    with units() as uow:
        flow.services["thread_answers"].open_again(uow, case(flow, units).line.id, "款項查無", staff=STAFF)


def set_back(engine: Engine, flow: Flow, column: str, days: int) -> None:
    """The citizen's cases are so many days older."""
    query = text(f"UPDATE thread SET {column} = {column} - make_interval(days => :days) WHERE citizen = :citizen")  # noqa: S608
    with engine.begin() as connection:
        connection.execute(query, {"days": days, "citizen": flow.citizen})
