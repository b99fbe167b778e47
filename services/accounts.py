"""Accounts: who registered, and what they let us know. Name, number and e-mail are encrypted; only here are they read.

A number is one live account's. Its verification is services/phone_codes.py; whose it is when two have verified it is
services/takeovers.py.
"""

from collections.abc import Collection, Mapping
from uuid import UUID, uuid4

from sqlalchemy import func, select, tuple_

from domain.accounts import Account, AccountState, ConsentOutdatedError, NotRegisteredError, NumberTakenError
from domain.phones import Mobile
from infra.crypto import FieldCipher
from infra.database import UnitOfWork
from models.account import AccountRow
from services import account_history as happened
from services.account_history import AccountHistoryBook
from services.consents import Consents, Given
from services.lookup_key import LookupKey

MOBILE_FIELD = "mobile"


class Accounts:
    """wiring gives the cipher of DATA_KEYS, the lookup key and the consents. `history` is where others write too."""

    def __init__(self, cipher: FieldCipher, lookup_key: LookupKey, consents: Consents) -> None:
        self._cipher = cipher
        self._lookup_key = lookup_key
        self._consents = consents
        self.history = AccountHistoryBook()

    def of(self, uow: UnitOfWork, channel: str, citizen: str) -> Account | None:
        """The citizen's live account, decrypted; None for somebody not registered, waiting, locked or leaving."""
        row = self.row(uow, channel, citizen)
        return self._view(row) if row is not None and row.state == AccountState.LIVE else None

    def require(self, uow: UnitOfWork, channel: str, citizen: str) -> Account:
        """The citizen's live account, for what collects more of them. Raises NotRegisteredError, whose text says how to
        register, or ConsentOutdatedError when the notice has changed since: 註冊 asks again.
        """
        account = self.registered(uow, channel, citizen)
        if account.consent_version != self._consents.version:
            raise ConsentOutdatedError
        return account

    def registered(self, uow: UnitOfWork, channel: str, citizen: str) -> Account:
        """The citizen's live account, whichever notice they agreed to: seeing and correcting one's data is a right
        (個資法 §3), never a matter of agreeing anew. Raises NotRegisteredError.
        """
        account = self.of(uow, channel, citizen)
        if account is None:
            raise NotRegisteredError
        return account

    def may_bind(self, uow: UnitOfWork, channel: str, citizen: str) -> bool:
        """Whether there is a live account whose consent is to the notice in force."""
        account = self.of(uow, channel, citizen)
        return account is not None and account.consent_version == self._consents.version

    def state(self, uow: UnitOfWork, channel: str, citizen: str) -> AccountState | None:
        """How the citizen's account stands; None for somebody who never registered."""
        row = self.row(uow, channel, citizen)
        return AccountState(row.state) if row is not None else None

    def has_email(self, uow: UnitOfWork, channel: str, citizen: str) -> bool:
        """Whether the citizen's live account has an e-mail. Reads no ciphertext."""
        row = self.row(uow, channel, citizen)
        return row is not None and row.state == AccountState.LIVE and row.email is not None

    def citizens_of_mobile(self, uow: UnitOfWork, mobile: Mobile) -> tuple[str, str] | None:
        """(channel, citizen) of the live account that holds a number; None when nobody does. Never for a citizen."""
        row = self.holder(uow, mobile)
        return (row.channel, row.line_id) if row is not None else None

    def mobiles(self, uow: UnitOfWork, people: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Mobile]:
        """The numbers of those (channel, citizen) who are registered now. For lists of staff, which mask them."""
        if not people:
            return {}
        found = select(AccountRow).where(tuple_(AccountRow.channel, AccountRow.line_id).in_(people))
        rows = uow.session.scalars(found.where(AccountRow.state == AccountState.LIVE))
        return {(row.channel, row.line_id): self._mobile(row) for row in rows}

    def consent_again(self, uow: UnitOfWork, account_id: UUID, consent: Given) -> None:
        """The citizen has agreed to the notice as it is now."""
        row = self._locked_row(uow, account_id)
        row.consent_version, row.consented_at = consent.version, consent.given_at
        self.history.write(uow, row.id, happened.CONSENTED)

    def correct_name(self, uow: UnitOfWork, account_id: UUID, name: str) -> None:
        """Keep another name, as domain.names took it."""
        row = self._locked_row(uow, account_id)
        row.name = self._cipher.encrypt(name, place("name", row.id))
        self.history.write(uow, row.id, happened.NAME_CORRECTED)

    def correct_email(self, uow: UnitOfWork, account_id: UUID, email: str | None) -> None:
        """Keep another e-mail, as domain.emails took it; None removes it."""
        row = self._locked_row(uow, account_id)
        row.email = self._cipher.encrypt(email, place("email", row.id)) if email else None
        self.history.write(uow, row.id, happened.EMAIL_CORRECTED if email else happened.EMAIL_REMOVED)

    def change_mobile(self, uow: UnitOfWork, account_id: UUID, mobile: Mobile) -> Mobile:
        """Keep another number that a code has proved; returns the old one, which is to be told.

        Raises NumberTakenError when another account holds it.
        """
        row = self._locked_row(uow, account_id)
        holder = self.holder(uow, mobile)
        if holder is not None and holder.id != row.id:
            raise NumberTakenError
        old = self._mobile(row)
        self._set_mobile(uow, row, mobile)
        self.history.write(uow, row.id, happened.MOBILE_CHANGED)
        return old

    # For the services of the same room

    def row(self, uow: UnitOfWork, channel: str, citizen: str) -> AccountRow | None:
        """The citizen's account in whatever state."""
        return uow.session.scalar(
            select(AccountRow).where(AccountRow.channel == channel, AccountRow.line_id == citizen)
        )

    def holder(self, uow: UnitOfWork, mobile: Mobile) -> AccountRow | None:
        """The live account that holds a number, locked; until the transaction ends nobody else can take the number."""
        return self.holder_of_hash(uow, self.mobile_hash(uow, mobile))

    def holder_of_hash(self, uow: UnitOfWork, number: bytes) -> AccountRow | None:
        """The same, by what the number is found by."""
        uow.connection.execute(select(func.pg_advisory_xact_lock(int.from_bytes(number[:8], signed=True))))
        found = select(AccountRow).where(AccountRow.mobile_hash == number, AccountRow.state == AccountState.LIVE)
        return uow.session.scalar(found.with_for_update())

    def mobile_hash(self, uow: UnitOfWork, mobile: Mobile) -> bytes:
        """What a number is found by."""
        return self._lookup_key.hash(uow, MOBILE_FIELD, mobile.national)

    def keep(
        self,
        uow: UnitOfWork,
        channel: str,
        citizen: str,
        state: AccountState,
        *,
        mobile: Mobile,
        name: str,
        consent: Given,
    ) -> AccountRow:
        """Write the account of somebody who has none that is live; one that was locked or waits is taken on."""
        row = self.row(uow, channel, citizen)
        known = row is not None
        if row is None:
            row = AccountRow(id=uuid4(), channel=channel, line_id=citizen)
            uow.session.add(row)
        row.state = state
        row.name = self._cipher.encrypt(name, place("name", row.id))
        row.consent_version, row.consented_at = consent.version, consent.given_at
        self._set_mobile(uow, row, mobile)
        uow.session.flush()
        if state is AccountState.LIVE:
            self.history.write(uow, row.id, happened.OPENED_AGAIN if known else happened.REGISTERED)
        return row

    def _set_mobile(self, uow: UnitOfWork, row: AccountRow, mobile: Mobile) -> None:
        row.mobile = self._cipher.encrypt(mobile.national, place("mobile", row.id))
        row.mobile_hash = self.mobile_hash(uow, mobile)
        row.changed_at = func.now()

    def _locked_row(self, uow: UnitOfWork, account_id: UUID) -> AccountRow:
        """A live account's row under a lock. Raises NotRegisteredError when it lives no longer."""
        row = uow.session.get(AccountRow, account_id, with_for_update=True, populate_existing=True)
        if row is None or row.state != AccountState.LIVE:
            raise NotRegisteredError
        return row

    def _mobile(self, row: AccountRow) -> Mobile:
        if row.mobile is None:
            raise LookupError("an account without a number")  # the table holds that a live one has it
        return Mobile(self._cipher.decrypt(row.mobile, place("mobile", row.id)))

    def _view(self, row: AccountRow) -> Account:
        return Account(
            id=row.id,
            channel=row.channel,
            citizen=row.line_id,
            mobile=self._mobile(row),
            name=self._cipher.decrypt(row.name, place("name", row.id)),
            email=self._cipher.decrypt(row.email, place("email", row.id)) if row.email else None,
            registered_at=row.registered_at,
            consent_version=row.consent_version,
            consented_at=row.consented_at,
        )


def place(column: str, account_id: UUID) -> str:
    """Where a token of an account is readable."""
    return f"account.{column}:{account_id}"
