"""歷程: what changed in a citizen's account and when, the newest first. Kinds only, never a value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from infra.database import UnitOfWork
from models.account import AccountHistory
from services.accounts import Accounts

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `what`: its kind, e.g. "account.name_corrected"."""

    at: datetime
    what: str


class History:
    """wiring gives accounts."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def of(self, uow: UnitOfWork, channel: str, citizen: str, most: int = SHOWN) -> Sequence[Change]:
        """The newest changes. Raises NotRegisteredError for one without an account."""
        account = self._accounts.require(uow, channel, citizen)
        rows = uow.session.scalars(
            select(AccountHistory)
            .where(AccountHistory.account_id == account.id)
            .order_by(AccountHistory.id.desc())
            .limit(most)
        )
        return [Change(row.at, row.what) for row in rows]
