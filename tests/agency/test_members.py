"""Members of an agency's own site: nonces, how a link stands, and its end."""

from typing import Any

import pytest

from domain.members import NONCE_BYTES, NONCE_LIFE
from services.agencyapi import keys
from services.members import Members
from tests.agency.conftest import Api
from tests.members import members_on
from tests.writeoffs.conftest import CODE

CHANNEL, CITIZEN = "U" + "0" * 32, "U" + "1" * 32
VEHICLES = [
    {"plate": "abc-1234", "kind": "car", "services": ["reminder"]},
    {"plate": "????", "kind": "car"},
    {"plate": "AB1234", "kind": "car"},  # its dash could stand in two places
]


@pytest.fixture
def members(api: Api) -> Members:
    return members_on(api.town.world.unit, api.town.world.clock)


def nonce_of(api: Api, member: str = "M-1", vehicles: Any = ()) -> dict[str, Any]:
    answer = api.post("/members/nonces", {"member": member, "vehicles": list(vehicles)}, Idempotency_Key="k1")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json
    return told


def test_a_nonce_links_once_with_the_vehicles_that_are_some(api: Api, members: Members) -> None:
    told = nonce_of(api, vehicles=VEHICLES)
    assert len(told["nonce"]) >= NONCE_BYTES * 4 // 3
    assert told["refused"] == ["????", "AB1234"]
    assert api.post("/members/standing", {"member": "M-1"}).json == {"linked": False, "since": None}
    with api.town.world.unit() as uow:
        linked = members.link(uow, CHANNEL, CITIZEN, told["nonce"])
        assert linked is not None
        assert [(one.vehicle.plate.canonical, one.services) for one in linked] == [("ABC-1234", ["reminder"])]
        assert members.link(uow, CHANNEL, CITIZEN, told["nonce"]) is None
    assert api.post("/members/standing", {"member": "M-1"}).json["linked"] is True
    assert api.post("/members/unlink", {"member": "M-1"}).json["linked"] is False
    with api.town.world.unit() as uow:
        assert members.since(uow, CHANNEL, CITIZEN) is None


def test_the_same_key_of_a_call_gets_another_nonce_and_no_nonce_is_kept(api: Api) -> None:
    first, second = nonce_of(api)["nonce"], nonce_of(api)["nonce"]
    assert first != second
    kept = str(api.town.world.rows("SELECT *, encode(nonce_hash || member_hash, 'escape') FROM member_offer"))
    assert first not in kept
    assert "M-1" not in kept
    assert api.town.world.rows("SELECT * FROM agency_batch") == []


def test_nonces_end(api: Api, members: Members) -> None:
    told = nonce_of(api)
    api.town.world.clock.move(minutes=NONCE_LIFE.total_seconds() / 60)
    with api.town.world.unit() as uow:
        assert members.link(uow, CHANNEL, CITIZEN, told["nonce"]) is None
    nonce_of(api)
    api.town.world.clock.move(minutes=NONCE_LIFE.total_seconds() / 60)
    with api.town.world.unit() as uow:
        members.forget(uow)
    assert api.town.world.rows("SELECT * FROM member_offer") == []


def test_a_member_of_another_agency_is_somebody_else(api: Api, members: Members) -> None:
    told = nonce_of(api)
    with api.town.world.unit() as uow:
        members.link(uow, CHANNEL, CITIZEN, told["nonce"])
        assert members.linked_since(uow, "OTHER", "M-1") is None
        assert members.unlink_member(uow, "OTHER", "M-1") is False
        assert members.linked_since(uow, CODE, "M-1") is not None


@pytest.mark.parametrize("what", ["nonces", "standing", "unlink"])
def test_a_key_without_the_scope_does_nothing_here(api: Api, what: str) -> None:
    with api.town.world.unit() as uow:
        api.key = keys.make(uow, CODE, ["holders"], staff="anna")
    assert api.post(f"/members/{what}", {"member": "M-1"}).status_code == 403


@pytest.mark.parametrize("member", ["", "x" * 65, "王小明", "a b"])
def test_names_that_are_none(api: Api, member: str) -> None:
    assert api.post("/members/nonces", {"member": member}).status_code == 400
