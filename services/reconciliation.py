"""Reconciliation (對帳): our payments of one day against what a provider, or the stores, say they took that day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from domain.clock import TAIPEI
from domain.moneycsv import Taken
from infra.database import UnitOfWork
from models.order import Attempt, Payment
from services import audit


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


def compare(uow: UnitOfWork, provider: str, day: date, rows: Iterable[Taken]) -> Compared:
    """Every payment of the city's `day`, by the provider's own number of the money. Writes an audit row."""
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
    audit.write(uow, "money.reconciled", actor=audit.SYSTEM, subject_type="day", subject_id=subject, detail=detail)
    return compared
