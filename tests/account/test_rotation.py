"""Registrations while `keys rotate` runs: all found by their number, none twice, nothing under the old key."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from domain.accounts import AccountState
from domain.phones import Mobile
from infra.crypto import FieldCipher, UnreadableError
from infra.database import UnitOfWorkFactory
from services.citizens import Citizens
from services.rotation import PLACES, Rotation
from tests.accounts import account_services

CHANNEL = "U" + "0" * 32
OLD, NEW = bytes(range(32)), bytes(range(100, 132))
THREADS = 3


def number(position: int) -> str:
    return f"09{position:08d}"


def register(units: UnitOfWorkFactory, services: Mapping[str, Any], position: int) -> None:
    accounts, consents, citizen = services["accounts"], services["consents"], f"U{uuid4().hex}"
    with units() as uow:
        consents.give(uow, CHANNEL, citizen)
        mobile = Mobile(number(position))
        if accounts.holder(uow, mobile) is None:
            given = consents.given(uow, CHANNEL, citizen)
            accounts.keep(
                uow,
                CHANNEL,
                citizen,
                AccountState.LIVE,
                mobile=mobile,
                name=f"王{chr(0x4E00 + position)}",
                consent=given,
            )


def all_of(units: UnitOfWorkFactory, keys: tuple[bytes, ...], positions: range) -> None:
    """Register, each number twice, from several threads."""
    services = account_services(units, Citizens(), keys)
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda position: register(units, services, position), [*positions, *positions]))


def rotate_amid_registrations(units: UnitOfWorkFactory, people: int) -> None:
    half = people // 2
    all_of(units, (OLD,), range(half))
    rotated: list[int] = []
    both = FieldCipher([NEW, OLD])
    rotation = threading.Thread(target=lambda: rotated.append(Rotation(units, both).run()))
    rotation.start()
    all_of(units, (NEW, OLD), range(half, people))
    rotation.join(120)
    assert rotated
    assert rotated[0] >= half * 2, "names and numbers of the first half"
    accounts = account_services(units, Citizens(), (NEW,))["accounts"]
    with units() as uow:
        assert uow.connection.execute(text("SELECT count(*) FROM account")).scalar() == people
        for position in range(people):
            channel, citizen = accounts.citizens_of_mobile(uow, Mobile(number(position)))
            found = accounts.of(uow, channel, citizen)
            assert (found.mobile.national, found.name) == (number(position), f"王{chr(0x4E00 + position)}")
    assert Rotation(units, FieldCipher([NEW])).run() == 0


@pytest.mark.slow
def test_registrations_go_on_while_keys_rotate(units: UnitOfWorkFactory) -> None:
    rotate_amid_registrations(units, 200)


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_ten_thousand_registrations_with_rotation_amid(units: UnitOfWorkFactory) -> None:
    rotate_amid_registrations(units, 10_000)


def test_a_key_that_is_missing_stops_the_rotation_and_changes_nothing(units: UnitOfWorkFactory) -> None:
    all_of(units, (OLD,), range(3))
    with pytest.raises(UnreadableError):
        Rotation(units, FieldCipher([NEW])).run()
    accounts = account_services(units, Citizens(), (OLD,))["accounts"]
    with units() as uow:
        assert accounts.citizens_of_mobile(uow, Mobile(number(1)))


def test_every_encrypted_column_is_rotated(units: UnitOfWorkFactory) -> None:
    """A column of bytes is a hash, a stored body of the bot's own, the wrapped key, or in PLACES."""
    known = {(place.table, column) for place in PLACES for column in place.columns}
    with units() as uow:
        columns = text("""
            SELECT CASE table_schema WHEN 'public' THEN '' ELSE table_schema || '.' END || table_name, column_name
            FROM information_schema.columns
            WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND data_type = 'bytea'
        """)
        found = {(row[0], row[1]) for row in uow.connection.execute(columns)}
    bodies = {("inbound_event", "payload"), ("inbound_event", "dialog_state"), ("outbound_message", "body"),
              ("outbound_message", "plain"), ("lookup_key", "wrapped"), ("phone_code_count", "subject"),
              ("draw_file", "content"), ("draw_verifier", "script"), ("quote", "lines"),
              ("agency_key", "hash"), ("agency_batch", "request"), ("agency_batch", "answer")}  # fmt: skip
    assert known <= found
    assert {place for place in found - known - bodies if not place[1].endswith("_hash")} == set()
