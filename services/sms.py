"""SMS: written with the fact that causes it, sent by a job after that commit, once.

A gateway has no idempotency key. The row says `sending` before the call, so whoever finds it so after a kill knows
that the message may have left: it becomes `unknown` and is not sent again; the citizen can ask for another.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from sqlalchemy import delete, func, select, update

from domain.errors import Retry
from domain.notices import Topic
from domain.phones import Mobile
from domain.ports.sms import Sms, SmsGateway, SmsRefusedError, SmsUnclearError
from domain.smstext import check_addresses, parts
from infra.crypto import FieldCipher
from infra.database import UnitOfWork, UnitOfWorkFactory
from models.account import SmsMessage
from services.last_look import Why, not_by_sms, pushes_stopped
from services.orderbook import database_now

SEND = "sms.send"
MOST_ATTEMPTS = 4
LOOK_AGAIN = timedelta(minutes=5)  # at the SMS of a notice while pushes are stopped
GIVEN_UP = timedelta(hours=1)  # after its end: its job is gone, or it would have ended the message
FLOOD_FIRST = 10  # priority of their jobs; all others have 0
KEEP_ENDED = timedelta(days=30)  # states and causes only: number and text go with the end

Defer = Callable[..., None]
log = structlog.get_logger(__name__)


class TryAgainError(Exception):
    """The gateway has surely not taken the message: the job is to be tried again."""


@dataclass(frozen=True, slots=True)
class _Taken:
    sms: Sms
    last: bool
    notice: bool


class SmsPost:
    """`post` for services, `deliver` for the job sms.send. wiring gives the gateway that SMS_GATEWAY names."""

    def __init__(
        self,
        cipher: FieldCipher,
        gateway: SmsGateway,
        defer: Defer,
        *,
        host: str = "",
        instead: SmsGateway | None = None,
    ) -> None:
        """`host`: of the addresses a text may tell; "" none. `instead`: asked first, with notices only (LINE's PNP)."""
        self._cipher = cipher
        self._gateway = gateway
        self._defer = defer
        self._host = host
        self._instead = instead

    def post(
        self,
        uow: UnitOfWork,
        mobile: Mobile,
        text: str,
        *,
        channel: str,
        citizen: str,
        valid: timedelta,
        not_before: datetime | None = None,
        topic: Topic | None = None,
    ) -> UUID:
        """Send `text` once this transaction commits, or not at all when that takes longer than `valid`.

        `channel` and `citizen`: whose account it is about; what waits goes with it. `not_before`: it waits until then,
        and `valid` counts from there. `topic`: of a notice; None for a code. Raises ValueError for a text with another
        address than one of ours, or with two.
        """
        check_addresses(text, self._host)
        message_id = uuid4()
        row = SmsMessage(
            id=message_id,
            recipient=self._cipher.encrypt(mobile.national, place("recipient", message_id)),
            body=self._cipher.encrypt(text, place("body", message_id)),
            channel=channel,
            citizen=citizen,
            topic=topic,
            parts=parts(text),
            expires_at=(not_before or func.now()) + valid,
        )
        uow.session.add(row)
        uow.session.flush()
        later: dict[str, object] = {"not_before": not_before} if not_before else {}
        self._defer(uow, SEND, message_id=str(message_id), priority=_priority(topic), **later)
        return message_id

    def deliver(self, units: UnitOfWorkFactory, message_id: UUID) -> None:
        """Send one message. Raises TryAgainError while it surely has not left and may still go."""
        with units() as uow:
            taken = self._take(uow, message_id)
        if taken is None:
            return
        try:
            gateway, gateway_id = self._send(taken)
        except SmsRefusedError as error:
            if error.retry is not Retry.NEVER and not taken.last:
                self._end(units, message_id, "waiting", error.cause)
                raise TryAgainError from None
            self._end(units, message_id, "refused", error.cause)
        except SmsUnclearError as error:
            self._end(units, message_id, "unknown", error.cause)
        else:
            self._end(units, message_id, "accepted", None, gateway_id, gateway)

    def _send(self, taken: _Taken) -> tuple[str, str]:
        """By which gateway, and its id. Whoever is surely not reached instead is reached by SMS."""
        if self._instead is not None and taken.notice:
            try:
                return self._instead.key, self._instead.send(taken.sms)
            except SmsRefusedError as error:
                log.info("not_instead_of_sms", gateway=self._instead.key, cause=error.cause)
        return self._gateway.key, self._gateway.send(taken.sms)

    def forget(self, uow: UnitOfWork) -> int:
        """Empty what is out of time and nobody will send, delete rows long ended; says how many. For the schedule."""
        lost = update(SmsMessage).where(SmsMessage.ended_at.is_(None), SmsMessage.expires_at < func.now() - GIVEN_UP)
        end = {"state": "unknown", "cause": "lost", "ended_at": func.now(), "recipient": None, "body": None}
        for message_id in uow.connection.execute(lost.values(end).returning(SmsMessage.id)).scalars():
            log.error("sms_lost", message_id=str(message_id))
        old = delete(SmsMessage).where(SmsMessage.created_at < func.now() - KEEP_ENDED)
        return uow.connection.execute(old).rowcount

    def _take(self, uow: UnitOfWork, message_id: UUID) -> _Taken | None:
        row = uow.session.get(SmsMessage, message_id, with_for_update=True)
        if row is None or row.ended_at is not None:
            return None
        if row.state == "sending":  # a killed worker had it in hand
            self._close(row, "unknown", "killed")
        elif uow.connection.execute(select(func.now() >= row.expires_at)).scalar():
            self._close(row, "expired", None)
        elif why := not_by_sms(uow.driver, row.id, row.channel, row.citizen):
            self._close(row, "refused", why)
        elif row.topic is not None and pushes_stopped(uow.driver):
            later = {"not_before": database_now(uow) + LOOK_AGAIN, "priority": _priority(row.topic)}
            self._defer(uow, SEND, message_id=str(row.id), **later)
        elif row.recipient and row.body:
            row.state, row.attempts = "sending", row.attempts + 1
            mobile = Mobile(self._cipher.decrypt(row.recipient, place("recipient", row.id)))
            sms = Sms(mobile, self._cipher.decrypt(row.body, place("body", row.id)))
            return _Taken(sms, row.attempts >= MOST_ATTEMPTS, row.topic is not None)
        return None

    def _end(
        self,
        units: UnitOfWorkFactory,
        message_id: UUID,
        state: str,
        cause: str | None,
        gateway_id: str | None = None,
        gateway: str | None = None,
    ) -> None:
        with units() as uow:
            row = uow.session.get(SmsMessage, message_id, with_for_update=True)
            if row is None:
                return
            row.gateway_id, row.gateway = gateway_id, gateway
            if state == "waiting":
                row.state, row.cause = state, cause
            else:
                self._close(row, state, cause)

    def _close(self, row: SmsMessage, state: str, cause: str | None) -> None:
        row.state, row.cause, row.ended_at = state, cause, func.now()
        row.recipient = row.body = None
        if state != "accepted" and cause not in set(Why):
            log.error("sms_not_accepted", message_id=str(row.id), gateway=self._gateway.key, state=state, cause=cause)


def _priority(topic: str | None) -> int:
    return FLOOD_FIRST if topic == Topic.FLOOD else 0


def place(column: str, message_id: UUID) -> str:
    """Where a token of a message is readable."""
    return f"sms_message.{column}:{message_id}"
