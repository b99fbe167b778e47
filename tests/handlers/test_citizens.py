"""How citizens want to be answered, as the database keeps it."""

import uuid

import pytest
from sqlalchemy import select

from domain.reader import Display, Language
from infra.database import UnitOfWork, UnitOfWorkFactory
from models.citizen import Citizen
from services.citizens import Citizens

CHANNEL = "U" + "0" * 32
CITIZENS = Citizens()


@pytest.fixture
def citizen() -> str:
    return f"U{uuid.uuid4().hex}"


def row(uow: UnitOfWork, citizen: str) -> Citizen:
    return uow.session.scalars(select(Citizen).where(Citizen.line_id == citizen)).one()


@pytest.mark.parametrize(
    ("line_language", "language"),
    [("zh-Hant", Language.ZH), ("zh-CN", Language.ZH), (None, Language.ZH), ("en", Language.EN), ("ja", Language.EN)],
)
def test_somebody_new_speaks_lines_language(
    chat_units: UnitOfWorkFactory, citizen: str, line_language: str | None, language: Language
) -> None:
    with chat_units() as uow:
        assert CITIZENS.preferences(uow, CHANNEL, citizen) is None
        assert CITIZENS.meet(uow, CHANNEL, citizen, line_language) is language
        assert CITIZENS.preferences(uow, CHANNEL, citizen) == (language, Display.NORMAL)
        assert not row(uow, citizen).language_chosen


def test_meeting_again_keeps_what_was_chosen(chat_units: UnitOfWorkFactory, citizen: str) -> None:
    with chat_units() as uow:
        CITIZENS.choose_language(uow, CHANNEL, citizen, Language.EN)
        CITIZENS.choose_display(uow, CHANNEL, citizen, Display.PLAIN)
        assert CITIZENS.meet(uow, CHANNEL, citizen, "zh-Hant") is Language.EN
        assert CITIZENS.preferences(uow, CHANNEL, citizen) == (Language.EN, Display.PLAIN)
        assert row(uow, citizen).language_chosen


def test_one_person_in_two_channels_is_two_citizens(chat_units: UnitOfWorkFactory, citizen: str) -> None:
    with chat_units() as uow:
        CITIZENS.choose_display(uow, CHANNEL, citizen, Display.LARGE)
        assert CITIZENS.preferences(uow, "U" + "9" * 32, citizen) is None


def test_blocking_is_noted_once_and_taken_back(chat_units: UnitOfWorkFactory, citizen: str) -> None:
    with chat_units() as uow:
        CITIZENS.meet(uow, CHANNEL, citizen, None)
        CITIZENS.blocked(uow, CHANNEL, citizen, blocked=True)
        first = row(uow, citizen).blocked_at
        assert first is not None
    with chat_units() as uow:
        CITIZENS.blocked(uow, CHANNEL, citizen, blocked=True)
        assert row(uow, citizen).blocked_at == first
    with chat_units() as uow:
        CITIZENS.blocked(uow, CHANNEL, citizen, blocked=False)
        assert row(uow, citizen).blocked_at is None


def test_somebody_never_met_who_blocks_us_stays_unknown(chat_units: UnitOfWorkFactory, citizen: str) -> None:
    with chat_units() as uow:
        CITIZENS.blocked(uow, CHANNEL, citizen, blocked=True)
        assert CITIZENS.preferences(uow, CHANNEL, citizen) is None
