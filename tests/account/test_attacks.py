"""Attacks on registration: guessing codes, finding out who has registered, floods, reading what is not one's own."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text

from domain.accounts import NotRegisteredError, NumberTakenError
from domain.errors import CitizenMistakeError
from domain.phones import Mobile
from domain.reader import Language
from infra.crypto import UnreadableError
from infra.database import UnitOfWork, UnitOfWorkFactory
from services.citizens import Citizens
from services.phone_codes import Ended, PhoneCodes, Purpose, Right, Wrong
from tests.accounts import account_services, code_in, deliver, new_mobile

pytestmark = pytest.mark.slow  # many attempts, by one and by many

CHANNEL = "U" + "0" * 32


@pytest.fixture
def services(units: UnitOfWorkFactory) -> Mapping[str, Any]:
    return account_services(units, Citizens())


@pytest.fixture
def codes(services: Mapping[str, Any]) -> PhoneCodes:
    made: PhoneCodes = services["phone_codes"]
    return made


def person() -> str:
    return f"U{uuid4().hex}"


def send(units: UnitOfWorkFactory, codes: PhoneCodes, citizen: str, mobile: str) -> UUID:
    with units() as uow:
        return codes.send(uow, CHANNEL, citizen, Mobile(mobile), Purpose.REGISTER, Language.ZH)


def a_minute_later(units: UnitOfWorkFactory) -> None:
    with units() as uow:
        uow.connection.execute(text("UPDATE phone_code_count SET last_at = last_at - interval '61 seconds'"))


def register(units: UnitOfWorkFactory, services: Mapping[str, Any], mobile: str) -> str:
    citizen, codes = person(), services["phone_codes"]
    code_id = send(units, codes, citizen, mobile)
    code = code_in(deliver(units, services)[-1])
    with units() as uow:
        services["consents"].give(uow, CHANNEL, citizen)
        assert codes.check(uow, code_id, CHANNEL, citizen, code) == Right()
        services["registration"].finish(uow, code_id, CHANNEL, citizen, "王小明")
    a_minute_later(units)
    return citizen


def test_guessing_over_many_citizens_gets_few_tries_at_one_number(units: UnitOfWorkFactory, codes: PhoneCodes) -> None:
    mobile, tries = new_mobile(), 0
    for _ in range(20):
        guesser = person()
        try:
            code_id = send(units, codes, guesser, mobile)
        except CitizenMistakeError:
            continue
        finally:
            a_minute_later(units)
        for guess in range(10):
            with units() as uow:
                tried = codes.check(uow, code_id, CHANNEL, guesser, f"{guess:05d}")
            if isinstance(tried, Ended):
                tries += 1 if guess == codes.rules.tries - 1 else 0
                break
            tries += 1
    assert tries <= codes.rules.per_number_a_day * codes.rules.tries


def test_guessing_over_many_numbers_gets_one_citizen_few_codes(units: UnitOfWorkFactory, codes: PhoneCodes) -> None:
    guesser, sent = person(), 0
    for _ in range(20):
        try:
            send(units, codes, guesser, new_mobile())
            sent += 1
        except CitizenMistakeError:
            pass
        a_minute_later(units)
    assert sent == codes.rules.per_citizen_a_day


def test_within_a_minute_neither_the_citizen_nor_the_number_gets_another(
    units: UnitOfWorkFactory, codes: PhoneCodes
) -> None:
    citizen, mobile = person(), new_mobile()
    send(units, codes, citizen, mobile)
    for other, number in ((citizen, new_mobile()), (person(), mobile), (citizen, mobile)):
        with pytest.raises(CitizenMistakeError, match="CitizenMistakeError"):
            send(units, codes, other, number)
    send(units, codes, person(), new_mobile())


def test_a_flood_ends_at_the_limit_of_the_day(units: UnitOfWorkFactory, services: Mapping[str, Any]) -> None:
    codes: PhoneCodes = services["phone_codes"]
    codes.rules = replace(codes.rules, all_a_day=7)
    sent = 0
    for _ in range(12):
        try:
            send(units, codes, person(), new_mobile())
            sent += 1
        except CitizenMistakeError as limit:
            assert "簡訊已達上限" in limit.text
    assert sent == 7
    assert len(deliver(units, services)) == 7


def test_a_refused_sending_counts_and_sends_nothing(units: UnitOfWorkFactory, services: Mapping[str, Any]) -> None:
    codes, citizen = services["phone_codes"], person()
    send(units, codes, citizen, new_mobile())
    for _ in range(5):
        with pytest.raises(CitizenMistakeError):
            send(units, codes, citizen, new_mobile())
    assert len(deliver(units, services)) == 1


def test_a_code_of_somebody_else_cannot_be_tried_read_or_used(
    units: UnitOfWorkFactory, services: Mapping[str, Any]
) -> None:
    codes, owner, thief = services["phone_codes"], person(), person()
    code_id = send(units, codes, owner, new_mobile())
    code = code_in(deliver(units, services)[-1])
    with units() as uow:
        assert codes.check(uow, code_id, CHANNEL, thief, code) == Ended()
        assert codes.number(uow, code_id, CHANNEL, thief) is None
        assert codes.proved(uow, code_id, CHANNEL, thief, Purpose.REGISTER) is None
        assert codes.check(uow, code_id, CHANNEL, owner, code) == Right()
        assert codes.proved(uow, code_id, CHANNEL, thief, Purpose.REGISTER) is None
        assert codes.proved(uow, code_id, CHANNEL, owner, Purpose.CHANGE) is None
        assert codes.proved(uow, code_id, CHANNEL, owner, Purpose.REGISTER) is not None
        assert codes.proved(uow, code_id, CHANNEL, owner, Purpose.REGISTER) is None, "used twice"


def test_a_proof_ends(units: UnitOfWorkFactory, services: Mapping[str, Any]) -> None:
    codes, citizen = services["phone_codes"], person()
    code_id = send(units, codes, citizen, new_mobile())
    with units() as uow:
        codes.check(uow, code_id, CHANNEL, citizen, code_in(deliver(units, services)[-1]))
    with units() as uow:
        later = codes.rules.valid + codes.rules.proof + timedelta(seconds=1)
        uow.connection.execute(text("UPDATE phone_code SET sent_at = sent_at - :by"), {"by": later})
    with units() as uow:
        assert codes.proved(uow, code_id, CHANNEL, citizen, Purpose.REGISTER) is None


def test_wrong_tries_stay_counted_when_committed_one_by_one(units: UnitOfWorkFactory, codes: PhoneCodes) -> None:
    citizen = person()
    code_id = send(units, codes, citizen, new_mobile())
    seen = []
    for guess in ("00000", "11111", "22222", "33333"):
        with units() as uow:
            seen.append(codes.check(uow, code_id, CHANNEL, citizen, guess))
    right = [tried for tried in seen if tried == Right()]
    assert right or seen == [Wrong(2), Wrong(1), Ended(), Ended()]


def statements(units: UnitOfWorkFactory, codes: PhoneCodes, mobile: str) -> list[str]:
    """Every statement that sending a code to a number runs."""
    ran: list[str] = []
    uow: UnitOfWork = units()
    connection = uow.connection

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        ran.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    codes.send(uow, CHANNEL, person(), Mobile(mobile), Purpose.REGISTER, Language.ZH)
    uow.commit()
    uow.close()
    return ran


def test_sending_runs_the_same_statements_for_known_and_unknown_numbers(
    units: UnitOfWorkFactory, services: Mapping[str, Any]
) -> None:
    known = new_mobile()
    register(units, services, known)
    codes = services["phone_codes"]
    ran = statements(units, codes, known)
    assert ran == statements(units, codes, new_mobile())
    assert len(ran) >= 5
    assert not any("account" in statement.replace("phone_code", "") for statement in ran)


def test_a_new_number_of_somebody_else_is_not_taken(units: UnitOfWorkFactory, services: Mapping[str, Any]) -> None:
    accounts, theirs = services["accounts"], new_mobile()
    register(units, services, theirs)
    me = register(units, services, new_mobile())
    with units() as uow:
        mine = accounts.require(uow, CHANNEL, me)
        with pytest.raises(NumberTakenError):
            accounts.change_mobile(uow, mine.id, Mobile(theirs))
    mobile = new_mobile()
    with units() as uow:
        assert accounts.change_mobile(uow, mine.id, Mobile(mobile)) == mine.mobile
    with units() as uow:
        assert accounts.of(uow, CHANNEL, me).mobile.national == mobile
        assert accounts.citizens_of_mobile(uow, mine.mobile) is None
        assert accounts.citizens_of_mobile(uow, Mobile(mobile)) == (CHANNEL, me)


def test_without_an_account_nothing_is_given(units: UnitOfWorkFactory, services: Mapping[str, Any]) -> None:
    with units() as uow, pytest.raises(NotRegisteredError):
        services["accounts"].require(uow, CHANNEL, person())


def test_a_token_moved_to_another_account_is_not_readable(
    units: UnitOfWorkFactory, services: Mapping[str, Any]
) -> None:
    one, other = register(units, services, new_mobile()), register(units, services, new_mobile())
    with units() as uow:
        move = "UPDATE account SET name = (SELECT name FROM account WHERE line_id = :a) WHERE line_id = :b"
        uow.connection.execute(text(move), {"a": one, "b": other})
    with units() as uow, pytest.raises(UnreadableError):
        services["accounts"].of(uow, CHANNEL, other)


def test_codes_and_counts_are_forgotten(units: UnitOfWorkFactory, services: Mapping[str, Any]) -> None:
    register(units, services, new_mobile())
    with units() as uow:
        uow.connection.execute(text("UPDATE phone_code SET sent_at = sent_at - interval '25 hours'"))
        uow.connection.execute(text("UPDATE phone_code_count SET day = day - 2"))
    with units() as uow:
        services["phone_codes"].forget(uow)
        for table in ("phone_code", "phone_code_count"):
            assert uow.connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0  # noqa: S608
