"""An SMS goes out after its commit, once; what is unclear is not repeated, what surely was not taken is."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from domain.errors import Retry
from domain.phones import Mobile
from domain.ports.sms import SmsRefusedError, SmsUnclearError
from infra.crypto import FieldCipher
from infra.database import UnitOfWorkFactory
from infra.queue import defer
from models.account import SmsMessage
from services.sms import MOST_ATTEMPTS, SmsPost, TryAgainError
from tests.accounts import DATA_KEY, PhoneInHand

MOBILE = Mobile("0912345678")
VALID = timedelta(seconds=300)
WHOSE = {"channel": "C", "citizen": "U1"}


@pytest.fixture
def phone() -> PhoneInHand:
    return PhoneInHand()


@pytest.fixture
def post(phone: PhoneInHand) -> SmsPost:
    return SmsPost(FieldCipher([DATA_KEY]), phone, defer)


def row(units: UnitOfWorkFactory, message_id: object) -> SmsMessage:
    with units() as uow:
        return uow.session.get_one(SmsMessage, message_id)


def written(units: UnitOfWorkFactory, post: SmsPost, valid: timedelta = VALID) -> object:
    with units() as uow:
        return post.post(uow, MOBILE, "驗證碼 12345", **WHOSE, valid=valid)


def test_it_is_sent_once_and_forgotten(units: UnitOfWorkFactory, post: SmsPost, phone: PhoneInHand) -> None:
    message_id = written(units, post)
    for _ in range(3):
        post.deliver(units, message_id)
    assert [(sms.mobile, sms.text) for sms in phone.sent] == [(MOBILE, "驗證碼 12345")]
    ended = row(units, message_id)
    assert (ended.state, ended.recipient, ended.body) == ("accepted", None, None)
    assert ended.gateway_id


def test_what_is_rolled_back_is_never_sent(units: UnitOfWorkFactory, post: SmsPost, phone: PhoneInHand) -> None:
    uow = units()
    message_id = post.post(uow, MOBILE, "驗證碼 12345", **WHOSE, valid=VALID)
    uow.rollback()
    uow.close()
    post.deliver(units, message_id)
    assert phone.sent == []
    with units() as uow:
        jobs = "SELECT count(*) FROM procrastinate_jobs WHERE args ->> 'message_id' = :id"
        assert uow.connection.execute(text(jobs), {"id": str(message_id)}).scalar() == 0


def test_the_job_is_committed_with_the_message_and_holds_its_id_only(units: UnitOfWorkFactory, post: SmsPost) -> None:
    message_id = written(units, post)
    with units() as uow:
        jobs = "SELECT task_name, args FROM procrastinate_jobs WHERE args ->> 'message_id' = :id"
        found = uow.connection.execute(text(jobs), {"id": str(message_id)}).all()
    assert [tuple(job) for job in found] == [("sms.send", {"message_id": str(message_id)})]


def test_an_unclear_answer_is_not_repeated(units: UnitOfWorkFactory, post: SmsPost, phone: PhoneInHand) -> None:
    message_id = written(units, post)
    phone.fault = SmsUnclearError("timeout")
    post.deliver(units, message_id)
    post.deliver(units, message_id)
    assert phone.sent == []
    assert (row(units, message_id).state, row(units, message_id).cause) == ("unknown", "timeout")


def test_a_worker_killed_in_the_call_leaves_unknown(
    units: UnitOfWorkFactory, post: SmsPost, phone: PhoneInHand
) -> None:
    message_id = written(units, post)
    phone.fault = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        post.deliver(units, message_id)
    assert row(units, message_id).state == "sending"
    post.deliver(units, message_id)
    assert phone.sent == []
    assert (row(units, message_id).state, row(units, message_id).cause) == ("unknown", "killed")


def test_what_was_surely_not_taken_is_tried_again(units: UnitOfWorkFactory, post: SmsPost, phone: PhoneInHand) -> None:
    message_id = written(units, post)
    phone.fault = SmsRefusedError("connection", Retry.LATER)
    with pytest.raises(TryAgainError):
        post.deliver(units, message_id)
    post.deliver(units, message_id)
    assert len(phone.sent) == 1
    assert row(units, message_id).state == "accepted"


def test_it_is_not_tried_for_ever(units: UnitOfWorkFactory, post: SmsPost, phone: PhoneInHand) -> None:
    message_id = written(units, post)
    for _ in range(MOST_ATTEMPTS - 1):
        phone.fault = SmsRefusedError("connection", Retry.LATER)
        with pytest.raises(TryAgainError):
            post.deliver(units, message_id)
    phone.fault = SmsRefusedError("connection", Retry.LATER)
    post.deliver(units, message_id)
    assert row(units, message_id).state == "refused"


def test_a_refusal_for_good_ends_it(units: UnitOfWorkFactory, post: SmsPost, phone: PhoneInHand) -> None:
    message_id = written(units, post)
    phone.fault = SmsRefusedError("account", Retry.NEVER)
    post.deliver(units, message_id)
    assert (row(units, message_id).state, row(units, message_id).cause) == ("refused", "account")


def test_what_is_late_is_not_sent(units: UnitOfWorkFactory, post: SmsPost, phone: PhoneInHand) -> None:
    message_id = written(units, post, timedelta(seconds=-1))
    post.deliver(units, message_id)
    assert phone.sent == []
    assert row(units, message_id).state == "expired"


def test_old_rows_go(units: UnitOfWorkFactory, post: SmsPost) -> None:
    message_id = written(units, post)
    with units() as uow:
        uow.connection.execute(text("UPDATE sms_message SET created_at = now() - interval '31 days'"))
    with units() as uow:
        assert post.forget(uow) == 1
        assert uow.session.get(SmsMessage, message_id) is None


def test_what_no_job_sends_loses_number_and_text_once_out_of_time(
    units: UnitOfWorkFactory, post: SmsPost, phone: PhoneInHand
) -> None:
    lost, waiting = written(units, post, timedelta(minutes=-61)), written(units, post)
    with units() as uow:
        post.forget(uow)
    ended = row(units, lost)
    assert (ended.state, ended.cause, ended.recipient, ended.body) == ("unknown", "lost", None, None)
    assert row(units, waiting).body
    post.deliver(units, lost)
    assert phone.sent == []
