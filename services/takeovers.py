"""A number that two have verified: numbers are recycled, and people get a new LINE account.

Who verified it last waits; the account that holds it is asked in LINE. It is handed over when the holder says so, when
the holder is silent for as long as config/accounts.toml says, or by staff. Neither ever sees anything of the other.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select

from domain.accounts import AccountState
from domain.ports.notices import Notices
from infra.database import UnitOfWork
from models.account import AccountRow, Takeover
from services import account_history as happened
from services import audit
from services.accounts import Accounts

ASKED, GRANTED, LOST, KEPT = "number_claimed", "number_granted", "number_lost", "number_kept"  # notices
MOST_A_RUN = 100


class Takeovers:
    """wiring gives the accounts, the notices and the days of config/accounts.toml."""

    def __init__(self, accounts: Accounts, notices: Notices, wait: timedelta) -> None:
        self._accounts = accounts
        self._notices = notices
        self.wait = wait

    def ask(self, uow: UnitOfWork, holder: AccountRow, claimant: AccountRow) -> None:
        """Ask the holder whether the number is still theirs. An earlier claim gives way: its proof is the older one."""
        self.withdraw(uow, claimant)
        earlier = select(Takeover).where(Takeover.holder_id == holder.id, Takeover.decided_at.is_(None))
        for takeover in uow.session.scalars(earlier.with_for_update()).all():
            self._refuse(uow, takeover, "withdrawn")
        uow.session.flush()
        takeover_id = uuid4()
        uow.session.add(
            Takeover(id=takeover_id, holder_id=holder.id, claimant_id=claimant.id, due_at=func.now() + self.wait)
        )
        data = {"takeover_id": str(takeover_id), "days": self.wait.days}
        self._tell(uow, ASKED, holder, takeover_id, data)

    def withdraw(self, uow: UnitOfWork, claimant: AccountRow) -> None:
        """The claimant registers anew: what they claimed before is over."""
        claimed = select(Takeover).where(Takeover.claimant_id == claimant.id, Takeover.decided_at.is_(None))
        for takeover in uow.session.scalars(claimed.with_for_update()).all():
            self._decide(takeover, "withdrawn")
        uow.session.flush()

    def due(self, uow: UnitOfWork) -> Sequence[UUID]:
        """Takeovers whose holder did not answer in time."""
        due = select(Takeover.id).where(Takeover.decided_at.is_(None), Takeover.due_at <= func.now())
        return uow.session.scalars(due.order_by(Takeover.due_at).limit(MOST_A_RUN)).all()

    def waiting(self, uow: UnitOfWork) -> Sequence[Takeover]:
        """Takeovers not decided yet, oldest first, for staff. Ids and times only."""
        waiting = select(Takeover).where(Takeover.decided_at.is_(None)).order_by(Takeover.asked_at)
        return uow.session.scalars(waiting).all()

    def grant_unanswered(self, uow: UnitOfWork, takeover_id: UUID) -> bool:
        """The time is over. Whether it was granted: an answer may have come meanwhile."""
        takeover = self._open(uow, takeover_id)
        if takeover is None or not uow.connection.execute(select(func.now() >= takeover.due_at)).scalar():
            return False
        self._grant(uow, takeover, audit.SYSTEM)
        return True

    def grant_by_staff(self, uow: UnitOfWork, takeover_id: UUID, staff: str) -> bool:
        """Staff have seen proof. Whether there was something to decide."""
        takeover = self._open(uow, takeover_id)
        if takeover is not None:
            self._grant(uow, takeover, staff)
        return takeover is not None

    def give_up(self, uow: UnitOfWork, takeover_id: UUID, channel: str, citizen: str) -> bool:
        """The holder says: no longer mine. Whether it was theirs to answer and still open."""
        takeover = self._of_holder(uow, takeover_id, channel, citizen)
        if takeover is not None:
            self._grant(uow, takeover, audit.CITIZEN)
        return takeover is not None

    def keep(self, uow: UnitOfWork, takeover_id: UUID, channel: str, citizen: str) -> bool:
        """The holder says: still mine. Whether it was theirs to answer and still open. Staff can decide otherwise."""
        takeover = self._of_holder(uow, takeover_id, channel, citizen)
        if takeover is None:
            return False
        self._refuse(uow, takeover, "kept")
        audit.write(uow, "takeover.kept", actor=audit.CITIZEN, subject_type="takeover", subject_id=takeover_id)
        return True

    def _grant(self, uow: UnitOfWork, takeover: Takeover, actor: str) -> None:
        """The number leaves one account and is the other's; the first is locked until it has a number of its own."""
        claimant = self._account(uow, takeover.claimant_id)
        holder = self._accounts.holder_of_hash(uow, claimant.mobile_hash or b"")
        if holder is not None and holder.id != takeover.holder_id:  # a third account has proved it meanwhile
            self._refuse(uow, takeover, "withdrawn")
            return
        if holder is not None:  # else its holder has left, or has another number by now
            holder.state, holder.mobile, holder.mobile_hash = AccountState.LOCKED, None, None
            uow.session.flush()  # the number is free before it is taken
            self._accounts.history.write(uow, holder.id, happened.NUMBER_GIVEN_UP)
            self._tell(uow, LOST, holder, takeover.id, {})
        claimant.state = AccountState.LIVE
        self._decide(takeover, "granted")
        self._accounts.history.write(uow, claimant.id, happened.REGISTERED)
        self._tell(uow, GRANTED, claimant, takeover.id, {})
        audit.write(uow, "takeover.granted", actor=actor, subject_type="takeover", subject_id=takeover.id)

    def _refuse(self, uow: UnitOfWork, takeover: Takeover, outcome: str) -> None:
        """The claimant does not get the number; an account that was never more than the claim goes with it."""
        claimant = self._account(uow, takeover.claimant_id)
        self._decide(takeover, outcome)
        self._tell(uow, KEPT, claimant, takeover.id, {})
        uow.session.flush()
        if claimant.registered_at < takeover.asked_at:
            claimant.state, claimant.mobile, claimant.mobile_hash = AccountState.LOCKED, None, None
        else:
            uow.session.delete(claimant)
            uow.session.flush()

    def _tell(
        self, uow: UnitOfWork, notice: str, account: AccountRow, takeover_id: UUID, data: dict[str, object]
    ) -> None:
        self._notices.post(
            uow,
            notice,
            channel=account.channel,
            citizen=account.line_id,
            dedupe_key=f"{notice}:{takeover_id}",
            data=data,
        )

    @staticmethod
    def _decide(takeover: Takeover, outcome: str) -> None:
        takeover.decided_at, takeover.outcome = func.now(), outcome

    @staticmethod
    def _account(uow: UnitOfWork, account_id: UUID) -> AccountRow:
        return uow.session.get_one(AccountRow, account_id, with_for_update=True, populate_existing=True)

    @staticmethod
    def _open(uow: UnitOfWork, takeover_id: UUID) -> Takeover | None:
        row = uow.session.get(Takeover, takeover_id, with_for_update=True, populate_existing=True)
        return row if row is not None and row.decided_at is None else None

    def _of_holder(self, uow: UnitOfWork, takeover_id: UUID, channel: str, citizen: str) -> Takeover | None:
        takeover = self._open(uow, takeover_id)
        if takeover is None:
            return None
        holder = self._account(uow, takeover.holder_id)
        return takeover if (holder.channel, holder.line_id) == (channel, citizen) else None
