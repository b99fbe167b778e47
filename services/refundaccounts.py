"""The bank account of a refund that no provider can give back: asked by a link, kept encrypted, deleted at its end."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select

from domain.bankaccounts import BankAccount
from domain.clock import Clock
from domain.ports.refunds import BY_HAND
from domain.refunds import RefundState
from infra.crypto import FieldCipher
from infra.database import UnitOfWork
from infra.links import make_token, read_token
from models.order import Order
from models.refund import Refund, RefundAccount
from services import audit, refundbook

LINK_LIFE = timedelta(days=30)
REASON_LENGTH = 200
_PURPOSE = "refund account"


class GivenError(Exception):
    """The account of this refund has been given; another link is to be had in the chat."""


class OverError(Exception):
    """This refund waits for no account: it has ended, or its provider gives the money back."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A refund that waits for an account. Amount in NT$."""

    amount: int
    language: str


class RefundAccounts:
    """wiring gives the cipher of DATA_KEYS, the public address, SESSION_KEY's keys (newest first) and the clock."""

    def __init__(self, cipher: FieldCipher, public_url: str, keys: Sequence[str], clock: Clock) -> None:
        self._cipher = cipher
        self._public_url = public_url
        self._keys = keys
        self._clock = clock

    def link(self, refund_id: uuid.UUID) -> str:
        """The address of the page that takes the account."""
        token = make_token(self._keys, _PURPOSE, refund_id, self._clock.now() + LINK_LIFE)
        return f"{self._public_url}/refund/{token}"

    def look(self, uow: UnitOfWork, token: str) -> Wanted:
        """What the page asks for. Raises ForgedLinkError, ExpiredLinkError, GivenError or OverError."""
        refund = uow.session.get(Refund, read_token(self._keys, _PURPOSE, token, self._clock.now()))
        if refund is None or not _waits(refund):
            raise OverError
        if uow.session.get(RefundAccount, refund.id) is not None:
            raise GivenError
        return Wanted(refund.amount, uow.session.get_one(Order, refund.order_id).language)

    def give(self, uow: UnitOfWork, token: str, account: BankAccount) -> Wanted:
        """Keep the account, once. Raises ForgedLinkError, ExpiredLinkError, GivenError or OverError."""
        refund_id = read_token(self._keys, _PURPOSE, token, self._clock.now())
        try:
            _, refund = refundbook.lock_refund(uow, refund_id)
        except refundbook.RefundNotFoundError:
            raise OverError from None
        wanted = self.look(uow, token)
        kept = self._cipher.encrypt(str(account), _place(refund.id))
        uow.session.add(RefundAccount(id=refund.id, account=kept))
        audit.write(uow, "refund.account_given", actor=audit.CITIZEN, subject_type="refund", subject_id=refund.id)
        return wanted

    def ask_again(self, uow: UnitOfWork, channel: str, citizen: str, refund_id: uuid.UUID) -> str:
        """A new link for the citizen's own refund; an account given before is forgotten. Raises OverError."""
        query = select(Refund.id).join(Order, Order.id == Refund.order_id)
        mine = query.where(Refund.id == refund_id, Order.channel == channel, Order.citizen == citizen)
        if uow.session.scalar(mine) is None:
            raise OverError
        _, refund = refundbook.lock_refund(uow, refund_id)
        if not _waits(refund):
            raise OverError
        gone = uow.session.execute(
            delete(RefundAccount).where(RefundAccount.id == refund_id).returning(RefundAccount.id)
        )
        if gone.all():
            audit.write(uow, "refund.account_dropped", actor=audit.CITIZEN, subject_type="refund", subject_id=refund_id)
        return self.link(refund_id)

    def given(self, uow: UnitOfWork, refund_ids: Sequence[uuid.UUID]) -> frozenset[uuid.UUID]:
        """Those of these refunds whose account is known."""
        return frozenset(uow.session.scalars(select(RefundAccount.id).where(RefundAccount.id.in_(refund_ids))))

    def masked(self, uow: UnitOfWork, refund_id: uuid.UUID, *, staff: str) -> str | None:
        """Bank and last digits, for staff to tell it from another; None where none was given. Audited."""
        account = self._read(uow, refund_id)
        if account is None:
            return None
        audit.write(uow, "refund.account_seen_masked", actor=staff, subject_type="refund", subject_id=refund_id)
        return account.masked

    def unmasked(self, uow: UnitOfWork, refund_id: uuid.UUID, *, staff: str, reason: str) -> BankAccount | None:
        """The whole account, for the transfer; None where none was given. Audited with its reason.

        Raises ValueError without a reason or a staff id.
        """
        if not reason.strip() or len(reason) > REASON_LENGTH or not staff.strip():
            raise ValueError(f"a staff id and a reason of at most {REASON_LENGTH} characters are needed")
        account = self._read(uow, refund_id)
        if account is not None:
            audit.write(
                uow,
                "refund.account_seen",
                actor=staff.strip(),
                subject_type="refund",
                subject_id=refund_id,
                detail={"reason": reason.strip()},
            )
        return account

    def _read(self, uow: UnitOfWork, refund_id: uuid.UUID) -> BankAccount | None:
        row = uow.session.get(RefundAccount, refund_id)
        return BankAccount.read(self._cipher.decrypt(row.account, _place(refund_id))) if row else None


def _waits(refund: Refund) -> bool:
    return refund.state == RefundState.UNKNOWN.value and refund.reason == BY_HAND


def _place(refund_id: uuid.UUID) -> str:
    return f"refund_account.account:{refund_id}"
