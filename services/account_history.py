"""歷程: what changed in an account and when, written in the transaction of the change. Never a value."""

from uuid import UUID

from infra.database import UnitOfWork
from models.account import AccountHistory

REGISTERED = "account.registered"
NAME_CORRECTED = "account.name_corrected"
EMAIL_CORRECTED = "account.email_corrected"
EMAIL_REMOVED = "account.email_removed"
MOBILE_CHANGED = "account.mobile_changed"
NUMBER_GIVEN_UP = "account.number_given_up"
CONSENTED = "account.consented"
OPENED_AGAIN = "account.opened_again"


class AccountHistoryBook:
    """`write` beside every change. Kinds of other rooms look like "vehicle.bound"."""

    def write(self, uow: UnitOfWork, account_id: UUID, what: str) -> None:
        """Note that `what` (up to 40 characters, no personal data) happened now."""
        uow.session.add(AccountHistory(account_id=account_id, what=what))
