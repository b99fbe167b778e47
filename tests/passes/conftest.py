"""Fixtures of the tests of passes."""

from collections.abc import Iterator

import pytest

from infra.database import UnitOfWorkFactory
from services import sealing
from tests.passes.paying import PayWorld
from tests.passes.world import World


@pytest.fixture
def world(uow: UnitOfWorkFactory) -> World:
    """A city without lots yet."""
    return World(uow)


@pytest.fixture
def payers(uow: UnitOfWorkFactory) -> PayWorld:
    """The same where winners can pay."""
    return PayWorld(uow)


@pytest.fixture
def sealed(world: World) -> Iterator[None]:
    """After every attempt: the chain is whole, and each refusal is a link of it that cannot be taken out unseen."""
    yield
    with world.units() as uow:
        sealing.seal(uow)
    linked = world.sql(
        "SELECT a.id FROM audit_row a JOIN audit_link l ON l.audit_id = a.id WHERE a.action = 'draw.refused'"
    )
    assert len(linked) == len(world.refusals())
    with world.units() as uow:
        checked = sealing.check(uow)
    assert (checked.wrong, checked.unsealed) == (None, 0)
    if linked:
        world.sql("DELETE FROM audit_link WHERE audit_id = :a", a=linked[-1]["id"])
        world.sql("DELETE FROM audit_row WHERE id = :a", a=linked[-1]["id"])
        with world.units() as uow:
            assert sealing.check(uow, [checked.head]).wrong is not None
