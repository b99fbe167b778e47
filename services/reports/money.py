"""What was paid in a month, by fee item, agency and provider; and what was given back.

Every dollar of `payment` is in each of the three, once: as bills and passes, as provider fees (手續費), or as money
that came too late or twice and paid nothing. What was paid at a lot (現場繳費) is counted with them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import text

from domain.draw.coding import REHEARSAL
from domain.feeitems import PASS
from domain.months import Month
from infra.database import UnitOfWork

# Keys beside those of fee items, agencies and providers; none of theirs begins with a dash.
FEE, LATE, COUNTER = "-fee", "-late", "-counter"

_TAKEN = text("""
WITH money AS MATERIALIZED (
  SELECT p.attempt_id, p.order_id, p.provider, p.amount, a.fee, a.state
  FROM payment p JOIN attempt a ON a.id = p.attempt_id
  WHERE p.paid_at >= :begins AND p.paid_at < :ends
), part AS (
  SELECT l.fee_item AS item, l.agency, m.provider, m.attempt_id AS money, l.pay_amount - l.discount AS amount
  FROM money m JOIN order_line l ON l.order_id = m.order_id AND l.chosen WHERE m.state = 'paid'
  UNION ALL
  SELECT :fee, :fee, provider, attempt_id, fee FROM money WHERE state = 'paid' AND fee > 0
  UNION ALL
  SELECT :late, :late, provider, attempt_id, amount FROM money WHERE state = 'late'
  UNION ALL
  SELECT :pass, :pass_agency, :counter, c.entry_id, c.amount
  FROM counter_sale c JOIN pass_round r ON r.id = c.round_id
  WHERE c.paid_at >= :begins AND c.paid_at < :ends AND NOT starts_with(r.draw_id, :rehearsal)
)
SELECT item, agency, provider, count(*), count(DISTINCT money), coalesce(sum(amount), 0)
FROM part GROUP BY GROUPING SETS ((item), (agency), (provider), ())
""")
_GIVEN_BACK = text("""
SELECT provider, count(*), sum(amount) FROM refund
WHERE state = 'done' AND ended_at >= :begins AND ended_at < :ends GROUP BY provider
""")
_BY_MONTH = text("""
SELECT to_char(at AT TIME ZONE 'Asia/Taipei', 'YYYY-MM'), sum(came), coalesce(sum(amount) FILTER (WHERE came = 1), 0),
  coalesce(sum(amount) FILTER (WHERE came = 0), 0)
FROM (
  SELECT paid_at AS at, 1 AS came, amount FROM payment WHERE paid_at >= :begins AND paid_at < :ends
  UNION ALL
  SELECT c.paid_at, 1, c.amount FROM counter_sale c JOIN pass_round r ON r.id = c.round_id
  WHERE c.paid_at >= :begins AND c.paid_at < :ends AND NOT starts_with(r.draw_id, :rehearsal)
  UNION ALL
  SELECT ended_at, 0, amount FROM refund WHERE state = 'done' AND ended_at >= :begins AND ended_at < :ends
) moved GROUP BY 1
""")


@dataclass(frozen=True, slots=True)
class Sum:
    """`count`: bills and passes, or payments where it is of a provider. `amount` in NT$."""

    count: int = 0
    amount: int = 0

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(self.count + other.count, self.amount + other.amount)


Sums = Mapping[str, Sum]


@dataclass(frozen=True, slots=True)
class Taken:
    """The money of one month, three times over."""

    items: Sums = field(default_factory=dict)
    agencies: Sums = field(default_factory=dict)
    providers: Sums = field(default_factory=dict)  # counts payments
    total: Sum = Sum()  # counts payments


@dataclass(frozen=True, slots=True)
class Moved:
    """One month of the trend. Amounts in NT$."""

    payments: int = 0
    came: int = 0
    given_back: int = 0


def taken(uow: UnitOfWork, month: Month, pass_agency: str) -> Taken:
    """What came in a month, by the providers' clocks. `pass_agency`: who sells passes at the lots."""
    keys = {"fee": FEE, "late": LATE, "pass": PASS, "pass_agency": pass_agency, "counter": COUNTER}
    values = {"begins": month.begins, "ends": month.ends, "rehearsal": REHEARSAL, **keys}
    items, agencies, providers, total = {}, {}, {}, Sum()
    for item, agency, provider, parts, payments, amount in uow.connection.execute(_TAKEN, values):
        if item is not None:
            items[item] = Sum(parts, int(amount))
        elif agency is not None:
            agencies[agency] = Sum(parts, int(amount))
        elif provider is not None:
            providers[provider] = Sum(payments, int(amount))
        else:
            total = Sum(payments, int(amount))
    return Taken(items, agencies, providers, total)


def given_back(uow: UnitOfWork, month: Month) -> Sums:
    """What providers, or the office's bank, gave back in a month, by provider."""
    rows = uow.connection.execute(_GIVEN_BACK, {"begins": month.begins, "ends": month.ends})
    return {provider: Sum(count, int(amount)) for provider, count, amount in rows}


def by_month(uow: UnitOfWork, first: Month, last: Month) -> Mapping[Month, Moved]:
    """Every month in which money moved, of those from `first` to `last`."""
    values = {"begins": first.begins, "ends": last.ends, "rehearsal": REHEARSAL}
    rows = uow.connection.execute(_BY_MONTH, values)
    return {Month.parse(month): Moved(int(count), int(came), int(back)) for month, count, came, back in rows}
