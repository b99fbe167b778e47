"""Those outside get the announcement's hash: each the same message, tried again where it may not have arrived."""

import pytest

from domain.errors import OutsideError, Retry
from infra.database import UnitOfWorkFactory
from services.draws.recipients import MAIL, Recipients, TryAgainError
from tests.accounts import MailInHand
from tests.passes.world import STAFF, World

URL = "http://localhost:8000/draws/"
WATCHING = (("a@example.gov.tw", "政風", True), ("b@example.org", "媒體", True), ("c@example.org", "議會", False))


@pytest.fixture
def post(world: World) -> MailInHand:
    sender = MailInHand()
    with world.units() as uow:
        for email, body, active in (
            ("a@example.gov.tw", "政風", True),
            ("b@example.org", "媒體", True),
            ("c@example.org", "議會", False),
        ):
            Recipients(sender, URL).put(uow, email, body, active=active, staff=STAFF)
    return sender


def send(units: UnitOfWorkFactory, post: MailInHand, draw_id: str) -> int:
    return Recipients(post, URL).mail(units, draw_id)


def test_each_gets_the_hash_once_and_a_second_sending_is_the_same_message(world: World, post: MailInHand) -> None:
    draw_id = world.frozen(2)
    made = world.desk.announce(draw_id, actor=STAFF)
    assert send(world.units, post, draw_id) == 2
    assert [mail.to for mail in post.sent] == ["a@example.gov.tw", "b@example.org"]
    assert all(made.sha256 in mail.text and "2023-08-23T23:59:24+08:00" in mail.text for mail in post.sent)
    first = [mail.id for mail in post.sent]
    send(world.units, post, draw_id)
    assert [mail.id for mail in post.sent[2:]] == first
    assert len(set(first)) == 2


def test_one_that_fails_holds_nobody_back(world: World, post: MailInHand) -> None:
    draw_id = world.frozen(1)
    world.desk.announce(draw_id, actor=STAFF)
    post.faults = [OutsideError("timeout", Retry.LATER)]
    with pytest.raises(TryAgainError):
        send(world.units, post, draw_id)
    assert [mail.to for mail in post.sent] == ["b@example.org"]
    post.faults = [OutsideError("refused", Retry.NEVER)]
    assert send(world.units, post, draw_id) == 1


def test_without_a_mail_server_nothing_is_sent(world: World, post: MailInHand) -> None:
    draw_id = world.frozen(1)
    world.desk.announce(draw_id, actor=STAFF)
    assert Recipients(None, URL).mail(world.units, draw_id) == 0


def test_an_announcement_queues_it_and_a_rehearsals_does_not(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real = world.real_draw(1, monkeypatch)
    world.frozen(1, lot=world.lot("P0700"))
    world.desk.announce("TEST/2023-09/P0700/car/all-day", actor=STAFF)
    assert [job for job in world.deferred if job[0] == MAIL] == [(MAIL, real)]
