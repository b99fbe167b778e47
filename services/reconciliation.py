"""Reconciliation (對帳): our payments of one day against what a provider, or the stores, say they took that day."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from domain.clock import TAIPEI
from domain.moneycsv import Taken
from infra.database import UnitOfWork
from models.order import Attempt, Payment
from models.settlement import SettlementCheck
from services import audit
from services.orderbook import database_now

MOST_KEPT = 200  # differences of a day; a file of another day has thousands
SHOWN = 30  # comparisons


@dataclass(frozen=True, slots=True)
class Difference:
    """One payment on which the books differ. Amounts in NT$; None where that side does not have it."""

    reference: str
    trade_number: str
    ours: int | None
    theirs: int | None


@dataclass(frozen=True, slots=True)
class Compared:
    """Both sums, and every difference."""

    day: date
    ours: int
    theirs: int
    agreed: int  # payments that both have alike
    differences: Sequence[Difference]

    @property
    def agrees(self) -> bool:
        """Whether both books are the same, payment by payment."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class Kept:
    """The last comparison of a provider's day. Of `differing` payments `differences` has the first MOST_KEPT."""

    provider: str
    day: date
    ours: int
    theirs: int
    differing: int
    differences: Sequence[Difference]
    checked_by: str
    checked_at: datetime


def compare(uow: UnitOfWork, provider: str, day: date, rows: Iterable[Taken], *, actor: str) -> Compared:
    """Every payment of the city's `day`, by the provider's own number of the money. What is found is kept in place of
    what was found for that day before; the audit has each.
    """
    begins = datetime.combine(day, time(), TAIPEI)
    query = select(Payment, Attempt.trade_number).join(Attempt, Attempt.id == Payment.attempt_id)
    query = query.where(Payment.provider == provider, Payment.paid_at >= begins)
    found = uow.session.execute(query.where(Payment.paid_at < begins + timedelta(days=1))).all()
    ours = {payment.provider_reference or number: (payment.amount, number) for payment, number in found}
    theirs: dict[str, tuple[int, str]] = {}
    for row in rows:
        amount = theirs.get(row.reference, (0, ""))[0] + row.amount  # told twice is taken twice
        theirs[row.reference] = (amount, row.number)
    differences = []
    for reference in sorted(ours.keys() | theirs.keys()):
        mine, its = ours.get(reference), theirs.get(reference)
        if mine is None or its is None or mine[0] != its[0]:
            number = (mine or its or (0, ""))[1]
            differences.append(Difference(reference, number, mine[0] if mine else None, its[0] if its else None))
    compared = Compared(
        day=day,
        ours=sum(amount for amount, _ in ours.values()),
        theirs=sum(amount for amount, _ in theirs.values()),
        agreed=len(ours.keys() | theirs.keys()) - len(differences),
        differences=differences,
    )
    detail: audit.Detail = {"ours": compared.ours, "theirs": compared.theirs, "differences": len(differences)}
    subject = f"{provider} {day.isoformat()}"
    audit.write(uow, "money.reconciled", actor=actor, subject_type="day", subject_id=subject, detail=detail)
    _keep(uow, provider, compared, actor)
    return compared


def kept(uow: UnitOfWork) -> Sequence[Kept]:
    """The latest comparisons, the latest first."""
    found = select(SettlementCheck).order_by(SettlementCheck.checked_at.desc()).limit(SHOWN)
    return [
        Kept(
            row.provider,
            row.day,
            row.ours,
            row.theirs,
            row.differing,
            [Difference(*one) for one in row.differences],
            row.checked_by,
            row.checked_at,
        )
        for row in uow.session.scalars(found)
    ]


def _keep(uow: UnitOfWork, provider: str, compared: Compared, actor: str) -> None:
    key = {"provider": provider, "day": compared.day}
    values = {
        "ours": compared.ours,
        "theirs": compared.theirs,
        "agreed": compared.agreed,
        "differing": len(compared.differences),
        "differences": [astuple(one) for one in compared.differences[:MOST_KEPT]],
        "checked_by": actor,
        "checked_at": database_now(uow),
    }
    put = insert(SettlementCheck).values(key | values)
    uow.connection.execute(put.on_conflict_do_update(index_elements=list(key), set_=values))
