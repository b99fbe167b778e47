"""What was paid in a month, by fee item, agency and provider; and what was given back.

Every dollar of `payment` is in each of the three, once: as bills and passes, as provider fees (手續費), or as money
that came too late or twice and paid nothing. What was paid at a lot (現場繳費) is counted with them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import TextClause, text

from domain.draw.coding import REHEARSAL
from domain.feeitems import PASS
from domain.months import Month
from infra.database import UnitOfWork

# Keys beside those of fee items, agencies and providers; none of theirs begins with a dash.
FEE, LATE, COUNTER = "-fee", "-late", "-counter"

_AT_LOTS = """
  FROM counter_sale c JOIN pass_round r ON r.id = c.round_id
  WHERE c.paid_at >= :begins AND c.paid_at < :ends AND NOT starts_with(r.draw_id, :rehearsal)
"""
_PARTS = """
WITH money AS MATERIALIZED (
  SELECT p.order_id, p.amount, a.fee, a.state FROM payment p JOIN attempt a ON a.id = p.attempt_id
  WHERE p.paid_at >= :begins AND p.paid_at < :ends
), part AS (
  SELECT l.fee_item AS item, l.agency, l.pay_amount - l.discount AS amount
  FROM money m JOIN order_line l ON l.order_id = m.order_id AND l.chosen WHERE m.state = 'paid'
  UNION ALL
  SELECT :fee, :fee, fee FROM money WHERE state = 'paid' AND fee > 0
  UNION ALL
  SELECT :late, :late, amount FROM money WHERE state = 'late'
  UNION ALL
  SELECT :pass, :pass_agency, c.amount {at_lots}
)
SELECT {by}, count(*), sum(amount) FROM part GROUP BY {by}
"""
_BY_ITEM = text(_PARTS.format(by="item", at_lots=_AT_LOTS))
_BY_AGENCY = text(_PARTS.format(by="agency", at_lots=_AT_LOTS))
_BY_PROVIDER = text(f"""
SELECT provider, count(*), sum(amount) FROM (
  SELECT provider, amount FROM payment WHERE paid_at >= :begins AND paid_at < :ends
  UNION ALL
  SELECT :counter, c.amount {_AT_LOTS}
) came GROUP BY provider
""")  # noqa: S608 - the file's own words
_GIVEN_BACK = text("""
SELECT provider, count(*), sum(amount) FROM refund
WHERE state = 'done' AND ended_at >= :begins AND ended_at < :ends GROUP BY provider
""")
_BY_MONTH = text(f"""
SELECT to_char(at AT TIME ZONE 'Asia/Taipei', 'YYYY-MM'), sum(came), coalesce(sum(amount) FILTER (WHERE came = 1), 0),
  coalesce(sum(amount) FILTER (WHERE came = 0), 0)
FROM (
  SELECT paid_at AS at, 1 AS came, amount FROM payment WHERE paid_at >= :begins AND paid_at < :ends
  UNION ALL
  SELECT c.paid_at, 1, c.amount {_AT_LOTS}
  UNION ALL
  SELECT ended_at, 0, amount FROM refund WHERE state = 'done' AND ended_at >= :begins AND ended_at < :ends
) moved GROUP BY 1
""")  # noqa: S608 - likewise


@dataclass(frozen=True, slots=True)
class Sum:
    """`count`: bills and passes, or payments where it is of a provider. `amount` in NT$."""

    count: int = 0
    amount: int = 0

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(self.count + other.count, self.amount + other.amount)


Sums = Mapping[str, Sum]


@dataclass(frozen=True, slots=True)
class Moved:
    """One month of the trend. Amounts in NT$."""

    payments: int = 0
    came: int = 0
    given_back: int = 0


def by_item(uow: UnitOfWork, month: Month, pass_agency: str) -> Sums:
    """What came in a month, by the providers' clocks, by fee item. `pass_agency`: who sells passes at the lots."""
    return _parts(uow, _BY_ITEM, month, pass_agency)


def by_agency(uow: UnitOfWork, month: Month, pass_agency: str) -> Sums:
    """The same by agency."""
    return _parts(uow, _BY_AGENCY, month, pass_agency)


def by_provider(uow: UnitOfWork, month: Month) -> Sums:
    """The same by provider, from the payments themselves; COUNTER: at the lots."""
    return _sums(uow, _BY_PROVIDER, month, rehearsal=REHEARSAL, counter=COUNTER)


def given_back(uow: UnitOfWork, month: Month) -> Sums:
    """What providers, or the office's bank, gave back in a month, by provider."""
    return _sums(uow, _GIVEN_BACK, month)


def by_month(uow: UnitOfWork, first: Month, last: Month) -> Mapping[Month, Moved]:
    """Every month in which money moved, of those from `first` to `last`."""
    values = {"begins": first.begins, "ends": last.ends, "rehearsal": REHEARSAL}
    rows = uow.connection.execute(_BY_MONTH, values)
    return {Month.parse(month): Moved(int(count), int(came), int(back)) for month, count, came, back in rows}


def _parts(uow: UnitOfWork, query: TextClause, month: Month, pass_agency: str) -> Sums:
    keys = {"fee": FEE, "late": LATE, "pass": PASS, "pass_agency": pass_agency}
    return _sums(uow, query, month, rehearsal=REHEARSAL, **keys)


def _sums(uow: UnitOfWork, query: TextClause, month: Month, **keys: str) -> Sums:
    rows = uow.connection.execute(query, {"begins": month.begins, "ends": month.ends, **keys})
    return {key: Sum(count, int(amount)) for key, count, amount in rows}
